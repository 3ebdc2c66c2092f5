"""Cards that were issued in the year, an even number on each day on which the desk issues any.

One card is printed for March, when none were issued: somebody made it on a day of returns.
"""

from collections.abc import Sequence
from datetime import date

from broker.accounts import people
from broker.circulation.calendar import Calendar
from broker.circulation.terms import Place
from hw_sim.year import town
from hw_sim.year.printed import Month
from hw_sim.year.quotas import apportioned, days_of, number_of
from hw_sim.year.readers import Readers
from hw_sim.year.service import Service
from hw_sim.year.visits import NOON_MS, midnight_ms

_CARD = "INSERT INTO card (card, reader, account, state, since_ms) VALUES (?, ?, ?, 'active', ?)"


class Cards:
    """`calendar` is the whole year's, with all that was announced in it."""

    def __init__(
        self, service: Service, readers: Readers, months: Sequence[Month], calendar: Calendar
    ) -> None:
        self._service = service
        self._readers = readers
        self._due: dict[date, list[str]] = {}  # Kinds of the cards of a day.
        for month in months:
            kinds = {"juvenile": month.cards_juvenile, "adult": month.cards - month.cards_juvenile}
            open_days = _days(month.number, calendar)
            for kind, count in kinds.items():
                each = apportioned(count, [1.0] * len(open_days))
                for day, cards in zip(open_days, each, strict=True):
                    self._due.setdefault(day, []).extend([kind] * cards)

    def issue(self, day: date) -> None:
        """Enter the readers of a day; a card's account is the next number."""
        kinds = self._due.get(day, [])
        if not kinds:
            return
        db, at_ms = self._service.db, midnight_ms(day) + NOON_MS
        db.begin()
        for kind in kinds:
            self._readers.cards += 1
            account = self._readers.cards
            row = town.patron(account, kind)
            db.execute(_CARD, (row[1], row[2], account, at_ms))
            db.execute(town.PATRON, row)
        people.note_change(db)
        self._service.people_changed(at_ms)
        db.commit()


def _days(month: int, calendar: Calendar) -> list[date]:
    """Return when cards are issued in a month; if never, when books come back; else all days."""
    days = days_of(month)
    place = Place("lib01", "district", "desk")
    for service in ("card_issue", "return"):
        found = [day for day in days if calendar.open_on(service, "any", place, number_of(day))]
        if found:
            return found
    return days
