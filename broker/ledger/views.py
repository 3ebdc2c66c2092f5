"""What the ledger can be asked, as records; the text under a field is its meaning.  No queries.

Times are ms since 1970 UTC.  A day is yyyymmdd in the library's time zone; 0 is no day.  Text that
does not apply is empty.  The HTTP API shows these records as they are.
"""

from dataclasses import dataclass
from typing import NamedTuple, TypeVar, dataclass_transform

from broker.ledger import words

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def record(cls: type[T]) -> type[T]:
    """Make a frozen dataclass whose field texts reach /openapi.json."""
    cls.__pydantic_config__ = {"use_attribute_docstrings": True}  # type: ignore[attr-defined]
    return dataclass(frozen=True)(cls)


@record
class Site:
    """A place where machines and shelves stand."""

    site: str
    """its short name, such as s01"""
    name_zh: str
    """its name in Chinese"""
    name_en: str
    """its name in English"""
    kind: str
    """mall, estate, park, metro, office, school, hospital or library"""
    lat: float
    """latitude in degrees"""
    lon: float
    """longitude in degrees"""


@record
class Door:
    """A compartment of a bookcase."""

    door: int
    """its number, from 1"""
    open: bool
    """whether its door stands open, as the machine last said"""
    count: int
    """copies inside by the ledger"""
    capacity: int
    """copies that fit"""


@record
class Machine:
    """A bookcase or a kiosk, as the service knows it."""

    device: str
    """its name, such as bc01"""
    kind: str
    """bookcase or kiosk: what rules and figures go by"""
    role: str
    """what it is to readers: bookcase, glass, locker, kiosk, return or catalogue"""
    site: Site
    """where it stands"""
    online: bool
    """whether it is connected to the MQTT server now"""
    served: bool
    """whether its greeting was answered in this connection"""
    installed: bool
    """whether it was ever heard of"""
    last_heard_ms: int
    """when it was last heard; 0 for never"""
    firmware: str
    """version of its firmware or kiosk"""
    lends: bool
    """whether it lends now; returns are always taken"""
    faults: list[str]
    """parts that do not work now, with .door where there are several"""
    unacked: int
    """records that wait on the machine for an acknowledgement"""
    fill: int
    """how full its journal is with them, in percent"""
    policy: int
    """revision of the offline policy that is in force with its lists; 0 for none"""
    doors: list[Door]
    """its compartments; none for a kiosk"""
    copies: int
    """copies inside by the ledger"""


@record
class Inside:
    """A copy in a machine."""

    barcode: str
    """the copy's barcode"""
    tag: str
    """its tag's number, upper-case hexadecimal"""
    title: str
    """its title"""
    author: str
    """its author"""
    door: int
    """the compartment that holds it"""
    since_ms: int
    """since when"""


@record
class Holder:
    """Whatever holds a copy."""

    kind: str
    """compartment, shelf, reader, transit or unknown"""
    device: str
    """the machine, of a compartment"""
    door: int
    """the compartment's number; 0 for none"""
    site: str
    """the site, of a shelf or a compartment"""
    card: str
    """the card, of a reader"""


@record
class Movement:
    """A copy that went from one holder to another."""

    id: int
    """its number; later movements have higher ones"""
    at_ms: int
    """when it happened"""
    recorded_ms: int
    """when the ledger took it down"""
    barcode: str
    """the copy"""
    title: str
    """its title"""
    words_zh: str
    """the movement in one Chinese sentence"""
    words_en: str
    """the movement in one English sentence"""
    kind: str
    """what it means: a word of the ledger's movement kinds"""
    device: str
    """the machine that saw it; empty when it was no machine"""
    door: int
    """the compartment; 0 for none"""
    card: str
    """the reader's card, masked"""


@record
class Case:
    """Something that staff should look at."""

    id: int
    """its number"""
    kind: str
    """what is in doubt: a word of the ledger's case kinds"""
    words_zh: str
    """the case in one Chinese sentence"""
    words_en: str
    """the case in one English sentence"""
    device: str
    """the machine that saw it"""
    barcode: str
    """the copy; empty when none is known"""
    title: str
    """its title"""
    opened_ms: int
    """when it was opened"""
    closed_ms: int
    """when it was closed; 0 while it is open"""
    evidence: dict[str, object]
    """what was seen, as the ledger keeps it"""


@record
class OpenLoan:
    """A loan that lasts."""

    id: int
    """its number"""
    card: str
    """the reader's card"""
    out_ms: int
    """since when"""
    due: int
    """the day on which it is due"""


@record
class Copy:
    """A copy and its life."""

    barcode: str
    """the copy's barcode"""
    tag: str
    """its tag's number, upper-case hexadecimal"""
    title: str
    """its title"""
    author: str
    """its author"""
    class_number: str
    """its number in the Chinese Library Classification"""
    holder: Holder
    """who or what holds it now"""
    loan: OpenLoan | None
    """its open loan"""
    movements: list[Movement]
    """where it has been, newest first"""


@record
class ReaderLoan:
    """A loan of one reader."""

    barcode: str
    """the copy"""
    tag: str
    """its tag's number"""
    title: str
    """its title"""
    out_ms: int
    """since when"""
    due: int
    """the day on which it is due"""
    over_limit: bool
    """whether it was taken beyond the limit"""


@record
class ReaderAccount:
    """A reader and what they have on loan."""

    card: str
    """the card's number"""
    name: str
    """the reader's name, masked"""
    loans: list[ReaderLoan]
    """open loans, oldest first"""
    history: list[Movement]
    """movements to and from the reader, newest first"""


@record
class Custody:
    """A copy and who holds it, for an auditor."""

    barcode: str
    """the copy"""
    tag: str
    """its tag's number"""
    holder: Holder
    """who or what holds it"""
    loan_card: str
    """the card of its open loan; empty when there is none"""


@record
class Ledger:
    """Every copy's custody."""

    copies: list[Custody]
    """all copies, by barcode"""


@record
class Stream:
    """How far a machine's journal is committed."""

    device: str
    """the machine"""
    journal: str
    """the journal's id"""
    number: int
    """highest record number committed without a gap"""
    state: str
    """a word of the ledger's stream states"""


@record
class Counters:
    """What was taken and what was refused since the service started."""

    refused: dict[str, int]
    """messages refused, by reason"""
    quarantined: int
    """streams set aside because their records contradict each other"""
    duplicates: int
    """records that were told again"""
    facts: int
    """records taken into the inbox"""


class Book(NamedTuple):
    """A copy as a page draws it: in a compartment (door 0 for none), with its class for colour."""

    device: str
    door: int
    barcode: str
    title: str
    author: str
    class_number: str


class News(NamedTuple):
    """A movement as a page tells it."""

    id: int
    at_ms: int
    recorded_ms: int
    kind: str
    moved: words.Moved


class DoubtShown(NamedTuple):
    """A case as a page tells it."""

    case: Case
    doubt: words.Doubt


class Totals(NamedTuple):
    """The headline's numbers."""

    loans: int
    loans_today: int
    cases: int
