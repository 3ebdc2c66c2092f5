"""What a kiosk hears (events) and what it wants done (effects), as small records."""

from collections.abc import Mapping
from typing import Any, NamedTuple

# --- what a person does ------------------------------------------------------------------------


class Key(NamedTuple):
    """A key of the keypad: up, down, left, right, go, back, help, or a digit."""

    name: str


class Press(NamedTuple):
    """A choice or a tool was touched."""

    word: str


class Card(NamedTuple):
    """A reader's card was scanned; the reader is a pseudonym, the number stays outside."""

    reader: str


class Barcode(NamedTuple):
    """A book's barcode was scanned."""

    text: str


class OtherCode(NamedTuple):
    """Something was scanned that is neither a card nor one of our books."""


class Seen(NamedTuple):
    """The tags that the tray's antenna sees: all of them, each time they change."""

    tags: tuple[str, ...]


PERSON = (Key, Press, Card, Barcode, OtherCode, Seen)

# --- what the machine learns -------------------------------------------------------------------


class Answered(NamedTuple):
    """The answer to an `Ask` or `AskPolicy`; None when nobody answered in time."""

    visit: int
    op: str
    answer: Mapping[str, Any] | None
    policy: int = 0  # Revision of the offline policy that answered; 0 when it was the service.
    text: str = ""  # What the ask said.


class Written(NamedTuple):
    """A fact is durable in the journal, or (with a reason) it could not be written."""

    visit: int
    tag: str
    why: str = ""
    at: str = ""  # Local time of the fact, hh:mm.


class Paper(NamedTuple):
    """How the receipt printer is: a word of escpos.STATUS; "" when all is well."""

    word: str


class Printed(NamedTuple):
    """A receipt was printed, or could not be."""

    visit: int
    ok: bool


class Found(NamedTuple):
    """What a self-test found of a part: wire.FOUND."""

    part: str
    ok: bool
    text: str = ""


class Shown(NamedTuple):
    """What a controller wants shown on its screen: wire.PANEL, `shown`."""

    screen: str
    door: int = 0
    doors: tuple[int, ...] = ()
    took: tuple[str, ...] = ()
    put: tuple[str, ...] = ()
    unsure: int = 0
    left: int = 0
    over: int = 0
    due: int = 0
    why: str = ""
    offline: bool = False
    name: str = ""
    language: str = ""
    code: str = ""
    tasks: tuple[str, ...] = ()
    locked: bool = False
    wait_s: int = 0
    found: tuple[Found, ...] = ()
    machine: str = ""
    dim: bool = False
    stay_s: int = 0
    in_a_row: int = 0  # On the wire `count`.


class Unlinked(NamedTuple):
    """The controller says nothing any more."""


class Inside(NamedTuple):
    """A copy that is in a bookcase, as the service knows it."""

    tag: str
    door: int
    title: str
    author: str = ""
    subject: str = ""  # Classification number.


class Stocked(NamedTuple):
    """What is inside, in the order of the doors."""

    copies: tuple[Inside, ...]


class Near(NamedTuple):
    """Another machine that lends and takes returns."""

    device: str
    place_zh: str
    place_en: str
    metres: int  # As the crow flies; 0 is the same place.


class Neighbours(NamedTuple):
    """Where else a reader can go, the nearest first."""

    near: tuple[Near, ...]


class Poster(NamedTuple):
    """A picture of the library's own, or a film."""

    file: str
    frame_ms: int = 0  # Of a film, how long each of its pictures is shown.
    lasts_ms: int = 0  # Of a film, all of it; 0 is a picture.


class Promoted(NamedTuple):
    """What is shown between the books now."""

    posters: tuple[Poster, ...]


class Served(NamedTuple):
    on: bool


class Faulted(NamedTuple):
    """A part (a word of wire.PARTS) fails, or works again."""

    part: str
    on: bool


class Crashed(NamedTuple):
    """A step ended in an error that nobody foresaw: the visit is over."""


class Tick(NamedTuple):
    """Half a second may have passed."""


Event = (
    Key | Press | Card | Barcode | OtherCode | Seen | Answered | Written | Shown | Unlinked
    | Paper | Printed | Stocked | Neighbours | Promoted | Served | Faulted | Crashed | Tick
)  # fmt: skip

# --- what is wanted ----------------------------------------------------------------------------


class Ask(NamedTuple):
    """Ask the service; `Answered` follows, with None after wait_ms."""

    visit: int
    op: str
    reader: str = ""
    tags: tuple[str, ...] = ()
    wait_ms: int = 0
    text: str = ""


class AskPolicy(NamedTuple):
    """Ask the offline policy; `Answered` follows and is never None."""

    visit: int
    op: str
    reader: str
    tags: tuple[str, ...] = ()


class Write(NamedTuple):
    """Write a fact to the journal; `Written` follows when it is durable."""

    visit: int
    kind: str
    body: Mapping[str, Any]


class Tell(NamedTuple):
    """Say a message of wire.PANEL to the controller."""

    name: str
    fields: Mapping[str, Any]


class Print(NamedTuple):
    """Print the receipt of this visit; `Printed` follows."""

    visit: int


Effect = Ask | AskPolicy | Write | Tell | Print
