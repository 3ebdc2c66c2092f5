"""However a desk is ended, in whatever state it was started: no process is left."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hw_sim.desk import hold
from hw_sim.desk.process import ProcessError
from tests.hw_sim_desk.test_process import gone

# A desk of one program that does not end when it is asked, and has a child that neither does.
DESK = """
import asyncio, sys
from pathlib import Path
from hw_sim.desk.process import Process
from hw_sim.desk.run import until_ended

STUBBORN = '''
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("up", os.getpid(), child.pid, flush=True)
time.sleep(600)
'''

async def work(end):
    child = Process("child", [sys.executable, "-c", STUBBORN], Path(sys.argv[1]))
    try:
        print(await child.start("up"), flush=True)
        await asyncio.Event().wait()
    finally:
        await child.stop(grace_s=0.2)

sys.exit(until_ended(work))
"""


@contextmanager
def desk(
    folder: Path, prepare: Callable[[], None] | None = None
) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A desk's process, and the numbers of the processes that it started."""
    command = [sys.executable, "-c", DESK, str(folder / "child.log")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, preexec_fn=prepare
    ) as process:
        assert process.stdout
        yield process, [int(word) for word in process.stdout.readline().split()[1:]]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_ends_every_process(tmp_path: Path, number: signal.Signals) -> None:
    with desk(tmp_path) as (process, pids):
        process.send_signal(number)

        assert process.wait() == 0
    assert len(pids) == 2
    await gone(pids)


async def test_an_impatient_second_signal_does_not_stop_the_tidying_up(tmp_path: Path) -> None:
    with desk(tmp_path) as (process, pids):
        for _time in range(5):
            process.send_signal(signal.SIGINT)

        assert process.wait() == 0
    await gone(pids)


async def test_a_shell_that_lets_signals_be_ignored_changes_nothing(tmp_path: Path) -> None:
    def ignore() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    with desk(tmp_path, prepare=ignore) as (process, pids):
        process.send_signal(signal.SIGINT)

        assert process.wait() == 0
    await gone(pids)


async def test_a_program_that_stands_still_is_ended_too(tmp_path: Path) -> None:
    with desk(tmp_path) as (process, pids):
        os.kill(pids[0], signal.SIGSTOP)
        process.send_signal(signal.SIGTERM)

        assert process.wait() == 0
    await gone(pids)


def test_two_desks_do_not_share_a_folder(tmp_path: Path) -> None:
    refused = pytest.raises(ProcessError, match=f"process {os.getpid()}")

    with hold.hold(tmp_path), refused, hold.hold(tmp_path):
        pass


def test_fresh_removes_what_a_desk_left_and_nothing_of_others(tmp_path: Path) -> None:
    left, foreign = tmp_path / "desk", tmp_path / "photographs"
    with hold.hold(left):
        (left / "data").mkdir()
        (left / "data" / "ledger").write_text("x")
    foreign.mkdir()
    (foreign / "one").write_text("x")

    hold.clear(left)
    hold.clear(tmp_path / "nowhere")

    assert [entry.name for entry in left.iterdir()] == [hold.LOCK]
    with pytest.raises(ProcessError, match="nothing was removed"):
        hold.clear(foreign)
