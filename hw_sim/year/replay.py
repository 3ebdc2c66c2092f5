"""The year, day by day: what happens is told to the service, and judged month by month."""

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from broker.circulation import calendar as calendars
from broker.law import BUILT_IN, CALENDAR
from broker.ledger import audit
from broker.reports.build import Report
from broker.reports.periods import Period
from hw_sim.year import events, judge, printed, quotas, tables, town
from hw_sim.year.asker import DESK, Asker
from hw_sim.year.cards import Cards
from hw_sim.year.hall import AT_ONCE_MAX, LIBRARY, Hall
from hw_sim.year.machine import Journal
from hw_sim.year.quotas import ONE_DAY, Quota, Stream, number_of
from hw_sim.year.readers import Readers
from hw_sim.year.service import Service
from hw_sim.year.stock import Stock
from hw_sim.year.visits import NOON_MS, SLOT, Visit, midnight_ms, visits

LOADED = date(printed.YEAR - 1, 12, 1)
LATE_LENT = date(printed.YEAR - 1, 12, 20)  # Due on 17 January.
END = date(printed.YEAR + 1, 1, 1)
BOOKCASES = date(2020, 11, 12)
BOOKCASE_SHARE = 0.05  # Of the library's visits since then: an assumption.
LIMIT_15 = date(2020, 10, 27)
ALL_DAY = (0, 1440)
USUAL_HOURS = (540, 1200)  # Where the calendar names none: an assumption.


class Progress(NamedTuple):
    """Where it is: a word for what is done, how much of it, and all of it."""

    what: str
    done: int
    total: int


class Outcome(NamedTuple):
    """`differences` are between truth and ledger, and wrong refusals; `audit` is the ledger's own
    check that all follows from its facts."""

    items: int
    visits: int
    restocked: int
    on_loan: int
    answered: list[events.Answered]
    differences: list[str]
    audit: list[str]
    pairs: list[tables.Pair]
    digest: str  # Over all movements: same seed, same run.

    @property
    def violations(self) -> int:
        unlike = sum(pair.printed != pair.reported for pair in self.pairs)
        unheard = sum(one.is_wrong for one in self.answered)
        return len(self.differences) + len(self.audit) + unlike + unheard


class Year:
    """A replay into a new ledger in `folder`; `share` is the scale of copies, cards and visits."""

    def __init__(self, folder: Path, *, seed: int, share: float) -> None:
        self._folder = folder
        self._chance = random.Random(seed)
        self._months = printed.months(share)
        law = calendars.parse((BUILT_IN / CALENDAR).read_text(encoding="utf-8"))
        self._plans = quotas.plans(self._months, law, share)
        self._shelves = town.shelved(printed.copies(share))
        self._stock = stock = Stock(self._shelves)
        self._machines = town.machines()
        began_ms = midnight_ms(LOADED)
        self._journals = {m.name: Journal(m, began_ms) for m in self._machines}
        self.service = Service(folder)
        self._readers = Readers(stock, printed.cards(share), self._chance)
        self._hall = Hall(self.service, stock, self._readers, self._journals)
        self._cards = Cards(self.service, self._readers, self._months, law)
        kept = {kind: stock.take(LIBRARY, kind, 1)[0] for kind in printed.AUDIENCES}
        kept["late"] = stock.take(LIBRARY, "adult", 1)[0]
        self._asker = Asker(self.service, self._journals, kept)
        self._differences: list[str] = []
        self._items = self._visits = 0

    def run(self) -> Iterator[Progress]:
        """Replay everything; stop asking at any time, and the ledger is whole up to there."""
        settled = town.settle(
            self.service.db, self._shelves, self._readers.cards, midnight_ms(LOADED)
        )
        for done, total in settled:
            yield Progress("copies", done, total)
        total = sum(quota.items for plan in self._plans.values() for quota in plan)
        announced = {event.day for event in printed.events()}
        day, done = LOADED, 0
        while day < END:
            if day == LOADED or number_of(day) in announced:
                self._announce(day)
            for items in self._live(day):
                done += items
                yield Progress(day.isoformat(), done, total)
            if number_of(day + ONE_DAY) in announced:
                self._asker.eve(day)
            day += ONE_DAY
            if day.day == 1:
                self._judge()
        self._beat()

    def outcome(self) -> Outcome:
        """Compare the product's report with the print, and let the ledger check itself."""
        law = self.service.law
        return Outcome(
            items=self._items,
            visits=self._visits,
            restocked=self._hall.restocked,
            on_loan=len(self._stock.loans),
            answered=self._asker.answered,
            differences=self._differences + self._hall.refused,
            audit=audit.check(self._folder, law.day, rules=law.rules),
            pairs=tables.pairs(self.report("monthly"), self._months),
            digest=judge.digest(self.service.db),
        )

    def report(self, name: str, period: Period | None = None) -> Report:
        """Return one of the product's reports as it stands after the year."""
        return tables.report(self.service.db, name, midnight_ms(END) + 2 * NOON_MS, period)

    def _announce(self, day: date) -> None:
        """The service starts with the calendar as it is known now, and the machines greet it."""
        at_ms = midnight_ms(day)
        self.service.start(number_of(day), at_ms)
        self.service.hear([journal.hello(at_ms) for journal in self._journals.values()])
        self._asker.day(day)

    def _live(self, day: date) -> Iterator[int]:
        self._stock.morning()
        self._readers.morning()
        self._cards.issue(day)
        if day == LATE_LENT:
            self._asker.borrow_late(day, self._stock)
        here = [
            visit
            for stream, plan in self._plans.items()
            for quota in plan
            if quota.day == day
            for visit in self._visits_of(stream, quota)
        ]
        here.sort()
        limit = 15 if day >= LIMIT_15 else 10
        for items in self._hall.carry_out(here, number_of(day), {"own": limit, "street": 10}):
            self._items += items if day.year == printed.YEAR else 0
            yield items
        self._visits += len(here) if day.year == printed.YEAR else 0

    def _visits_of(self, stream: Stream, quota: Quota) -> list[Visit]:
        machines = [m for m in self._machines if m.place == stream[0] and m.weight]
        hours = self._hours(quota.day)
        if hours == SLOT and stream[0] == "own":
            machines = [m for m in self._machines if m.name == "rt01"]
        found = visits(self._chance, stream, quota, machines=machines, hours=hours)
        if stream[0] == "own" and quota.day >= BOOKCASES:
            return [self._perhaps_at_a_bookcase(visit) for visit in found]
        return found

    def _perhaps_at_a_bookcase(self, visit: Visit) -> Visit:
        if visit.returns + visit.loans > AT_ONCE_MAX or self._chance.random() >= BOOKCASE_SHARE:
            return visit
        bookcases = [machine for machine in self._machines if machine.kind == "bookcase"]
        return visit._replace(machine=self._chance.choice(bookcases))

    def _hours(self, day: date) -> tuple[int, int]:
        """Return when books are taken back at the desk; kiosks stand in the same building."""
        calendar = self.service.law.calendar
        number = number_of(day)
        if not calendar.open_on("return", "any", DESK, number):
            return SLOT
        hours = calendar.hours_on("return", "any", DESK, number)
        return USUAL_HOURS if hours == ALL_DAY else hours

    def _judge(self) -> None:
        found = judge.differences(self.service.db, self._stock, midnight_ms(LOADED))
        self._differences += found

    def _beat(self) -> None:
        """After the year each machine is heard once more: nothing is left to be told."""
        at_ms = midnight_ms(END) + NOON_MS
        self.service.hear([journal.beat(at_ms) for journal in self._journals.values()])
