"""Asks the service what events.py wants to know, at noon, with cards and copies kept for it."""

from datetime import date
from typing import cast

from broker.circulation.terms import Place
from hw_sim.year import town
from hw_sim.year.events import PROBES, Answered
from hw_sim.year.machine import Journal
from hw_sim.year.quotas import ONE_DAY, number_of
from hw_sim.year.service import Service
from hw_sim.year.stock import Loan, Stock
from hw_sim.year.visits import NOON_MS, midnight_ms

ASKS, LATE = 1, 2  # Accounts: who asks and has nothing, and who never brings a copy back.
DESK = Place("lib01", "district", "desk")
MACHINE = "kx01"


class Asker:
    """`kept` are copies that stand aside: one of each audience to ask for, and the `late` one."""

    def __init__(
        self, service: Service, journals: dict[str, Journal], kept: dict[str, int]
    ) -> None:
        self._service = service
        self._journals = journals
        self._kept = kept
        self._today = 0  # yyyymmdd
        self._noon_ms = 0
        self._before: list[object] = []
        self.answered: list[Answered] = []

    def eve(self, day: date) -> None:
        """Ask on the eve of an announcement what its probes ask."""
        self._at(day)
        tomorrow = number_of(day + ONE_DAY)
        self._before = [probe.ask(self) for probe in PROBES if probe.day == tomorrow]

    def day(self, day: date) -> None:
        """Ask the same on the day."""
        self._at(day)
        probes = [probe for probe in PROBES if probe.day == number_of(day)]
        for probe, before in zip(probes, self._before, strict=True):
            self.answered.append(Answered(probe, before, probe.ask(self)))
        self._before = []

    def borrow_late(self, day: date, stock: Stock) -> None:
        """Lend the copy that nobody will bring back, so that its lateness can be asked for."""
        self._at(day)
        journal, copy = self._journals[MACHINE], self._kept["late"]
        tag, reader = town.tag_of(copy), town.reader_of(LATE)
        ask, message = journal.ask(self._noon_ms, "lend", reader, [tag])
        due = cast(int, _book(self._service.hear([message])[MACHINE, ask])["due"])
        body = {"visit": journal.name(), "reader": reader, "tag": tag, "due": due, "answer": ask}
        journal.write("lent", self._noon_ms, body)
        self._service.hear([journal.told(self._noon_ms)])
        stock.keep(copy, Loan(LATE, due, ("own", "adult")))

    # What events.py asks.

    def lend(self, machine: str, audience: str) -> str:
        tag = town.tag_of(self._kept[audience])
        return str(_book(self._ask(machine, "lend", ASKS, [tag])).get("why", ""))

    def door(self, machine: str) -> str:
        return str(self._ask(machine, "open", ASKS, []).get("why", ""))

    def left(self, machine: str) -> int:
        return cast(int, self._ask(machine, "account", ASKS, [])["left"])

    def late(self) -> int:
        answer = self._ask(MACHINE, "return", LATE, [town.tag_of(self._kept["late"])])
        return cast(int, _book(answer).get("overdue_days", 0))

    def is_open(self, service: str, audience: str) -> bool:
        return self._service.law.calendar.open_on(service, audience, DESK, self._today)

    def quota(self, audience: str) -> int | None:
        return self._service.law.calendar.quota_on("enter", audience, DESK, self._today)

    def shuts(self) -> int:
        return self._service.law.calendar.hours_on("lend", "adult", DESK, self._today)[1] // 60

    def _at(self, day: date) -> None:
        self._today, self._noon_ms = number_of(day), midnight_ms(day) + NOON_MS

    def _ask(self, machine: str, op: str, account: int, tags: list[str]) -> dict[str, object]:
        reader = town.reader_of(account)
        number, message = self._journals[machine].ask(self._noon_ms, op, reader, tags)
        return self._service.hear([message])[machine, number]


def _book(answer: dict[str, object]) -> dict[str, object]:
    (book,) = cast(list[dict[str, object]], answer["books"])
    return book
