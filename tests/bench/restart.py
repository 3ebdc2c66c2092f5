"""P3: 2,000 devices with 100 facts each that wait, after MQTT server and service were killed.

Each device was telling its first facts when both ended as by kill -9, and heard no ack.  The clock
starts with the restart of both and ends with the last ack; a catching-up device puts five records
into a message, as the firmware does.  Each fact is applied once, by row count.
"""

import asyncio
import tempfile
import time
from pathlib import Path

from tests.bench import district, figures, fleet
from tests.bench.stage import KINDS, SIZE, Stage, empty_database

DEVICE_COUNT = 2000
FACT_COUNT = 100
TOGETHER = 5  # 2,048 bytes, the firmware's upload.SIZE_MAX, hold so many sessions of two copies.
FIRST = 10  # Facts of each device that are on their way when all ends.
GOAL = 3000
LIMIT_S = 1800


def measure() -> None:
    count = max(20, int(DEVICE_COUNT * SIZE))
    for kind, name in KINDS.items():
        with (
            tempfile.TemporaryDirectory(prefix="shugui-bench-") as folder,
            empty_database(kind) as url,
        ):
            served_s, took_s = asyncio.run(_after_the_end(Path(folder), url, count))
        figures.report(
            "P3",
            f"facts a second from the restart to the last ack, {name}",
            count * FACT_COUNT / took_s,
            "facts/s",
            goal=GOAL,
            better="higher",
            note=f"{count} devices, {FACT_COUNT} facts each, in {took_s:.1f} s; "
            f"all devices served again after {served_s:.1f} s",
        )


async def _after_the_end(folder: Path, url: str, count: int) -> tuple[float, float]:
    names = [f"bc{number:04d}" for number in range(1, count + 1)]
    stage = Stage(folder, names, url)
    await stage.prepare()
    devices = [
        district.device(name, stage.secrets, FACT_COUNT, together=TOGETHER) for name in names
    ]
    await stage.start()
    try:
        await asyncio.to_thread(_begin, devices, stage.port)
        await stage.kill()
        begun = time.perf_counter()
        await stage.start()
        selector = await asyncio.to_thread(
            fleet.serve, devices, "127.0.0.1", stage.port, session="1.2", limit_s=LIMIT_S
        )
        served_s = time.perf_counter() - begun
        await asyncio.to_thread(fleet.tell, devices, selector, LIMIT_S)
        took_s = time.perf_counter() - begun
    finally:
        await stage.stop()
    stage.all_are_there("P3", count * FACT_COUNT)
    return served_s, took_s


def _begin(devices: list[fleet.Device], port: int) -> None:
    """Say the first facts and do not wait for what becomes of them."""
    fleet.serve(devices, "127.0.0.1", port, limit_s=LIMIT_S)
    for device in devices:
        device.say(FIRST)
