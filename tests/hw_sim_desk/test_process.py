"""Programs of the desk: watched, started again, and ended with everything that they started."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hw_sim.desk import process
from hw_sim.desk.process import Process, ProcessError

# A program that starts a child, says both numbers, and waits; with "deaf" neither ends when asked.
FAMILY = """
import os, signal, subprocess, sys, time
if "deaf" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import signal, time\\n"
    + ("signal.signal(signal.SIGTERM, signal.SIG_IGN)\\n" if "deaf" in sys.argv else "")
    + "print('child', flush=True); time.sleep(600)"], stdout=subprocess.PIPE)
child.stdout.readline()
print("ready", os.getpid(), child.pid, flush=True)
time.sleep(600)
"""
# A desk of one program, to be killed.
DESK = """
import asyncio, sys
from pathlib import Path
from hw_sim.desk.process import Process
async def main():
    child = Process("child", [sys.executable, "-c", sys.argv[1]], Path(sys.argv[2]))
    print(await child.start("ready"), flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""


def python(code: str, *words: str) -> list[str]:
    return [sys.executable, "-c", code, *words]


def is_there(pid: int) -> bool:
    """Say whether a process runs; one that ended and was not collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def gone(pids: list[int]) -> None:
    async with asyncio.timeout(10):
        while any(is_there(pid) for pid in pids):
            await asyncio.sleep(0.01)


async def test_it_waits_for_the_line_that_says_ready_and_logs_everything(tmp_path: Path) -> None:
    code = "print('hello'); print('ready web=1', flush=True); import time; time.sleep(600)"
    child = Process("child", python(code), tmp_path / "child.log")

    assert await child.start("ready") == "ready web=1"
    await child.stop()

    assert (tmp_path / "child.log").read_text() == "hello\nready web=1\n"
    assert child.pid == 0


@pytest.mark.parametrize("manner", ["willing", "deaf"])
async def test_stopping_ends_it_and_its_children(tmp_path: Path, manner: str) -> None:
    child = Process("child", python(FAMILY, manner), tmp_path / "child.log")
    pids = [int(word) for word in (await child.start("ready")).split()[1:]]

    await child.stop(grace_s=0.3)

    await gone(pids)


async def test_killing_ends_it_and_its_children_at_once(tmp_path: Path) -> None:
    child = Process("child", python(FAMILY), tmp_path / "child.log")
    pids = [int(word) for word in (await child.start("ready")).split()[1:]]

    await child.kill()

    await gone(pids)


async def test_one_that_crashes_is_started_again_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "PAUSE_S", (0.01, 0.01))
    said: asyncio.Queue[str] = asyncio.Queue()
    child = Process(
        "bc01",
        python("print('ready', flush=True); input()"),
        tmp_path / "c.log",
        say=said.put_nowait,
    )
    await child.start("ready")

    assert await said.get() == "bc01 ended with status 1; it is started again"
    await said.get()
    await child.stop()
    assert child.restarts >= 1


async def test_one_that_asks_for_it_is_started_anew_and_knows_why(tmp_path: Path) -> None:
    said: asyncio.Queue[str] = asyncio.Queue()
    code = "import os, sys; cause = os.getenv('SG_CAUSE'); print(f'cause {cause}', flush=True); "
    code += "sys.exit(77) if cause is None else input()"
    child = Process("bc01", python(code), tmp_path / "child.log", say=said.put_nowait)

    await child.start("cause None")
    assert await said.get() == "bc01 starts anew, as it was told"
    assert await said.get() == "bc01 ended with status 1; it is started again"
    await child.stop()

    assert "cause reset" in (tmp_path / "child.log").read_text()


async def test_what_was_killed_on_purpose_stays_off_until_it_is_started(tmp_path: Path) -> None:
    said: list[str] = []
    child = Process("bc01", python(FAMILY), tmp_path / "child.log", say=said.append)
    first = await child.start("ready")
    await child.kill()

    second = await child.start("ready")
    await child.kill()

    assert first != second
    assert said == []


async def test_one_that_ends_instead_of_being_ready_says_why(tmp_path: Path) -> None:
    child = Process("service", python("raise SystemExit('no such file')"), tmp_path / "s.log")

    with pytest.raises(ProcessError, match=r"(?s)service .*s\.log.*no such file"):
        await child.start("ready")


async def test_a_program_that_is_missing_is_named(tmp_path: Path) -> None:
    child = Process("bc01", ["/no/such/micropython"], tmp_path / "bc01.log")

    with pytest.raises(ProcessError, match="/no/such/micropython"):
        await child.start("ready")


async def test_a_desk_that_is_killed_takes_its_programs_with_it(tmp_path: Path) -> None:
    code = "import os, time; print('ready', os.getpid(), flush=True); time.sleep(600)"
    command = python(DESK, code, str(tmp_path / "child.log"))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as desk:
        assert desk.stdout
        pid = int(desk.stdout.readline().split()[1])
        assert is_there(pid)

        os.kill(desk.pid, signal.SIGKILL)

        await gone([pid])
