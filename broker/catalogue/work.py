"""A title as an import reads it, whatever format it came in."""

from typing import NamedTuple


class Item(NamedTuple):
    """A copy that a record names; `site` is the library's own word for where it belongs."""

    barcode: str
    site: str = ""
    tag: str = ""  # The chip's number, where the record has it.


class Work(NamedTuple):
    """`year` is 0 when unknown; `audience` is adult, juvenile or general; `class_` its number.

    `authors` and `subjects` are in the record's order, `isbns` have thirteen digits.
    """

    id: str
    title: str
    authors: tuple[str, ...] = ()
    year: int = 0
    language: str = ""
    audience: str = ""
    class_: str = ""
    publisher: str = ""
    subjects: tuple[str, ...] = ()
    isbns: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()

    @property
    def author(self) -> str:
        """All authors in one line."""
        return AUTHORS_BETWEEN.join(self.authors)


AUTHORS_BETWEEN = ";"


class BrokenRecord(Exception):
    """A record cannot be taken.  The message says why; the other records can."""
