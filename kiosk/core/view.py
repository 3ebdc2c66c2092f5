"""What a screen shows, as records, and how values become words.  Pure."""

import re
import zlib
from collections.abc import Mapping
from typing import NamedTuple

from kiosk.core.model import Book, Model

Texts = Mapping[str, str]
COLOURS = 8  # Muted colours of drawn covers.


class Cover(NamedTuple):
    title: str
    author: str
    colour: int
    mark: str = ""


class Choice(NamedTuple):
    word: str
    text: str
    number: int = 0  # The digit that chooses it; 0 is none.
    focused: bool = False
    on: bool = False  # A tool that is switched on.
    detail: str = ""  # A second line.
    grey: bool = False  # Cannot be chosen now; the detail says why.
    cover: Cover | None = None  # Of a book that can be chosen.


class Part(NamedTuple):
    """Books with the same outcome."""

    # "done", "here" or "attention": a colour, always with a shape and words; "step", "keys".
    kind: str
    heading: str
    titles: tuple[str, ...] = ()
    step: str = ""


class Case(NamedTuple):
    """A bookcase, seen from the front, and the door of which is spoken."""

    doors: int
    door: int = 0
    opened: bool = False


class View(NamedTuple):
    screen: str
    language: str = "zh"
    large: bool = False
    contrast: bool = False
    child: bool = False
    speech: bool = False
    volume: int = 0
    repeats: int = 0  # How often somebody wanted to hear it again.
    spoken: tuple[str, ...] = ()  # What it says to whoever does not see it.
    reach: bool = False  # All of it lies in the part that a seated hand reaches.
    title: str = ""  # "{}" stands where the figure goes.
    figure: str = ""  # In the largest type of the screen.
    line: str = ""
    picture: str = ""
    file: str = ""  # Of the picture "promotion".
    frame_ms: int = 0  # Where that is a film, how long each of its pictures is shown.
    case: Case | None = None  # Of the picture "case", and where doors are chosen.
    fraction: float = 0.0  # How much of the picture is filled.
    covers: tuple[Cover, ...] = ()
    parts: tuple[Part, ...] = ()
    entry: str | None = None  # What was typed so far, above keys; None where nothing is typed.
    code: str = ""  # What the picture "code" says to a phone.
    notice: str = ""
    status: str = ""
    choices: tuple[Choice, ...] = ()
    tools: tuple[Choice, ...] = ()
    name: str = ""


def say(texts: Texts, key: str, **values: object) -> str:
    """Return a text with its values; where `count` is 1 and a text for one exists, that one."""
    if values.get("count") == 1 and key + ".one" in texts:
        key += ".one"
    return texts[key].replace("{}", "{{}}").format(**values)


def day(texts: Texts, due: int) -> str:
    """Return a day (yyyymmdd) in words, without its year."""
    month = texts["months"].split()[due // 100 % 100 - 1]
    return say(texts, "date", month=month, day=due % 100)


def elsewhere(model: Model, texts: Texts) -> str:
    """Return where the nearest machine that works is; "" when nobody knows of one."""
    if not model.world.near:
        return ""
    near = model.world.near[0]
    place = near.place_zh if model.language == "zh" else near.place_en or near.place_zh
    key = "near" if near.metres else "near.here"
    metres = max(10, round(near.metres, -1))
    return say(texts, key, place=place, device=near.device, metres=metres)


def joined(*lines: str) -> str:
    """Return those lines that say something, below each other."""
    return "\n".join(filter(None, lines))


def yuan(fen: int) -> str:
    """Return an amount of fen in yuan, with both digits after the point."""
    return f"{fen // 100}.{fen % 100:02d}"


def title(texts: Texts, known: Book) -> str:
    if not known.title:
        return texts["no_title"]
    key = "title" if re.search("[一-鿿]", known.title) else "title.latin"
    return say(texts, key, title=known.title)


def cover(known: Book, mark: str = "") -> Cover:
    """A cover is drawn from the class of its book; what is not known yet is a plain book."""
    colour = zlib.crc32((known.subject or known.title or known.tag).encode()) % COLOURS
    return Cover(known.title, known.author, colour, mark)
