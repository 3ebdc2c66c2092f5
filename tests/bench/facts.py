"""P1: facts committed a second, Mosquitto to each database, from the first publish to the last ack.

One `session` of two copies a message, no batches; load, Mosquitto, service and database share the
cores.  Afterwards every fact is in the inbox by row count.  The baseline is what the same database
gives on the same disk to a program that does nothing but commit one small row at a time.  Beside
it: what a fact would cost if its statements went through SQLAlchemy.
"""

import asyncio
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from tests.bench import district, figures, fleet, volume
from tests.bench.stage import KINDS, empty_database, running

DEVICE_COUNT = 50
FACT_COUNT = 400  # Of each device.
RUNS = 3
GOAL = 3000
BASELINE_COMMITS = 3000


def measure() -> None:
    for kind, name in KINDS.items():
        rates = []
        for _run in range(RUNS):
            with (
                tempfile.TemporaryDirectory(prefix="shugui-bench-") as folder,
                empty_database(kind) as url,
            ):
                rates.append(asyncio.run(_rate(Path(folder), url)))
                baseline = _single_commits(Path(folder), url)
        figures.report(
            "P1",
            f"facts committed a second, {name}",
            figures.median(rates),
            "facts/s",
            goal=GOAL,
            better="higher",
            baseline=baseline,
            note=f"median of {RUNS}; {DEVICE_COUNT} devices, {FACT_COUNT} facts each; "
            f"baseline: single-row commits of {name} alone",
        )
    through_us, plain_us = volume.through_sqlalchemy()
    figures.report(
        "P1",
        "a fact through SQLAlchemy Core",
        through_us,
        "us",
        goal=None,
        better="lower",
        baseline=plain_us,
        note="SQLite, the writer's part; baseline: the statements of the hot path as they are",
    )


async def _rate(folder: Path, url: str) -> float:
    names = [f"bc{number:02d}" for number in range(1, DEVICE_COUNT + 1)]
    async with running(folder, names, url) as stage:
        devices = [district.device(name, stage.secrets, FACT_COUNT) for name in names]
        took_s = await asyncio.to_thread(fleet.drive, devices, "127.0.0.1", stage.port, 300)
    stage.all_are_there("P1", DEVICE_COUNT * FACT_COUNT)
    return DEVICE_COUNT * FACT_COUNT / took_s


def _single_commits(folder: Path, url: str) -> float:
    body = os.urandom(300)
    if url:
        with psycopg.connect(url, autocommit=True) as peer:
            peer.execute("CREATE TABLE peer (id BIGSERIAL PRIMARY KEY, body BYTEA)")
            insert = "INSERT INTO peer (body) VALUES (%s)"
            return _rows_a_second(lambda: peer.execute(insert, (body,)))
    file = sqlite3.connect(folder / "peer.sqlite", isolation_level=None)
    file.execute("PRAGMA journal_mode = WAL")
    file.execute("PRAGMA synchronous = FULL")
    file.execute("CREATE TABLE peer (id INTEGER PRIMARY KEY, body BLOB)")
    rate = _rows_a_second(lambda: file.execute("INSERT INTO peer (body) VALUES (?)", (body,)))
    file.close()
    return rate


def _rows_a_second(commit: Callable[[], object]) -> float:
    begin = time.perf_counter()
    for _number in range(BASELINE_COMMITS):
        commit()
    return BASELINE_COMMITS / (time.perf_counter() - begin)
