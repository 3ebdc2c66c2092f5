"""P7: firmware processes that lose their MQTT server together, and are served again.

Each is the real firmware with its own flash, its parts not plugged in; they are started some at a
time.  The server returns after five seconds; the clock runs from its death.
"""

import asyncio
import json
import tempfile
import time
from pathlib import Path

from hw_sim.desk import config, ports, station
from hw_sim.desk.process import Process
from tests.bench import figures, stage
from tests.bench.answers import Answers

COUNT = max(5, int(500 * stage.SIZE))
TOGETHER = 10  # Started at once.
AWAY_S, GOAL_S, LIMIT_S = 5.0, 60.0, 180.0
START_LIMIT_S = 60.0  # For those that were started together.
# Parts that are not plugged in are looked for seldom: their silence is not what is measured.
TIMINGS = {"retry_ms": 300_000, "tend_ms": 300_000}


def measure() -> None:
    names = [f"bc{number:04}" for number in range(1, COUNT + 1)]
    with tempfile.TemporaryDirectory(prefix="shugui-bench-") as folder:
        served_s = asyncio.run(_served_again(Path(folder), names))
    note = (
        f"{COUNT} MicroPython processes, the middle one after {figures.median(served_s):.0f} s; "
        f"the server was away for {AWAY_S:.0f} s; pauses before connecting again below 30 s"
    )
    figures.report("P7", "all firmwares served again", max(served_s), "s",
                   goal=GOAL_S, better="lower", note=note)  # fmt: skip


async def _served_again(folder: Path, names: list[str]) -> list[float]:
    async with stage.running(folder, names, "") as place:
        answers = Answers("127.0.0.1", place.port, password=place.secrets.service_password)
        machines = [_machine(folder, name, place) for name in names]
        try:
            for first in range(0, len(machines), TOGETHER):
                await asyncio.gather(*(one.start() for one in machines[first : first + TOGETHER]))
                count = min(first + TOGETHER, len(machines))
                if not await asyncio.to_thread(answers.wait, count, START_LIMIT_S):
                    raise SystemExit(f"P7: {len(answers.at_s)} of {count} firmwares were served")
            return await _after_its_death(place, answers, len(names))
        finally:
            answers.close()
            await asyncio.gather(*(machine.kill() for machine in machines))


async def _after_its_death(place: stage.Stage, answers: Answers, count: int) -> list[float]:
    await place.server.kill()
    died_s = time.perf_counter()
    answers.forget()
    await asyncio.sleep(AWAY_S)
    await place.server.start()
    if not await asyncio.to_thread(answers.wait, count, LIMIT_S):
        raise SystemExit(f"P7: {len(answers.at_s)} of {count} served again in {LIMIT_S:.0f} s")
    return [at_s - died_s for at_s in answers.at_s.values()]


def _machine(folder: Path, name: str, place: stage.Stage) -> Process:
    nowhere = ("127.0.0.1", ports.free())
    parts = dict.fromkeys(("lock", "scanner", "panel", "reader.1"), nowhere)
    server, flash = ("127.0.0.1", place.port), folder / f"{name}.img"
    values = config.bookcase({"device": name}, server, parts, place.secrets, flash, TIMINGS)
    path = folder / f"{name}.json"
    path.write_text(json.dumps(values | {"doors": 1}))
    command, environment = station.firmware(path)
    return Process(name, command, folder / f"{name}.log", environment)
