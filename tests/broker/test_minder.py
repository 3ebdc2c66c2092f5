"""The minder books at night what came late, and forgets requests that nobody makes again."""

from concurrent.futures import Future
from zoneinfo import ZoneInfo

from broker.desk import requests
from broker.ledger.cases import Cases
from broker.minder import Minder, Watch
from broker.reports import closing, periods
from tests.broker.desk import MINUTE_MS, READERS, START_MS, TAGS, Desk, Machine

ZONE = ZoneInfo("Asia/Shanghai")
HOUR_MS = 60 * MINUTE_MS
MONTH = periods.whole(periods.month(202611), ZONE)


class Nights:
    """A minder whose clock is turned by hand, in transactions of its own."""

    def __init__(self, desk: Desk, now_ms: int) -> None:
        self.now_ms = now_ms
        self._db = desk.db
        watch = Watch(lambda _run: Future(), desk.db, Cases(desk.db), ZONE, lambda: self.now_ms)
        self._minder = Minder(watch)

    def turn(self) -> dict[str, int]:
        self._db.begin()
        said = self._minder.turn()
        self._db.commit()
        return {name: int(count) for name, count in (part.split("=") for part in said.split())}


def test_what_came_late_is_booked_once_in_the_night_after(desk: Desk) -> None:
    nights = Nights(desk, MONTH.end_ms + HOUR_MS)
    desk.db.begin()
    closing.close(desk.db, 202611, zone=ZONE, now_ms=nights.now_ms, actor="ann", anyway=True)
    desk.db.commit()
    assert nights.turn()["corrected"] == 0

    machine = Machine()
    machine.session(0, READERS[0], took=[TAGS[0]])
    desk.hear(machine.says("hello", machine.hello(), START_MS))
    desk.hear(machine.says("fact", machine.payload(), nights.now_ms + 1))
    evening = nights.turn()
    nights.now_ms += 3 * HOUR_MS
    night, later = nights.turn(), nights.turn()

    assert [turn["corrected"] > 0 for turn in (evening, night, later)] == [False, True, False]


def test_a_request_is_answered_again_for_thirty_days(desk: Desk) -> None:
    def ask(now_ms: int) -> int:
        """Return when it was done."""
        return int(requests.once(desk.db, "key", "asked", now_ms, lambda: {"at": now_ms})["at"])

    begun_ms = MONTH.end_ms + 4 * HOUR_MS
    nights = Nights(desk, begun_ms + requests.KEPT_MS)
    desk.db.begin()
    first = ask(begun_ms)
    desk.db.commit()
    nights.turn()
    desk.db.begin()
    again = ask(nights.now_ms)
    desk.db.commit()

    nights.now_ms += 24 * HOUR_MS
    forgotten = nights.turn()["forgotten"]
    desk.db.begin()
    anew = ask(nights.now_ms)
    desk.db.commit()

    assert (first, again, forgotten, anew) == (begun_ms, begun_ms, 1, nights.now_ms)
