"""A figure of a bar: printed as one JSON line and appended to bench/results.jsonl."""

import json
import pathlib
import statistics
import subprocess
from collections.abc import Sequence

HOME = pathlib.Path(__file__).parent.parent.parent
RESULTS = HOME / "bench" / "results.jsonl"


def report(
    bar: str,
    name: str,
    value: float,
    unit: str,
    *,
    goal: float | None,
    better: str,
    baseline: float | None = None,
    note: str = "",
) -> None:
    """Print a figure; `baseline` is what a peer reached in the same run, in the same unit."""
    figure = {
        "bar": bar,
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "goal": goal,
        "better": better,
        "baseline": None if baseline is None else round(baseline, 3),
        "commit": _commit(),
    }
    if note:
        figure["note"] = note
    line = json.dumps(figure, ensure_ascii=False)
    print(line, flush=True)
    RESULTS.parent.mkdir(exist_ok=True)
    with RESULTS.open("a") as file:
        file.write(line + "\n")


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that so many percent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    found = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"
