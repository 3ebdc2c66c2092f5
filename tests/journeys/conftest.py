"""The desks of the journeys: real programs, started once and kept on one event loop."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from hw_sim.desk.desk import Desk

# Shorter than in life: what a person has time for is not what these journeys are about.
TIMINGS = {
    "poll_ms": 40,
    "opening_ms": 4000,
    "rebound_ms": 700,
    "second_ms": 800,
    "retry_ms": 400,
    "ask_ms": 1500,
    "answer_ms": 2000,
    "pause_ms": 200,
    "pause_max_ms": 1000,
    "refused_ms": 2000,
    "stay_ms": 1000,
}
KIOSK_TIMINGS: dict[str, int] = {"answer_ms": 2000, "pause_ms": 200, "pause_max_ms": 1000}

Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture(scope="package")
def run() -> Iterator[Run]:
    """Run coroutines one after the other on one loop, which stands still between them."""
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture(scope="package")
def desk(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Three bookcases and a kiosk at the service's own MQTT server."""
    yield from _desk(run, tmp_path_factory.mktemp("desk"), bookcases=3, kiosks=1)


@pytest.fixture(scope="module")
def cases(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One machine of each configuration, and a bookcase, at Mosquitto."""
    plan = {"bookcases": 1, "kiosks": 0, "glass": 1, "lockers": 1, "returns": 1}
    yield from _desk(run, tmp_path_factory.mktemp("cases"), mqtt="mosquitto", **plan)


@pytest.fixture(scope="package")
def hall(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A library's hall: a loan machine and a catalogue machine."""
    plan = {"bookcases": 0, "kiosks": 1, "catalogues": 1}
    yield from _desk(run, tmp_path_factory.mktemp("hall"), **plan)


@pytest.fixture(scope="package")
def district(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Two bookcases at Mosquitto, which can be killed apart from the service."""
    yield from _desk(
        run, tmp_path_factory.mktemp("district"), bookcases=2, kiosks=0, mqtt="mosquitto"
    )


def _desk(run: Run, folder: Path, **plan: Any) -> Iterator[Desk]:
    desk = Desk(folder, timings=TIMINGS, kiosk_timings=KIOSK_TIMINGS, **plan)
    run(desk.__aenter__())
    yield desk
    run(desk.__aexit__(None, None, None))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """A journey is a coroutine on the loop of its desk."""
    runner = pyfuncitem._request.getfixturevalue("run")
    names = pyfuncitem._fixtureinfo.argnames
    runner(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True
