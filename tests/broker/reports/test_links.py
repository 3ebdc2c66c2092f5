"""When a machine was served is written down as it comes and goes, and is its uptime."""

from zoneinfo import ZoneInfo

from bookcase_fw import wire
from broker.reports import periods
from broker.reports.cells import RUNNING, Ledger, count
from broker.reports.places import spans
from tests.broker.desk import MINUTE_MS, START_MS, Desk, Machine

ZONE = ZoneInfo("Asia/Shanghai")
HOUR_MS = 60 * MINUTE_MS
LINKS = "SELECT at_ms, served FROM device_link ORDER BY id"


def presence(machine: Machine, *, online: bool) -> bytes:
    return wire.encode("presence", {"online": online, "session": "1.1"})


def hello(desk: Desk, machine: Machine, at_ms: int) -> None:
    desk.hear(machine.says("presence", presence(machine, online=True), at_ms))
    desk.hear(machine.says("hello", machine.hello(), at_ms))


def uptime(desk: Desk, begin_ms: int, end_ms: int, now_ms: int) -> dict[str, int]:
    ledger = Ledger(desk.db.execute, spans(desk.db.execute, ZONE), now_ms)
    bucket = periods.Bucket(0, begin_ms, end_ms)
    return {cell.measure: cell.value for cell in count(ledger, RUNNING, [bucket])}


def test_a_machine_that_goes_and_comes_back(desk: Desk) -> None:
    machine = Machine()
    hello(desk, machine, START_MS)
    desk.hear(machine.says("presence", presence(machine, online=False), START_MS + HOUR_MS))
    hello(desk, machine, START_MS + 2 * HOUR_MS)

    assert desk.rows(LINKS) == [
        (START_MS, 1),
        (START_MS + HOUR_MS, 0),
        (START_MS + 2 * HOUR_MS, 1),
    ]
    end_ms = START_MS + 4 * HOUR_MS
    assert uptime(desk, START_MS, end_ms, end_ms) == {
        "served_ms": 3 * HOUR_MS,
        "expected_ms": 4 * HOUR_MS,
        "outages": 1,
    }


def test_a_second_hello_of_a_machine_that_is_there_is_no_outage(desk: Desk) -> None:
    machine = Machine()
    hello(desk, machine, START_MS)
    hello(desk, machine, START_MS + MINUTE_MS)

    assert desk.rows(LINKS) == [(START_MS, 1)]


def test_a_silence_that_nobody_noticed_was_an_outage(desk: Desk) -> None:
    """The service itself was away: it comes back and hears the machine anew."""
    machine = Machine()
    hello(desk, machine, START_MS)
    desk.db.execute("UPDATE device_state SET online = 0")
    hello(desk, machine, START_MS + HOUR_MS)

    assert desk.rows(LINKS) == [(START_MS, 1), (START_MS, 0), (START_MS + HOUR_MS, 1)]


def test_a_machine_that_was_lost_and_never_came_back_is_away(desk: Desk) -> None:
    machine = Machine()
    hello(desk, machine, START_MS)
    beat = b'{"uptime_ms": 1, "unacked": 0}'
    desk.hear(machine.says("beat", beat, START_MS + 10 * MINUTE_MS))
    desk.db.execute("UPDATE device_state SET online = 0")

    end_ms = START_MS + HOUR_MS
    found = uptime(desk, START_MS, end_ms, end_ms)
    assert found == {"served_ms": 10 * MINUTE_MS, "expected_ms": HOUR_MS, "outages": 1}
