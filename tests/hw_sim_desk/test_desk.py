"""A desk of real programs: it comes up, lends, survives, remembers, and leaves nothing behind."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from hw_sim.desk.desk import Desk
from hw_sim.desk.process import ROOT, ProcessError
from hw_sim.desk.visits import pull, show_card
from hw_sim.world.places import Compartment, Hands
from tests.hw_sim_desk.test_process import gone

CARD = "SG00000001"
SETTLE_S = 30.0


async def borrow(desk: Desk, device: str, door: int) -> str:
    """A reader takes the first book of a compartment; return its barcode."""
    eyes = desk.eyes(device)
    barcode = desk.world.at(Compartment(device, door))[0].barcode
    await eyes.see("welcome")
    await show_card(desk.hands, eyes, device, CARD)
    await desk.hands(f"choose {device} {door}")
    await eyes.see("opening")
    await pull(desk.hands, device, door)
    await eyes.see("open")
    await desk.hands(f"take {device} {door} {barcode}")
    await desk.hands(f"shut {device} {door}")
    done = await eyes.see("done")
    assert done["took"] == [desk.world.copy(barcode).tag]
    await desk.hands(f"leave {device}")
    return barcode


@pytest.mark.parametrize("mqtt", ["embedded", "mosquitto"])
async def test_a_book_that_is_taken_is_a_loan_and_the_oracle_agrees(
    tmp_path: Path, mqtt: str
) -> None:
    async with Desk(tmp_path, bookcases=1, kiosks=0, mqtt=mqtt) as desk:
        barcode = await borrow(desk, "bc01", 1)

        report = await desk.oracle.settle(SETTLE_S)

        assert not report.violations, report
        account = await desk.service.get(f"/v1/readers/{CARD}")
        assert [loan["barcode"] for loan in account["loans"]] == [barcode]


async def test_a_second_run_goes_on_where_the_first_one_ended(tmp_path: Path) -> None:
    async with Desk(tmp_path, bookcases=1, kiosks=0) as desk:
        barcode = await borrow(desk, "bc01", 1)
        await desk.oracle.settle(SETTLE_S)

    async with Desk(tmp_path, bookcases=1, kiosks=0) as desk:
        assert desk.world.where(barcode) == Hands(CARD)
        report = await desk.oracle.settle(SETTLE_S)

    assert not report.violations, report


async def test_a_power_cut_and_a_killed_service_lose_nothing(tmp_path: Path) -> None:
    async with Desk(tmp_path, bookcases=1, kiosks=0) as desk:
        await desk.hands("net bc01 cut")
        await desk.hands("service off")
        await borrow(desk, "bc01", 1)
        await desk.hands("power bc01 off")

        await desk.hands("service on")
        await desk.hands("net bc01 up")
        await desk.hands("power bc01 on")
        report = await desk.oracle.settle(SETTLE_S)

        assert not report.violations, report


async def test_a_firmware_that_crashes_is_started_again_and_served(tmp_path: Path) -> None:
    said: asyncio.Queue[str] = asyncio.Queue()
    async with Desk(tmp_path, bookcases=1, kiosks=0, say=said.put_nowait) as desk:
        process = desk.stations["bc01"].process
        os.kill(process.pid, signal.SIGKILL)

        while "started again" not in await said.get():
            pass
        await borrow(desk, "bc01", 2)
        report = await desk.oracle.settle(SETTLE_S)

        assert not report.violations, report


async def test_readers_come_and_go_and_the_oracle_agrees(tmp_path: Path) -> None:
    moved: asyncio.Queue[str] = asyncio.Queue()
    async with Desk(
        tmp_path,
        bookcases=2,
        kiosks=1,
        readers="busy",
        tell=lambda happening: moved.put_nowait(happening.barcode),
    ) as desk:
        books = {barcode for _time in range(50) if (barcode := await moved.get())}
        await desk.people.leave()
        report = await desk.oracle.settle(SETTLE_S)

        assert len(books) > 5
        assert not report.violations, report


async def test_leaving_a_desk_leaves_no_process(tmp_path: Path) -> None:
    async with Desk(tmp_path, bookcases=1, kiosks=1) as desk:
        pids = [station.process.pid for station in desk.stations.values()]
        pids.append(desk.servers.service.pid)

    assert all(pids)
    await gone(pids)


async def test_a_desk_that_cannot_start_leaves_no_process(tmp_path: Path) -> None:
    (tmp_path / "bc01.json").mkdir()  # Nobody can write the configuration there.
    desk = Desk(tmp_path, bookcases=1, kiosks=0)

    with pytest.raises((ProcessError, OSError)):
        async with desk:
            pass

    assert desk.servers.service.pid == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_however_make_run_is_ended_it_leaves_no_process(
    tmp_path: Path, number: signal.Signals
) -> None:
    command = [sys.executable, "-m", "hw_sim", "run", "--folder", str(tmp_path), "--port", "0"]
    run = await asyncio.create_subprocess_exec(
        *command, "--bookcases", "1", "--kiosks", "1", cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert run.stdout
    while b"Ctrl-C" not in (line := await run.stdout.readline()):
        assert line
    pids = _of_folder(tmp_path)

    run.send_signal(number)
    await run.wait()

    assert len(pids) >= 3
    await gone(pids)


async def test_the_demo_ends_well_and_says_so() -> None:
    command = [sys.executable, "-m", "hw_sim", "demo", "--lang", "en"]
    demo = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await demo.communicate()

    assert demo.returncode == 0, said.decode()
    assert "Done: the ledger confirmed every step." in said.decode()


def _of_folder(folder: Path) -> list[int]:
    """Return the processes that were started with a file of a folder, all but the desk itself."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if str(folder).encode() + b"/" in words:
            found.append(int(process.name))
    return found
