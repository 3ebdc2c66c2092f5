"""Which field of a record says what, for MARC 21 and for CNMARC: tables, read by marc.py.

A rule names a field and its subfields, or a piece of a field of fixed length.  Rules of one kind
are tried in order; for those marked `every`, all fields of all rules count.
"""

from typing import NamedTuple


class Rule(NamedTuple):
    """`codes` are subfields, joined in the record's order; "" is a control field.

    With `end` only the characters `start` to `end` of the value are taken.
    """

    tag: str
    codes: str = ""
    start: int = 0
    end: int = 0


class Holding(NamedTuple):
    """A field that names copies: subfields of their barcodes and of the place they belong to."""

    tag: str
    barcode: str
    site: str


class Format(NamedTuple):
    """`juvenile` are the audience codes of readers under sixteen; all others are adult."""

    name: str
    number: tuple[Rule, ...]
    title: tuple[Rule, ...]
    authors: tuple[Rule, ...]  # every
    authors_else: tuple[Rule, ...]  # where there are none of those
    year: tuple[Rule, ...]
    language: tuple[Rule, ...]
    audience: tuple[Rule, ...]
    juvenile: str
    class_: tuple[Rule, ...]
    publisher: tuple[Rule, ...]
    subjects: tuple[Rule, ...]  # every
    isbns: tuple[Rule, ...]  # every
    holdings: tuple[Holding, ...]


# https://www.loc.gov/marc/bibliographic/
MARC21 = Format(
    name="marc21",
    number=(Rule("001"),),
    title=(Rule("245", "abnp"),),
    authors=(
        Rule("100", "a"),
        Rule("110", "ab"),
        Rule("111", "a"),
        Rule("700", "a"),
        Rule("710", "ab"),
    ),
    authors_else=(Rule("245", "c"),),
    year=(Rule("264", "c"), Rule("260", "c"), Rule("008", start=7, end=11)),
    language=(Rule("041", "a", 0, 3), Rule("008", start=35, end=38)),
    audience=(Rule("008", start=22, end=23),),
    juvenile="abcj",
    class_=(
        Rule("905", "d"),
        Rule("093", "a"),  # Chinese Library Classification
        Rule("090", "a"),
        Rule("050", "a"),
        Rule("082", "a"),
    ),
    publisher=(Rule("264", "b"), Rule("260", "b")),
    subjects=(
        Rule("600", "a"),
        Rule("610", "a"),
        Rule("611", "a"),
        Rule("630", "a"),
        Rule("650", "ax"),
        Rule("651", "ax"),
        Rule("653", "a"),
        Rule("655", "a"),
    ),
    isbns=(Rule("020", "a"),),
    holdings=(
        Holding("852", "p", "b"),
        Holding("876", "p", "l"),
        Holding("949", "p", "b"),
        Holding("905", "b", "a"),
    ),
)

# UNIMARC with the fields that Chinese libraries use: 中国机读目录格式 (GB/T 33286).
CNMARC = Format(
    name="cnmarc",
    number=(Rule("001"),),
    title=(Rule("200", "aehi"),),
    authors=(
        Rule("700", "ab"),
        Rule("701", "ab"),
        Rule("702", "ab"),
        Rule("710", "ab"),
        Rule("711", "ab"),
        Rule("712", "ab"),
    ),
    authors_else=(Rule("200", "f"),),
    year=(Rule("210", "d"), Rule("100", "a", 9, 13)),
    language=(Rule("101", "a", 0, 3),),
    audience=(Rule("100", "a", 17, 18),),
    juvenile="abcde",
    class_=(Rule("905", "d"), Rule("690", "a"), Rule("676", "a")),
    publisher=(Rule("210", "c"),),
    subjects=(
        Rule("600", "a"),
        Rule("601", "a"),
        Rule("605", "a"),
        Rule("606", "ax"),
        Rule("607", "ax"),
        Rule("610", "a"),
    ),
    isbns=(Rule("010", "a"),),
    holdings=(Holding("905", "b", "a"), Holding("995", "f", "b")),
)

FORMATS = {form.name: form for form in (MARC21, CNMARC)}

# ISO 639-2, as records have them, to the two letters of the ledger; others stay as they are.
LANGUAGES = {
    "chi": "zh",
    "zho": "zh",
    "eng": "en",
    "fre": "fr",
    "fra": "fr",
    "ger": "de",
    "deu": "de",
    "ita": "it",
    "jpn": "ja",
    "kor": "ko",
    "rus": "ru",
    "spa": "es",
}
