"""How many people come on a day, and when on it: by month, weekday and hour.

Months are those that a district library printed of its year 2020, and the weekend's share is the
one that its year is replayed by (hw_sim/year).  No library has printed hours: these are an
assumption, of places that are open at all hours.
"""

from calendar import monthrange
from datetime import date
from functools import cache

from hw_sim.year import printed
from hw_sim.year.quotas import WEEKEND

HOUR_S = 3600.0
FIRST_DAY = date(2020, 11, 12)  # The day of the twentieth bookcase: a Thursday.
HOURS = (0, 0, 0, 0, 0, 1, 2, 4, 5, 6, 7, 7, 6, 5, 6, 8, 10, 10, 9, 7, 4, 2, 1, 0)  # Shares.


def visits(day: date, usual: int) -> int:
    """Return how many people come on a day, where so many come on FIRST_DAY."""
    return round(usual * _weight(day) / _weight(FIRST_DAY))


def time_of_day_s(chance: float) -> float:
    """Return the time of day of an arrival, whose place among all of a day is from 0 up to 1."""
    point = chance * sum(HOURS)
    for hour, share in enumerate(HOURS):
        if point < share:
            return (hour + point / share) * HOUR_S
        point -= share
    raise AssertionError("the shares end before their sum")


@cache
def _weight(day: date) -> float:
    month = printed.months()[day.month - 1]
    _weekday, days = monthrange(day.year, day.month)
    return month.visits / days * (WEEKEND if day.weekday() >= 5 else 1.0)
