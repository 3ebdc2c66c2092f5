"""A bookcase drawn: its compartments side by side, each book a spine in its class's colour."""

import binascii
from collections.abc import Sequence
from typing import NamedTuple

from broker.ledger.views import Book, Machine

SPINE, EDGE = 4, 3  # Width of a book's place, and of a compartment's side.
HEIGHT = 34
SPINE_HEIGHTS = (17, 19, 20, 21, 22, 24, 26)
CLOTH_COUNT = 8  # Muted colours of covers, .cloth-0 to .cloth-7 in the style sheet.


class Spine(NamedTuple):
    """A book's back."""

    x: int
    y: int
    height: int
    cloth: int


class Compartment(NamedTuple):
    """A compartment with its books, from `x`, `width` wide."""

    door: int
    open: bool
    copies: int
    capacity: int
    x: int
    width: int
    spines: list[Spine]


class Cabinet(NamedTuple):
    """The whole drawing."""

    width: int
    height: int
    compartments: list[Compartment]


def cloth(class_number: str) -> int:
    """Return the number of a class's colour; the class is taken as far as its first point."""
    return sum(class_number.partition(".")[0].encode()) % CLOTH_COUNT


def draw(machine: Machine, books: Sequence[Book]) -> Cabinet:
    """Draw a bookcase; `books` are those inside, by door."""
    x, compartments = 1, []
    for door in machine.doors:
        inside = [book for book in books if book.door == door.door]
        width = SPINE * max(door.capacity, len(inside)) + 2 * EDGE
        spines = [_spine(book, x + EDGE + SPINE * n) for n, book in enumerate(inside)]
        compartments.append(
            Compartment(door.door, door.open, door.count, door.capacity, x, width, spines)
        )
        x += width + 4
    return Cabinet(max(x - 3, 1), HEIGHT, compartments)


def _spine(book: Book, x: int) -> Spine:
    height = SPINE_HEIGHTS[binascii.crc32(book.barcode.encode()) % len(SPINE_HEIGHTS)]
    return Spine(x, HEIGHT - 2 - height, height, cloth(book.class_number))
