"""Titles by the hundred thousand, the same ones each time: put together of words that titles have.

The first ones are real, from the sample; the others look real and are not: nobody is their author.
"""

import csv
import random
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import NamedTuple

from hw_sim.world import sample

EDITIONS = ("", "（第2版）", "（修订版）", "（插图本）")

YEARS = (1950, 2020)
WORDS = Path(__file__).with_name("words.txt")
# Coprime to every size below a million, so that each combination comes once.
STRIDE = 1_000_003


class Title(NamedTuple):
    id: str
    title: str
    author: str
    year: int
    language: str


def make(count: int) -> Iterator[Title]:
    """Yield so many titles; the first ones are real and, later, the most lent."""
    chance = random.Random(count)
    real = list(csv.DictReader((sample.FOLDER / "titles.csv").open(encoding="utf-8")))[:count]
    for row in real:
        yield Title(row["title_id"], row["title"], row["author"], int(row["year"] or 0), "zh")
    combinations = _Combinations()
    for number in range(count - len(real)):
        at = number * STRIDE % len(combinations)
        title, author, language = combinations.at(at)
        yield Title(f"g{number:06}", title, author, chance.randint(*YEARS), language)


class _Combinations:
    """All of them, numbered: subjects of regions, tales, and a few in English."""

    def __init__(self) -> None:
        words = _words()
        self._subjects = [words["regions"], words["subjects"], words["forms"]]
        self._tales = [words["images"], words["things"], words["tales"], list(EDITIONS)]
        self._english = [words["firsts"], words["lasts"], words["regions"]]

    def __len__(self) -> int:
        return sum(_size(lists) for lists in (self._subjects, self._tales, self._english))

    def at(self, number: int) -> tuple[str, str, str]:
        """Return title, author and language."""
        if number < (size := _size(self._subjects)):
            region, subject, form = _digits(number, self._subjects)
            return region + subject + form, f"{region}{subject}学会", "zh"
        number -= size
        if number < (size := _size(self._tales)):
            parts = _digits(number, self._tales)
            return "".join(parts), f"{parts[1]}编辑部", "zh"
        first, last, region = _digits(number - size, self._english)
        return f"{first} {last}: {region}", "Society", "en"


def _words() -> dict[str, list[str]]:
    """Read the lists: a name, and below it, indented, its words with bars between."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in WORDS.read_text(encoding="utf-8").splitlines():
        if line.startswith(" "):
            found[name] += line.strip().split("|")
        else:
            name = line
            found[name] = []
    return found


def _size(lists: list[list[str]]) -> int:
    return prod(len(words) for words in lists)


def _digits(number: int, lists: list[list[str]]) -> list[str]:
    found = []
    for words in lists:
        number, at = divmod(number, len(words))
        found.append(words[at])
    return found
