"""The service of the year: its real exchange on a real ledger, with the calendar as it was known.

On the day of an announcement staff change the calendar, and the service starts again with it: the
ledger keeps which text was in force when.  A batch of messages is one transaction, as in the
writer of the product.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from bookcase_fw import sign, wire
from broker import config as configuration
from broker.circulation import calendar
from broker.exchange import Exchange, Incoming
from broker.fleet.registry import Registry
from broker.law import BUILT_IN, CALENDAR, Law, in_force
from broker.ledger import database
from hw_sim.year import town

Answers = dict[tuple[str, str], dict[str, object]]  # (machine, id of the ask) -> the answer.


class Service:
    """On a ledger in `folder` that has its machines; `start` before anything is said to it."""

    def __init__(self, folder: Path) -> None:
        self._calendar = folder / CALENDAR
        self.config = configuration.Config(
            data=str(folder), district_key=town.DISTRICT_KEY.hex(), calendar=str(self._calendar)
        )
        self.db = database.open_writer(folder)
        self.law: Law

    def start(self, day: int, now_ms: int) -> None:
        """Start, or start again, with the calendar as it was known at the end of a day."""
        self._calendar.write_text(known(day), encoding="utf-8")
        self.law = in_force(self.db, self.config, now_ms)
        self._exchange = Exchange(self.db, Registry(self.db), self.law)

    def people_changed(self, now_ms: int) -> None:
        self._exchange.people_changed(now_ms)

    def hear(self, messages: Sequence[Incoming]) -> Answers:
        """Commit what these messages make, in their order; return what was answered."""
        exchange = self._exchange
        self.db.begin()
        exchange.begin(messages)
        for message in messages:
            exchange.take(message)
        exchange.settle()
        self.db.commit()
        for told in (exchange.heard, exchange.books.moved, exchange.cases.changed):
            told.clear()
        return dict(
            _answer(out.topic, out.payload)
            for out in exchange.outbox.take()
            if out.topic.endswith("/dn/answer")
        )


def known(day: int) -> str:
    """Return the district's calendar as its text was on a day: later announcements left blank."""
    text = (BUILT_IN / CALENDAR).read_text(encoding="utf-8")
    kept = {line.number for line in calendar.parse(text).as_of(day).lines}
    return "\n".join(
        line if number in kept or line.startswith("#") else ""
        for number, line in enumerate(text.splitlines(), 1)
    )


def _answer(topic: str, payload: bytes) -> tuple[tuple[str, str], dict[str, object]]:
    device, _tail = wire.split(topic)
    body, _mac = sign.opened(payload)
    said: dict[str, object] = json.loads(body)
    return (device, str(said["id"])), said
