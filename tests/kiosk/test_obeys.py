"""Orders from afar: a kiosk starts anew, once, when nobody is there; systemd hears it is alive."""

import socket
from pathlib import Path
from typing import Any

import pytest

from bookcase_fw import record
from kiosk.services.clock import Clock
from kiosk.services.journal import Journal
from kiosk.services.obeys import Obeys
from kiosk.services.watchdog import Watchdog

SESSION = "1.1"


class Kiosk:
    def __init__(self, folder: Path) -> None:
        self.idle, self.restarts, self.now_ns = True, 0, 0
        self.journal = Journal(folder / "journal.sqlite", bytes(32))
        clock = Clock(1, lambda: self.now_ns, lambda: 1_795_233_600_000_000_000)
        self.obeys = Obeys(self.journal, clock, lambda: self.idle, self.restart)

    def restart(self) -> None:
        self.restarts += 1

    def order(self, retained: bool = False, **fields: Any) -> None:
        order = {"id": "o1", "session": SESSION, "deadline_ms": 60_000, "op": "restart", "door": 0}
        self.obeys.take(order | fields, retained, SESSION)
        self.obeys.tick()

    @property
    def outcomes(self) -> list[str]:
        found = [record.decode(data)["d"] for data in self.journal.since(0, 1 << 20)]
        return [body["why"] or "done" for body in found]


@pytest.fixture
def kiosk(tmp_path: Path) -> Kiosk:
    return Kiosk(tmp_path)


def test_it_starts_anew_and_that_is_a_fact_before_it_does(kiosk: Kiosk) -> None:
    kiosk.order()

    assert (kiosk.restarts, kiosk.outcomes) == (1, ["done"])


def test_it_waits_until_nobody_is_there(kiosk: Kiosk) -> None:
    kiosk.idle = False
    kiosk.order()
    kiosk.order()
    assert (kiosk.restarts, kiosk.outcomes) == (0, [])

    kiosk.idle = True
    kiosk.obeys.tick()
    kiosk.obeys.tick()

    assert (kiosk.restarts, kiosk.outcomes) == (1, ["done"])


def test_whoever_stays_longer_than_the_order_lives_is_not_disturbed(kiosk: Kiosk) -> None:
    kiosk.idle = False
    kiosk.order()
    kiosk.now_ns = 61 * 10**9

    kiosk.obeys.tick()

    assert (kiosk.restarts, kiosk.outcomes) == (0, ["late"])


@pytest.mark.parametrize(
    ("retained", "fields", "outcomes"),
    [
        (True, {}, []),
        (False, {"session": "0.9"}, []),
        (False, {"op": "open", "door": 1}, ["unknown"]),
    ],
)
def test_what_is_no_order_for_it_is_not_done(
    kiosk: Kiosk, retained: bool, fields: dict[str, Any], outcomes: list[str]
) -> None:
    kiosk.order(retained, **fields)

    assert (kiosk.restarts, kiosk.outcomes) == (0, outcomes)


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_hears_that_it_is_ready_and_alive(tmp_path: Path, abstract: bool) -> None:
    name = f"@shugui-{tmp_path.name}-{id(tmp_path)}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("\0" + name[1:] if abstract else name)
        systemd.settimeout(10)
        watchdog = Watchdog(name)

        watchdog.ready()
        watchdog.alive()

        assert [systemd.recv(100), systemd.recv(100)] == [b"READY=1", b"WATCHDOG=1"]


def test_without_systemd_nobody_is_told_and_nothing_breaks(tmp_path: Path) -> None:
    Watchdog("").alive()
    Watchdog(str(tmp_path / "nobody")).alive()
