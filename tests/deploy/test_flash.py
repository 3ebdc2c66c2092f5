"""`make flash`: real mpremote speaks to a real MicroPython; the partition table fits the flash."""

import importlib.util
import os
import pty
import struct
import subprocess
import sys
import tty
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from hw_sim.desk.process import ROOT
from hw_sim.desk.station import BOOT, FIRMWARE, MICROPYTHON

FLASH = ROOT / "deploy" / "flash"


def module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, FLASH / f"{name}.py")
    assert spec
    assert spec.loader
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.fixture
def board(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Yield the serial port of a board, and the folder that is its flash."""
    files = tmp_path / "board"
    files.mkdir()
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    command = [MICROPYTHON, "-X", "heapsize=1M", "-m", "tests.deploy.board_program", files]
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"MICROPYPATH": ".:.frozen"}, stdin=ours, stdout=ours
    )
    yield os.ttyname(theirs), files
    process.kill()
    process.wait()
    os.close(ours)
    os.close(theirs)


def flash(port: str, *others: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, FLASH / "flash.py", port, *others]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_a_board_holds_the_firmware_its_configuration_and_nothing_old(
    board: tuple[str, Path], tmp_path: Path
) -> None:
    port, files = board
    (files / "firmware" / "b").mkdir(parents=True)
    (files / "firmware" / "start").write_text("b settled 0\n")
    (files / "journal.txt").write_text("not ours")
    config = tmp_path / "bc01.json"
    config.write_text('{"device": "bc01"}')
    (tmp_path / "ca.der").write_bytes(b"\x30\x82")

    done = flash(port, config, tmp_path / "ca.der")

    assert done.returncode == 0, done.stdout + done.stderr
    for path in FIRMWARE.rglob("*.mpy"):
        sent = files / "firmware" / "a" / path.relative_to(FIRMWARE)
        assert sent.read_bytes() == path.read_bytes()
    assert (files / "main.py").read_text() == (BOOT / "main.py").read_text()
    assert (files / "bookcase.json").read_text() == '{"device": "bc01"}'
    assert (files / "ca.der").read_bytes() == b"\x30\x82"
    assert not (files / "firmware" / "b").exists()
    assert not (files / "firmware" / "start").exists()
    assert (files / "journal.txt").exists()


def test_a_port_without_a_board_is_said_and_what_to_do() -> None:
    done = flash("/dev/nothing-is-here")

    assert done.returncode == 1
    assert "hold BOOT and press RESET" in done.stderr


def test_partitions_follow_one_another_and_end_with_the_flash() -> None:
    partitions = module("partitions")
    end = 0x9000
    for _label, kind, _subtype, offset, size in partitions.PARTITIONS:
        assert offset == end
        assert offset % (0x10000 if kind == partitions.APP else 0x1000) == 0
        end = offset + size
    assert end == partitions.FLASH_SIZE

    data = partitions.table()
    assert len(data) == 0xC00
    third = struct.unpack("<2sBBII16sI", data[64:96])
    assert third == (b"\xaa\x50", 0, 0, 0x10000, 0x1F0000, b"factory".ljust(16, b"\0"), 0)
    assert data[160:162] == b"\xeb\xeb"
