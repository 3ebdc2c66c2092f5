"""The minder books at night what came late, and tells of rounds that lack copies."""

from concurrent.futures import Future
from zoneinfo import ZoneInfo

from broker.ledger.cases import Cases
from broker.minder import Minder, Watch
from broker.reports import closing, periods
from tests.broker.desk import MINUTE_MS, READERS, START_MS, TAGS, Desk, Machine

ZONE = ZoneInfo("Asia/Shanghai")
HOUR_MS = 60 * MINUTE_MS
MONTH = periods.whole(periods.month(202611), ZONE)


def test_what_came_late_is_booked_once_in_the_night_after(desk: Desk) -> None:
    at_ms = [MONTH.end_ms + HOUR_MS]
    minder = Minder(Watch(lambda _run: Future(), desk.db, Cases(desk.db), ZONE, lambda: at_ms[0]))

    def turn() -> str:
        desk.db.begin()
        said = minder.turn()
        desk.db.commit()
        return said

    desk.db.begin()
    closing.close(desk.db, 202611, zone=ZONE, now_ms=at_ms[0], actor="ann", anyway=True)
    desk.db.commit()
    assert turn() == "shortfalls=0 corrected=0"

    machine = Machine()
    machine.session(0, READERS[0], took=[TAGS[0]])
    desk.hear(machine.says("hello", machine.hello(), START_MS))
    desk.hear(machine.says("fact", machine.payload(), at_ms[0] + 1))
    evening = turn()
    at_ms[0] += 3 * HOUR_MS
    night, later = turn(), turn()

    assert evening.endswith("corrected=0")
    assert int(night.rpartition("=")[2]) > 0
    assert later.endswith("corrected=0")
