"""What the library printed of its year, month by month, and the same at a smaller scale."""

import csv
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parent / "data"
YEAR = 2020
# Printed for the whole year, in hundreds: the only figures that tell loans from returns.
LOANS, LOANS_JUVENILE = 439_300, 193_200

AUDIENCES = ("adult", "juvenile")


class Month(NamedTuple):
    """A line of the library's tables; `street` is what the street branches circulated."""

    number: int  # 1 to 12
    items: int
    items_juvenile: int
    visits: int
    visits_juvenile: int
    street: int
    cards: int
    cards_juvenile: int


class Event(NamedTuple):
    """An announcement: its day, and what it was in Chinese and English."""

    day: int
    zh: str
    en: str


def months(share: float = 1.0) -> list[Month]:
    """Return the twelve months; every figure times `share`, rounded, and still fitting together."""
    circulation, cards = table("circulation_by_month"), table("reader_cards_by_month")
    return [_month(row, issued, share) for row, issued in zip(circulation, cards, strict=True)]


def events() -> list[Event]:
    """Return what was announced, oldest first."""
    return [
        Event(int(row["date"].replace("-", "")), row["event_zh"], row["event"])
        for row in table("policy_events")
    ]


def copies(share: float = 1.0) -> dict[str, int]:
    """Return how many copies the library has for each audience, times `share`."""
    held = {row["kind"]: int(row["copies"]) for row in table("holdings")}
    juvenile = held["of which juvenile"]
    return {
        "adult": round((held["all"] - juvenile) * share),
        "juvenile": round(juvenile * share),
    }


def cards(share: float = 1.0) -> int:
    """Return how many cards were valid when the year began, in the district and in its streets.

    The tables begin at the end of January; that nobody gave a card back in it is our assumption.
    """
    first = table("reader_cards_by_month")[0]
    valid = int(first["valid_cards_district"]) + int(first["valid_cards_streets"])
    return round((valid - int(first["new_cards"])) * share)


def table(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _month(row: dict[str, str], issued: dict[str, str], share: float) -> Month:
    """Scale adults' and children's part by themselves, so that their sum is the whole."""

    def part(column: str, of: dict[str, str] = row) -> int:
        return round(int(of[column]) * share)

    items = part("items_circulated")
    juvenile = min(part("items_circulated_juvenile"), items)
    visits = min(part("visits_circulating"), items)
    young = min(part("visits_circulating_juvenile"), visits, juvenile)
    new = part("new_cards", issued)
    return Month(
        number=int(row["month"]),
        items=items,
        items_juvenile=juvenile,
        visits=visits,
        visits_juvenile=max(young, visits - (items - juvenile)),
        street=part("items_circulated_street_branches"),
        cards=new,
        cards_juvenile=min(part("new_cards_juvenile", issued), new),
    )
