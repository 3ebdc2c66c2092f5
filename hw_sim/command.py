"""Commands as a table: a line of words in, the row that it names carried out, lines to say out."""

import inspect
import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from hw_sim.world.truth import HandError

KINDS = (
    # kind    heading in the help
    ("hand", "what people do"),
    ("fault", "what goes wrong"),
    ("look", "what is true"),
)


class Row(NamedTuple):
    """A command.  `act(room, ...)` gets its arguments in order, converted; it may be a coroutine.

    It raises HandError when this is impossible, and returns nothing, a line, or a list of lines.
    """

    kind: str  # A word of KINDS.
    word: str
    arguments: str  # Names of ARGUMENTS; one in square brackets may be left out.
    meaning: str
    act: Callable[..., Any]


def _number(word: str) -> int:
    return int(word)


def _switch(word: str) -> bool:
    return word == "on"


def _card(word: str) -> str:
    return word.removeprefix("-")


# fmt: off
ARGUMENTS = (
    # name        pattern            converted by  meaning
    ("DEVICE",    r"[a-z]{2}\d+",     str,          "a machine, like bc01 or kx01"),
    ("BOOKCASE",  r"[a-z]{2}\d+",     str,          "a bookcase, like bc01"),
    ("KIOSK",     r"[a-z]{2}\d+",     str,          "a kiosk, like kx01"),
    ("DOOR",      r"[1-9]\d?",        _number,      "a compartment of a bookcase, from 1"),
    ("TO",        r"[1-9]\d?",        _number,      "another compartment of it"),
    ("BARCODE",   r"[A-Z]+\d{1,8}",   str,          "a copy, like MH00000007"),
    ("CARD",      r"SG\d{8}|-",       _card,        "whose hands: a card, or - for a stranger"),
    ("RETURN",    r"[a-z]{2}\d+",     str,          "a 24-hour return, like rt01"),
    ("OTHER",     r"[A-Z]+\d{1,8}",   str,          "another copy"),
    ("BIN",       r"[1-8]",           _number,      "a bin of a 24-hour return, from 1"),
    ("PERCENT",   r"\d{1,2}|100",     _number,      "how full"),
    ("CELSIUS",   r"-?\d{1,2}",       _number,      "degrees"),
    ("CONTACT",   r"[a-z]+",          str,          "power, water, tamper or smoke"),
    ("UID",       r"[0-9A-F]{8,20}",  str,          "the number of a card's chip"),
    ("TAG",       r"[0-9A-F]{24}",    str,          "the number in a chip"),
    ("SITE",      r"[a-z0-9]+",       str,          "a library or another place"),
    ("PART",      r"[a-z]+(\.\d+)?",  str,          "lock, reader.2, scanner, panel, tray, keypad"),
    ("KEYS",      r"[UDLR0-9*#>]+",   str,          "U D L R, > go on, * back, # help, digits"),
    ("STATE",     r"on|off",          _switch,      "on or off"),
    ("MODE",      r"[a-z]+",          str,          "of a network: up, cut, hole, mute, deaf"),
    ("MS",        r"\d{1,5}",         _number,      "milliseconds"),
    ("COUNT",     r"\d{1,4}",         _number,      "how many"),
    ("SENSE",     r"open|shut",       str,          "what a sensor says"),
    ("ROUNDS",    r"[1-9]\d{0,3}",    _number,      "how many rounds of the radio"),
    ("WORD",      r"[a-z]+",          str,          "a command"),
    ("TEXT",      r".+",              str,          "the rest of the line: what a code says"),
)
# fmt: on
_READ = {name: (re.compile(pattern), convert) for name, pattern, convert, _ in ARGUMENTS}


class Table:
    """The rows by their words.  `run` is what a control server or a test calls."""

    def __init__(self, room: object, rows: Iterable[Row]) -> None:
        self._room = room
        listed = Row("look", "help", "[WORD]", "this list, or one command", self._help)
        self.rows = {row.word: row for row in (*rows, listed)}
        self.done: Counter[str] = Counter()  # Words -> how often they were carried out.

    async def run(self, line: str) -> list[str]:
        """Carry out a line and return what it says; raises HandError."""
        word, _space, rest = line.strip().partition(" ")
        row = self._row(word)
        said = row.act(self._room, *read(row, rest.strip()))
        if inspect.isawaitable(said):
            said = await said
        self.done[word] += 1
        return [said] if isinstance(said, str) else list(said or ())

    def _row(self, word: str) -> Row:
        if word not in self.rows:
            raise HandError(f"There is no command {word[:20]!r}: say help.")
        return self.rows[word]

    def _help(self, _room: object, word: str = "") -> list[str]:
        if word:
            row = self._row(word)
            names = re.findall("[A-Z]+", row.arguments)
            return [usage(row), *(f"  {n:<9} {m}" for n, _, _, m in ARGUMENTS if n in names)]
        lines = []
        for kind, heading in KINDS:
            rows = [row for row in self.rows.values() if row.kind == kind]
            lines += [heading, *(usage(row) for row in rows), ""]
        return lines[:-1]


def usage(row: Row) -> str:
    return f"  {row.word + ' ' + row.arguments:<34} {row.meaning}"


def read(row: Row, rest: str) -> list[object]:
    """Return the arguments in a text; those that may be left out may be missing at the end."""
    names = row.arguments.split()
    words = rest.split(maxsplit=len(names) - 1) if names[-1:] == ["TEXT"] else rest.split()
    needed = [name for name in names if not name.startswith("[")]
    if not len(needed) <= len(words) <= len(names):
        raise HandError(f"It is: {row.word} {row.arguments}".rstrip())
    return [_argument(name.strip("[]"), word) for name, word in zip(names, words, strict=False)]


def _argument(name: str, word: str) -> object:
    pattern, convert = _READ[name]
    if not pattern.fullmatch(word):
        raise HandError(f"{word[:40]!r} is not a {name}.")
    return convert(word)
