"""How the printed months are spread over days, and over loans and returns: our assumptions.  Pure.

- On a day on which nothing is open books come back all the same, through the slot of a 24-hour
  return: as many a day as in February, when nothing else happened.
- A day on which books are lent and taken back counts twice one on which they are only taken
  back, and a Saturday or Sunday 1.6 times another day.
- Of what circulates while lending is open one share is loans, the same all year, such that the
  year's loans are those printed.  The street branches lend by the same share.
- The street branches' juvenile share and items a visit are those of the library's same month.
- When the year ends as many copies are out as four weeks of December lent.  From that follows
  how many were out when it began; they were lent in the four weeks before.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from broker.circulation.calendar import Calendar
from broker.circulation.terms import Place
from hw_sim.year.printed import AUDIENCES, LOANS, LOANS_JUVENILE, YEAR, Month

PLACES = ("own", "street")
WEEKEND = 1.6
OUT_DAYS = 28  # How long a loan takes.
OPENING_VISIT = 4  # Copies that a reader took at once before the year began.
CLOSED_MONTH = 2  # The month in which nothing was open.
ONE_DAY = timedelta(days=1)
ANY_KIOSK = Place("", "district", "kiosk")

Stream = tuple[str, str]  # A word of PLACES and one of AUDIENCES: what is counted by itself.
STREAMS: tuple[Stream, ...] = tuple((place, kind) for place in PLACES for kind in AUDIENCES)


class Figures(NamedTuple):
    """A stream's month."""

    items: int
    visits: int


class Quota(NamedTuple):
    """What a stream does on a day; `items` are loans and returns."""

    day: date
    visits: int
    items: int
    loans: int

    @property
    def returns(self) -> int:
        return self.items - self.loans


def plans(months: Sequence[Month], calendar: Calendar, share: float) -> dict[Stream, list[Quota]]:
    """Return each stream's days, from four weeks before the year on; `share` is the months' scale.

    What the library lent in the year is `share` times what it printed, to the copy.
    """
    wanted = {"adult": LOANS - LOANS_JUVENILE, "juvenile": LOANS_JUVENILE}
    found = {}
    for kind in AUDIENCES:
        own = _days([_own(month, kind) for month in months], calendar, kind)
        street = _days([_street(month, kind) for month in months], calendar, kind)
        lending = {q.day for q in own if _is_open("lend", kind, calendar, q.day)}
        part = round(wanted[kind] * share) / sum(q.items for q in own if q.day in lending)
        found["own", kind] = _with_opening(_lent(own, lending, part))
        found["street", kind] = _with_opening(_lent(street, lending, part))
    return found


def apportioned(total: int, weights: Sequence[float]) -> list[int]:
    """Return whole numbers in proportion to the weights, whose sum is the total."""
    whole = sum(weights)
    assert whole or not total
    exact = [total * weight / whole if whole else 0 for weight in weights]
    found = [int(share) for share in exact]
    rest = sorted(range(len(exact)), key=lambda n: found[n] - exact[n])
    for number in rest[: total - sum(found)]:
        found[number] += 1
    return found


def number_of(day: date) -> int:
    """Return a day as the rules write it, yyyymmdd."""
    return day.year * 10000 + day.month * 100 + day.day


def days_of(month: int) -> list[date]:
    first = date(YEAR, month, 1)
    return [day for n in range(31) if (day := first + ONE_DAY * n).month == month]


def _own(month: Month, kind: str) -> Figures:
    if kind == "juvenile":
        return Figures(month.items_juvenile, month.visits_juvenile)
    return Figures(month.items - month.items_juvenile, month.visits - month.visits_juvenile)


def _street(month: Month, kind: str) -> Figures:
    juvenile = round(month.street * month.items_juvenile / month.items)
    items = juvenile if kind == "juvenile" else month.street - juvenile
    own = _own(month, kind)
    return Figures(items, round(items * own.visits / own.items) if own.items else 0)


def _days(figures: Sequence[Figures], calendar: Calendar, kind: str) -> list[Quota]:
    """Spread each month over its days; loans are still to be told from returns."""
    slot = figures[CLOSED_MONTH - 1]
    slot_days = len(days_of(CLOSED_MONTH))
    found: list[Quota] = []
    for number, whole in enumerate(figures, 1):
        days = days_of(number)
        weights = [_weight(kind, calendar, day) for day in days]
        shut = [day for day, weight in zip(days, weights, strict=True) if not weight]
        closed = whole if len(shut) == len(days) else _times(slot, len(shut) / slot_days)
        rest = Figures(whole.items - closed.items, whole.visits - closed.visits)
        found += _spread(closed, shut, [1.0] * len(shut))
        found += _spread(rest, days, weights)
    return sorted(quota for quota in found if quota.visits)


def _times(figures: Figures, factor: float) -> Figures:
    visits = round(figures.visits * factor)
    return Figures(max(visits, round(figures.items * factor)) if visits else 0, visits)


def _spread(whole: Figures, days: Sequence[date], weights: Sequence[float]) -> list[Quota]:
    """Each visit has an item; the other items are spread as the visits are."""
    visits = apportioned(whole.visits, weights)
    more = apportioned(whole.items - whole.visits, visits)
    return [
        Quota(day, visit, visit + items, 0)
        for day, visit, items in zip(days, visits, more, strict=True)
    ]


def _weight(kind: str, calendar: Calendar, day: date) -> float:
    open_to = [_is_open(service, kind, calendar, day) for service in ("lend", "return")]
    return sum(open_to) * (WEEKEND if day.weekday() >= 5 else 1.0)


def _is_open(service: str, kind: str, calendar: Calendar, day: date) -> bool:
    return calendar.open_on(service, kind, ANY_KIOSK, number_of(day))


def _lent(days: Sequence[Quota], lending: set[date], part: float) -> list[Quota]:
    """Make a part of what circulates while lending is open loans, rounded in the sum."""
    found, items, loans = [], 0, 0
    for quota in days:
        mine = 0
        if quota.day in lending:
            items += quota.items
            mine = round(items * part) - loans
            loans += mine
        found.append(quota._replace(loans=mine))
    return found


def _with_opening(days: list[Quota]) -> list[Quota]:
    """Put the loans before the year that its returns, and what is out at its end, ask for."""
    december = days_of(12)
    still_out = sum(q.loans for q in days if q.day in december) * OUT_DAYS // len(december)
    out, least = 0, 0
    for quota in days:
        least = min(least, out - quota.returns)
        out += quota.loans - quota.returns
    opening = max(still_out - out, -least)
    before = [days[0].day.replace(month=1, day=1) - ONE_DAY * n for n in range(OUT_DAYS, 0, -1)]
    items = apportioned(opening, [1.0] * OUT_DAYS)
    taken = [Quota(day, -(-n // OPENING_VISIT), n, n) for day, n in zip(before, items, strict=True)]
    return [quota for quota in taken if quota.visits] + days
