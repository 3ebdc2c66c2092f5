"""P2: from the door's shut to "done" on the panel, while 50 other machines tell their sessions.

Bookcases with their real firmware, Mosquitto and the service, all durations as in life.  The clock
runs from the lock board's first answer that says shut to the panel's `done`; the radio rounds, from
the first round's question to the last round's answer, are taken off.  A session in which the reader
is asked to move the books apart is not timed.
"""

import asyncio
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

from hw_sim.desk import config, keys
from hw_sim.desk.desk import Desk
from hw_sim.desk.process import Process
from hw_sim.devices.twin import Twin
from hw_sim.machines import BookcaseTwins
from hw_sim.world import sample
from tests.bench import district, figures, fleet
from tests.journeys.visits import Reader, full_door

CARDS = {"bc01": "SG00000001", "bc02": "SG00000003", "bc03": "SG00000004"}  # Of a reader at each.
BOOKS = 2  # Taken in one session and put back by the next.
SESSION_COUNT = 34  # At each of these bookcases.
OTHERS = [f"bc{number}" for number in range(101, 151)]
PERIOD_S = 1.5  # Between two sessions of each of them.
SESSIONS_OF_OTHERS = 300  # More than each of them can tell meanwhile.
GOAL_MS = 150


class Lap(NamedTuple):
    """One door session, in ms."""

    total: float
    rounds: float  # Of it, the radio's.


class Watch:
    """Sees at the twins when a door is shut, when the antennas are asked, when `done` is shown."""

    def __init__(self, twins: BookcaseTwins, door: int) -> None:
        self.laps: list[Lap] = []
        self.asked_count = 0  # Sessions in which the reader was asked.
        self._lock, self._door = twins.lock, door
        self._was_open = False
        self._shut_s = self._first_s = self._last_s = 0.0  # 0: not yet.
        self._look_on = twins.screen.on_shown
        twins.screen.on_shown = self._shown
        _also(twins.lock, self._lock_was_asked)
        for number in range(1, twins.doors + 1):
            _also(twins.part(f"reader.{number}").twin, self._reader_was_asked)

    def _lock_was_asked(self, frame: Any) -> None:
        if frame.name != "read":
            return
        is_open = not self._lock.is_shut(self._door)
        if self._was_open and not is_open:
            self._shut_s, self._first_s = time.perf_counter(), 0.0
        self._was_open = is_open

    def _reader_was_asked(self, frame: Any) -> None:
        if self._shut_s and frame.name == "inventory":
            self._last_s = time.perf_counter()
            self._first_s = self._first_s or self._last_s

    def _shown(self, fields: dict[str, Any]) -> None:
        self._look_on(fields)
        if self._shut_s and fields["screen"] == "done":
            total_s = time.perf_counter() - self._shut_s
            self.laps.append(Lap(total_s * 1000, (self._last_s - self._first_s) * 1000))
            self._shut_s = 0.0
        if self._shut_s and fields["screen"] == "again":
            self.asked_count += 1
            self._shut_s = 0.0


def measure() -> None:
    with tempfile.TemporaryDirectory(prefix="shugui-bench-") as folder:
        watches, others = asyncio.run(_watches(Path(folder)))
    laps = [lap for watch in watches for lap in watch.laps]
    asked = sum(watch.asked_count for watch in watches)
    rest = [lap.total - lap.rounds for lap in laps]
    rounds = figures.median([lap.rounds for lap in laps])
    total = figures.median([lap.total for lap in laps])
    note = (
        f"{len(laps)} sessions at {len(watches)} bookcases, the slowest {max(rest):.0f} ms; "
        f"{asked} more in which the reader was asked; meanwhile {others} sessions of "
        f"{len(OTHERS)} other machines; taken off: the radio rounds, median {rounds:.0f} of "
        f"{total:.0f} ms, but not the silence that ends the last one; durations as in life"
    )
    for name, value, goal in (
        ("door shut to done, 99th percentile", figures.percentile(rest, 99), GOAL_MS),
        ("door shut to done, median", figures.median(rest), None),
    ):
        figures.report("P2", name, value, "ms", goal=goal, better="lower", note=note)


async def _watches(folder: Path) -> tuple[list[Watch], int]:
    secrets = await _furnish(folder)
    async with Desk(folder, bookcases=len(CARDS), kiosks=0, mqtt="mosquitto") as desk:
        end = threading.Event()
        devices = [district.device(name, secrets, SESSIONS_OF_OTHERS) for name in OTHERS]
        load = asyncio.create_task(
            asyncio.to_thread(fleet.amble, devices, *desk.servers.mqtt, PERIOD_S, end)
        )
        try:
            watches = await asyncio.gather(*(_sessions(desk, name) for name in CARDS))
        finally:
            end.set()
            sent = await load
    return watches, sent


async def _furnish(folder: Path) -> keys.Keys:
    """Have the other machines in the ledger and at the MQTT server before the desk comes."""
    ours = [row["device"] for row in sample.rows(sample.FOLDER, "machines")]
    secrets = keys.load_or_make(folder / "keys", [*ours, *OTHERS])
    district.write(folder / "others", OTHERS, secrets)
    nowhere = ("127.0.0.1", 1)  # Loading needs no server.
    settings = config.service(folder / "data", nowhere, nowhere, secrets, embedded=False)
    path = config.write(folder / "others.json", settings)
    load = ["-m", "broker", "load", str(folder / "others"), "--config", str(path)]
    await Process("load", [sys.executable, *load], folder / "others.log").run()
    return secrets


async def _sessions(desk: Desk, bookcase: str) -> Watch:
    """One reader takes the same books out and puts them back, again and again."""
    reader = Reader(desk, CARDS[bookcase])
    door, barcodes = full_door(desk, bookcase, BOOKS)
    twins = desk.stations[bookcase].twins
    assert isinstance(twins, BookcaseTwins)
    watch = Watch(twins, door)
    for number in range(SESSION_COUNT):
        move = reader.bring if number % 2 else reader.borrow
        await move(bookcase, door, barcodes)
    return watch


def _also(twin: Twin, look: Any) -> None:
    """Have each frame that a twin answers looked at as well."""
    answer = twin.answer

    def answer_and_look(frame: Any) -> bytes:
        answered = answer(frame)
        look(frame)
        return answered

    twin.answer = answer_and_look
