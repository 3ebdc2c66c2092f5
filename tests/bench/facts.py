"""P1: facts committed a second, Mosquitto to SQLite, from the first publish to the last ack.

One `session` of two copies a message, no batches; load, Mosquitto and service share the cores.
Afterwards every fact is in the inbox by row count.  The baseline is what the same disk gives to a
program that does nothing but commit one small row at a time to SQLite.
"""

import asyncio
import os
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from hw_sim.desk import config, keys, mosquitto, ports
from hw_sim.desk.process import Process
from tests.bench import district, figures, fleet

DEVICE_COUNT = 50
FACT_COUNT = 400  # Of each device.
RUNS = 3
GOAL = 3000
BASELINE_COMMITS = 3000


def measure() -> None:
    rates = []
    for _run in range(RUNS):
        with tempfile.TemporaryDirectory(prefix="shugui-bench-") as folder:
            rates.append(asyncio.run(_rate(Path(folder))))
    figures.report(
        "P1",
        "facts committed a second, SQLite",
        figures.median(rates),
        "facts/s",
        goal=GOAL,
        better="higher",
        baseline=_single_commits(),
        note=f"median of {RUNS}; {DEVICE_COUNT} devices, {FACT_COUNT} facts each; "
        "baseline: single-row commits of SQLite alone",
    )


async def _rate(folder: Path) -> float:
    names = [f"bc{number:02d}" for number in range(1, DEVICE_COUNT + 1)]
    secrets = keys.load_or_make(folder / "keys", names)
    district.write(folder / "library", names, secrets)
    await mosquitto.prepare(folder / "mosquitto", port := ports.free(), secrets)
    settings = config.service(
        folder / "service",
        ("127.0.0.1", port),
        ("127.0.0.1", ports.free()),
        secrets,
        embedded=False,
    )
    path = config.write(folder / "service.json", settings)
    broker = [sys.executable, "-m", "broker"]
    load = [*broker, "load", str(folder / "library"), "--config", str(path)]
    await Process("load", load, folder / "load.log").run()
    server = Process("mosquitto", mosquitto.command(folder / "mosquitto"), folder / "mosquitto.log")
    service = Process("service", [*broker, "serve", "--config", str(path)], folder / "service.log")
    devices = [district.device(name, secrets, FACT_COUNT) for name in names]
    await server.start()
    await ports.answers("127.0.0.1", port)
    try:
        await service.start("ready")
        took_s = await asyncio.to_thread(fleet.drive, devices, "127.0.0.1", port, 300)
    finally:
        await service.stop()
        await server.stop()
    _all_are_there(folder / "service")
    return DEVICE_COUNT * FACT_COUNT / took_s


def _all_are_there(data: Path) -> None:
    with sqlite3.connect(data / "ledger.sqlite") as ledger:
        (rows,) = ledger.execute("SELECT count(*) FROM inbox").fetchone()
        (loans,) = ledger.execute("SELECT count(*) FROM loan").fetchone()
    expected = DEVICE_COUNT * FACT_COUNT
    if rows != expected or loans != expected:
        raise SystemExit(f"P1: {expected} facts were acknowledged; {rows} rows, {loans} loans")


def _single_commits() -> float:
    with tempfile.TemporaryDirectory(prefix="shugui-bench-") as folder:
        database = sqlite3.connect(Path(folder) / "peer.sqlite", isolation_level=None)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("CREATE TABLE fact (id INTEGER PRIMARY KEY, body BLOB)")
        body = os.urandom(300)
        begin = time.perf_counter()
        for _number in range(BASELINE_COMMITS):
            database.execute("INSERT INTO fact (body) VALUES (?)", (body,))
        took_s = time.perf_counter() - begin
        database.close()
    return BASELINE_COMMITS / took_s
