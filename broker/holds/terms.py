"""How long a copy is kept: by the rule `pickup`, and to a day on which it can be fetched."""

from collections.abc import Callable

from broker.circulation import days
from broker.circulation.calendar import Calendar
from broker.circulation.rules import Rules
from broker.circulation.terms import Place
from broker.holds.holds import Terms
from broker.ledger.store import Database

DAYS = 3  # Where no rule says.
CLOSED_DAYS_MAX = 366

_PERSON = "SELECT kind FROM patron WHERE account = ?"
_MACHINE = """SELECT site.id, site.level, device.kind FROM device
JOIN site ON site.id = device.site WHERE device.name = ?"""
_SITE = "SELECT id, level, 'desk' FROM site WHERE id = ?"


def of(db: Database, rules: Rules, calendar: Calendar, day: Callable[[int], int]) -> Terms:
    """Return the terms by these rules and this calendar."""

    def last_day(today: int, account: int, pickup: str) -> int:
        person = db.execute(_PERSON, (account,)).fetchone()
        found = (
            db.execute(_MACHINE, (pickup,)).fetchone() or db.execute(_SITE, (pickup,)).fetchone()
        )
        place = Place(*found)
        kind = person[0] if person else "any"
        line = rules.find("pickup", today, patron=kind, level=place.level, channel=place.channel)
        last = days.plus(today, line.value if line else DAYS)
        for _day in range(CLOSED_DAYS_MAX):
            if not calendar.closed_by("lend", "adult", place, last):
                break
            last = days.plus(last, 1)
        return last

    return Terms(day, last_day)
