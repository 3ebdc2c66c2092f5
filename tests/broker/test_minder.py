"""The service's duties: done at their times, once by one process, and what went wrong is kept."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from broker import duties
from broker.desk import requests
from broker.duties import DUTIES, Means
from broker.ledger.cases import Cases
from broker.minder import UNDONE_MS, Last, Minder, last
from broker.reports import closing, periods
from tests.broker.desk import MINUTE_MS, READERS, START_MS, TAGS, Desk, Machine
from tests.broker.staff.accounts import InTurn

ZONE = ZoneInfo("Asia/Shanghai")
HOUR_MS = 60 * MINUTE_MS
MONTH = periods.whole(periods.month(202611), ZONE)
NAMES = [duty.name for duty in DUTIES]


class Nights:
    """A minder that was started a day ago, whose clock is turned by hand."""

    def __init__(self, desk: Desk, now_ms: int) -> None:
        self.now_ms = now_ms
        self.desk = desk
        self.broken: Callable[[str, int], object] | None = None
        self.do = InTurn(desk.db)
        self._minder = Minder(self.do, self._means, lambda: self.now_ms)
        self._minder.look()
        self.now_ms += 24 * HOUR_MS

    def _means(self, now_ms: int) -> Means:
        cases = Cases(self.desk.db)
        names = ("bank",) if self.broken else ()
        return Means(self.desk.db, cases, ZONE, now_ms, names, self.broken)  # type: ignore[arg-type]

    def look(self) -> list[str]:
        return self._minder.look()

    def last(self, name: str) -> Last:
        (found,) = [duty for duty in self.do(last) if duty.name == name]
        return found


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp() * 1000)


@pytest.mark.parametrize(
    ("when", "now", "turn"),
    [
        ("03:00", "2026-11-21 02:59", "2026-11-20"),
        ("03:00", "2026-11-21 03:00", "2026-11-21"),
        ("03:00", "2026-11-21 23:59", "2026-11-21"),
    ],
)
def test_a_daily_turn_comes_at_its_time(when: str, now: str, turn: str) -> None:
    assert duties.turn(when, at(now), ZONE) == turn


def test_every_five_minutes_is_a_turn() -> None:
    turns = {duties.turn("every 5", minute * MINUTE_MS, ZONE) for minute in range(15)}

    assert len(turns) == 3


def test_a_first_start_holds_nobody_up(desk: Desk) -> None:
    nights = Nights(desk, START_MS)

    assert {duty.begun_ms for duty in nights.do(last)} == {0}


def test_each_duty_is_done_once_a_turn(desk: Desk) -> None:
    nights = Nights(desk, at("2026-11-20 12:00"))

    first = nights.look()
    nights.now_ms += 5 * MINUTE_MS
    soon, again = nights.look(), nights.look()
    nights.now_ms = at("2026-11-22 12:00")
    morning, after = nights.look(), nights.look()

    assert (first, soon, again) == (NAMES, ["shortfalls"], [])
    assert (morning, after) == (NAMES, [])
    assert all(duty.ok and duty.ended_ms == nights.now_ms for duty in nights.do(last))


def test_what_goes_wrong_is_kept_and_stops_no_other(desk: Desk) -> None:
    def silent(_provider: str, _day: int) -> object:
        raise TimeoutError("the bank does not answer")

    nights = Nights(desk, at("2026-11-21 12:00"))
    nights.broken = silent

    assert nights.look() == NAMES
    assert nights.last("reconcile")[4:] == (False, "TimeoutError: the bank does not answer")
    assert nights.last("rank").ok


def test_a_duty_that_a_dying_service_left_is_done_again(desk: Desk) -> None:
    nights = Nights(desk, at("2026-11-21 12:00"))
    nights.look()
    nights.do(lambda db: db.execute("UPDATE duty SET ended_ms = NULL WHERE name = 'rank'"))

    assert nights.look() == []
    nights.now_ms += UNDONE_MS + 1

    assert "rank" in nights.look()


def test_what_came_late_is_booked_once_in_the_night_after(desk: Desk) -> None:
    nights = Nights(desk, MONTH.end_ms - 23 * HOUR_MS)
    nights.do(
        lambda db: closing.close(
            db, 202611, zone=ZONE, now_ms=nights.now_ms, actor="ann", anyway=True
        )
    )
    nights.look()
    machine = Machine()
    machine.session(0, READERS[0], took=[TAGS[0]])
    desk.hear(machine.says("hello", machine.hello(), START_MS))
    desk.hear(machine.says("fact", machine.payload(), nights.now_ms + 1))

    evening = nights.look()
    nights.now_ms += 3 * HOUR_MS
    nights.look()
    night = nights.last("corrections").outcome
    nights.now_ms += 24 * HOUR_MS
    nights.look()

    assert evening == []
    assert int(night.split()[0].removeprefix("cells=")) > 0
    assert nights.last("corrections").outcome.startswith("cells=0 ")


def test_a_request_is_answered_again_for_thirty_days(desk: Desk) -> None:
    def ask(now_ms: int) -> int:
        """Return when it was done."""
        run = nights.do
        return int(
            run(lambda db: requests.once(db, "key", "asked", now_ms, lambda: {"at": now_ms}))["at"]
        )

    begun_ms = MONTH.end_ms + 4 * HOUR_MS
    nights = Nights(desk, begun_ms + requests.KEPT_MS - 24 * HOUR_MS)
    first = ask(begun_ms)
    nights.look()
    again = ask(nights.now_ms)

    nights.now_ms += 24 * HOUR_MS
    nights.look()
    forgotten, anew = nights.last("requests").outcome, ask(nights.now_ms)

    assert (first, again, forgotten, anew) == (begun_ms, begun_ms, "forgotten=1", nights.now_ms)
