"""ISO 2709: a file becomes records, a record a title, by the tables of formats.py.

    leader (24) | directory (12 a field) 0x1E | fields, each ending in 0x1E | 0x1D

The file is cut at each 0x1D, whatever the lengths say: after a broken record the next one is whole.
None of the encodings uses that byte for anything else.
"""

import logging
import re
import warnings
from collections.abc import Iterator
from hashlib import sha256
from typing import BinaryIO, NamedTuple

import pymarc

from broker.catalogue import isbn
from broker.catalogue.formats import LANGUAGES, Format, Rule
from broker.catalogue.work import BrokenRecord, Item, Work

ENCODINGS = ("auto", "utf-8", "gb18030", "marc-8")
END = b"\x1d"
BLOCK_SIZE = 1 << 20
RECORD_SIZE_MAX = 99_999  # Its length has five digits.
CODING = 9  # Place in the leader: "a" says UTF-8.

_BETWEEN = b" \r\n\0\x1a"
# Control characters, the marks of what is not sorted among them, and others without a shape.
_UNSEEN = re.compile("[\0-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_YEAR = re.compile(r"(?<!\d)(1[0-9]|20)\d\d(?!\d)")
_ENDS = " /:;,=.·"
# pymarc writes a line for each odd indicator; what matters is reported by record instead.
logging.getLogger("pymarc").setLevel(logging.CRITICAL)


class Raw(NamedTuple):
    """A record's bytes, its place in the file from 1, and how many bytes were read with it."""

    number: int
    data: bytes
    read: int


def split(file: BinaryIO) -> Iterator[Raw]:
    """Yield the records of a file; what follows the last end mark is one too."""
    rest, number, read = b"", 0, 0
    while block := file.read(BLOCK_SIZE):
        read += len(block)
        *whole, rest = (rest + block).split(END)
        for data in whole:
            number += 1
            yield Raw(number, data.lstrip(_BETWEEN) + END, read)
    if rest.strip(_BETWEEN):
        yield Raw(number + 1, rest.lstrip(_BETWEEN), read)


def digest(data: bytes, form: str, encoding: str) -> str:
    """Return what changes when a record, or the way it is read, does."""
    return sha256(f"{form} {encoding} 1\n".encode() + data).hexdigest()


def work(data: bytes, form: Format, encoding: str) -> Work:
    """Return the title of a record.  Raises BrokenRecord."""
    return _work(record(data, form, encoding), form)


def in_utf8(data: bytes, form: Format, encoding: str) -> bytes:
    """Return a record that was taken, in UTF-8."""
    return record(data, form, encoding).as_marc()


def record(data: bytes, form: Format, encoding: str) -> pymarc.Record:
    """Return a record's fields.  Raises BrokenRecord."""
    if not data.endswith(END):
        raise BrokenRecord("it has no end mark")
    if len(data) > RECORD_SIZE_MAX:
        raise BrokenRecord(f"it has {len(data)} bytes")
    for name in _encodings(data, form, encoding):
        try:
            return _decoded(data, name)
        except UnicodeDecodeError as error:
            wrong = f"it is not in {name}: byte {error.object[error.start]:#04x}"
        except (pymarc.exceptions.PymarcException, ValueError, LookupError) as error:
            raise BrokenRecord(_reason(error)) from error
    raise BrokenRecord(wrong)


def _encodings(data: bytes, form: Format, encoding: str) -> tuple[str, ...]:
    if encoding != "auto":
        return (encoding,)
    if form.name == "marc21":
        return ("utf-8",) if data[CODING : CODING + 1] == b"a" else ("marc-8",)
    return ("utf-8", "gb18030")


def _decoded(data: bytes, encoding: str) -> pymarc.Record:
    # The leader's word for UTF-8 must not stand against what we were told.
    data = data[:CODING] + (b"a" if encoding == "utf-8" else b" ") + data[CODING + 1 :]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pymarc.Record(
            data,
            file_encoding="iso8859-1" if encoding == "marc-8" else encoding,
            hide_utf8_warnings=True,
        )


def _reason(error: Exception) -> str:
    said = str(error) or (error.__doc__ or "").strip().split("\n")[0]
    return f"{type(error).__name__}: {said}".rstrip(": ")


def _work(found: pymarc.Record, form: Format) -> Work:
    title = _title(found, form)
    if not title:
        raise BrokenRecord("it has no title")
    authors = _every(found, form.authors) or _every(found, form.authors_else)
    isbns = tuple(dict.fromkeys(filter(None, map(isbn.normal, _every(found, form.isbns)))))
    year = next((m[0] for text in _values(found, form.year) if (m := _YEAR.search(text))), "0")
    language = _first(found, form.language)
    audience = _first(found, form.audience)
    number = _first(found, form.number)
    return Work(
        id=number or (f"isbn{isbns[0]}" if isbns else _number_of(title, authors, year)),
        title=title,
        authors=authors,
        year=int(year),
        language=LANGUAGES.get(language, language),
        audience="juvenile" if audience and audience in form.juvenile else "adult",
        class_=_first(found, form.class_),
        publisher=_first(found, form.publisher),
        subjects=_every(found, form.subjects),
        isbns=isbns,
        items=_items(found, form),
    )


def _number_of(title: str, authors: tuple[str, ...], year: str) -> str:
    """A record without a number keeps one as long as title, authors and year stay."""
    return "x" + sha256("\n".join((title, *authors, year)).encode()).hexdigest()[:15]


def _title(found: pymarc.Record, form: Format) -> str:
    for rule in form.title:
        for field in found.get_fields(rule.tag):
            parts = [_clean(value) for value in field.get_subfields(*rule.codes)]
            if any(parts):
                return " ".join(filter(None, parts))
    return ""


def _items(found: pymarc.Record, form: Format) -> tuple[Item, ...]:
    items: dict[str, Item] = {}
    for holding in form.holdings:
        for field in found.get_fields(holding.tag):
            site = _clean(" ".join(field.get_subfields(holding.site)[:1]))
            for barcode in map(_clean, field.get_subfields(holding.barcode)):
                if barcode:
                    items.setdefault(barcode, Item(barcode, site))
    return tuple(items.values())


def _first(found: pymarc.Record, rules: tuple[Rule, ...]) -> str:
    return next(filter(None, _values(found, rules)), "")


def _every(found: pymarc.Record, rules: tuple[Rule, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, _values(found, rules))))


def _values(found: pymarc.Record, rules: tuple[Rule, ...]) -> Iterator[str]:
    for rule in rules:
        for field in found.get_fields(rule.tag):
            text = " ".join(field.get_subfields(*rule.codes)) if rule.codes else field.data
            if not text:
                continue
            yield _clean(text[rule.start : rule.end] if rule.end else text)


def _clean(text: str) -> str:
    """Return text without the punctuation that cataloguers put between fields.

    A full stop stays after an initial: "Tolkien, J. R. R."
    """
    plain = " ".join(_UNSEEN.sub("", text).split())
    cut = plain.rstrip(_ENDS)
    return f"{cut}." if plain[len(cut) :] == "." and re.search(r"(^|[\s.])\w$", cut) else cut
