"""Titles as the HTTP API shows them: a field's text reaches /openapi.json."""

from broker.catalogue.places import Whereabouts
from broker.catalogue.search import Found
from broker.ledger.views import record


@record
class Place:
    """A copy of a title and where it is."""

    barcode: str
    """the copy"""
    state: str
    """here (it can be had), on_loan, moving, or missing"""
    device: str
    """the bookcase that holds it; empty for a shelf"""
    door: int
    """the compartment; 0 for none"""
    site: str
    """the site of the bookcase or the shelf; empty when it is with a reader"""
    name_zh: str
    """the site's name in Chinese"""
    name_en: str
    """the site's name in English"""
    due: int
    """the day on which its loan ends; 0 when it is not on loan"""


@record
class Title:
    """A title, and each of its copies."""

    id: str
    """its number"""
    title: str
    """its title"""
    author: str
    """its authors, with semicolons between"""
    year: int
    """the year of publication; 0 when unknown"""
    language: str
    """its language: zh, en, …"""
    class_number: str
    """its number in the Chinese Library Classification"""
    audience: str
    """adult or juvenile"""
    publisher: str
    """its publisher"""
    subjects: list[str]
    """its subjects"""
    isbns: list[str]
    """its ISBNs, of thirteen digits"""
    available: int
    """copies that can be had now"""
    copies: list[Place]
    """its copies, those that can be had first"""


def title(found: Found) -> Title:
    return Title(
        **found._asdict() | {"copies": [_place(copy) for copy in found.copies]},
        available=sum(copy.state == "here" for copy in found.copies),
    )


def _place(copy: Whereabouts) -> Place:
    return Place(**copy._asdict())
