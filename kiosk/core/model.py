"""Everything that a kiosk knows, in one frozen record; a visit is forgotten by making it anew."""

from typing import NamedTuple

from kiosk.core import states as at
from kiosk.core.events import Inside, Near, Poster, Shown

BORROW, RETURN = "borrow", "return"
LENT, RETURNED, ALREADY, NOTED, NOT_LENT, LIFTED = OUTCOMES = (
    "lent",
    "returned",
    "already",  # it was so before: also a success
    "noted",  # returned, but no copy has this tag: staff will look
    "refused",
    "lifted",  # taken from the tray too early: nothing was written
)
GOOD = (LENT, RETURNED, ALREADY)
SETTLED = (*GOOD, NOTED)

VOLUME_MAX = 3
BATCH_MAX = 12  # Books in one go: more lie on top of each other and are not seen well.


class Timings(NamedTuple):
    """Durations in ms; the configuration may override each by its name."""

    idle_ms: int = 60_000  # Without a touch, before the warning.
    warning_ms: int = 30_000  # From the warning to the end; never less.
    take_ms: int = 60_000  # "Please take your books", before the machine is free again.
    goodbye_ms: int = 4_000
    sorry_ms: int = 8_000
    attract_ms: int = 9_000  # A page of the books that are here.
    jam_ms: int = 15_000  # A book that is seen for longer does not fall.
    slow_ms: int = 2_500  # After this a wait is explained.
    ask_ms: int = 6_000  # How long the service is waited for.


class World(NamedTuple):
    """What is true of the machine whoever stands before it."""

    role: str = "selfcheck"  # A word of roles.ROLES.
    boot: int = 0
    visit: int = 1  # Number of the visit in this boot; it grows with every farewell.
    served: bool = False
    tray: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    printer: str | None = None  # A word of escpos.STATUS, "" when it works; None is no printer.
    doors: int = 0  # Of a bookcase.
    low: tuple[int, ...] = ()  # Of its doors, those that a seated hand reaches.
    inside: tuple[Inside, ...] = ()  # Copies in it, as far as its screen knows.
    promotions: tuple[Poster, ...] = ()  # Between the books, while nobody is here.
    near: tuple[Near, ...] = ()  # Where else one can go, the nearest first.
    timings: Timings = Timings()


class Book(NamedTuple):
    """What the service said about a copy."""

    tag: str
    barcode: str = ""
    title: str = ""
    author: str = ""
    subject: str = ""  # Classification number.
    due: int = 0  # Of the reader's own loans.
    mine: bool = False
    late_days: int = 0
    why: str = ""  # What a return of it ends: "" a loan, or a word of wire.REASONS.


class Done(NamedTuple):
    """What became of a copy in this visit."""

    tag: str
    outcome: str
    why: str = ""
    due: int = 0
    at: str = ""  # Local time of the fact, hh:mm.


class Place(NamedTuple):
    """Where copies of a title are, or until when they are on loan: wire.PLACE."""

    copies: int
    device: str = ""
    door: int = 0
    place_zh: str = ""
    place_en: str = ""
    due: int = 0


class Title(NamedTuple):
    """A title as the service knows it: wire.TITLE."""

    id: str
    title: str
    author: str = ""
    subject: str = ""
    year: int = 0
    copies: int = 0
    free: int = 0
    due: int = 0
    places: tuple[Place, ...] = ()  # The nearest one only, until the title was asked for alone.


class Search(NamedTuple):
    """What somebody looks for at a catalogue machine."""

    text: str = ""
    tapped: str = ""  # The digit whose letter is the last one, while it can still be changed.
    asked: str = ""  # What the service is being asked; "" when nothing is.
    told: str | None = None  # What `found` was found for; None before any answer.
    away: bool = False  # Nobody answered the last ask.
    found: tuple[Title, ...] = ()
    title: Title | None = None  # The one that was chosen.
    position: int = -1  # In its queue; 0 is kept already, -1 no hold.


class Model(NamedTuple):
    world: World = World()
    state: str = at.WELCOME
    # The reader.
    mode: str = ""  # BORROW, RETURN, or "" before it is known.
    reader: str = ""
    name: str = ""
    loans: int = 0
    left: int = 0
    offline: bool = False  # This visit was answered by the offline policy.
    fines: int = 0  # What the reader owes, in fen.
    why: str = ""  # Why the reader was refused.
    owned: tuple[Book, ...] = ()  # What the reader has on loan.
    renewed: tuple[Done, ...] = ()  # What became of each when they were to be renewed.
    # The books.
    books: tuple[Book, ...] = ()
    asked: tuple[str, ...] = ()  # Tags whose titles were asked for.
    pending: tuple[Done, ...] = ()  # What will have become of each, once it is written.
    done: tuple[Done, ...] = ()
    receipt: str = ""  # "printing", "printed" or "failed".
    shown: Shown = Shown(at.WELCOME)  # By a bookcase's controller.
    search: Search = Search()
    typed: str = ""  # Digits of a code or PIN, as long as they are typed.
    # The screen.
    notice: str = ""
    language: str = "zh"
    language_chosen: bool = False
    large: bool = False
    contrast: bool = False
    speech: bool = False  # What is shown is read out.
    muted: bool = False  # By choice: then keys do not begin to speak.
    volume: int = 2  # 1 to VOLUME_MAX.
    repeats: int = 0  # How often somebody wanted to hear the screen again.
    child: bool = False  # Short words, large type, read out.
    reach: bool = False  # All of it in the part that a seated hand reaches.
    help: bool = False
    focus: int = 0
    page: int = 0  # Of a result with many kinds of outcome.
    keyed: bool = False  # The keypad was used last: the focus is shown.
    # The time.
    since_ms: int = 0  # When the state was entered.
    deadline_ms: int = 0  # When the warning comes, or the end; 0 is never.
    warning_s: int = 0  # Seconds left while the warning stands; 0 when it does not.
    slow: bool = False


def roomy(model: Model) -> bool:
    """Say whether its type is large, so that less of it stands on a screen."""
    return model.large or model.child


def wiped(model: Model) -> Model:
    """Return the model without its visit: only what is true of the machine is left."""
    return Model(world=model.world._replace(visit=model.world.visit + 1))


def book(model: Model, tag: str) -> Book:
    return next((book for book in model.books if book.tag == tag), Book(tag))


def fresh(model: Model) -> tuple[str, ...]:
    """Return the tags on the tray that this visit has not dealt with yet."""
    settled = {done.tag for done in model.done if done.outcome in SETTLED}
    return tuple(tag for tag in model.world.tray if tag not in settled)
