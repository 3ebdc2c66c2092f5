"""A twin on a pty, opened as another maker's program opens a serial port."""

import asyncio

import serial

from bookcase_fw.codecs import wjl
from hw_sim.devices.wjl import LockBoard
from hw_sim.ptyline import PtyLine
from hw_sim.serialport import SerialPort

LIMIT_S = 20  # Only a test that fails waits so long.


async def test_programs_come_and_go_at_a_serial_device() -> None:
    port = SerialPort(LockBoard(4))
    line = PtyLine(await port.start())
    path = await line.start()

    answers = [await asyncio.to_thread(asked, path) for _program in range(2)]

    await line.stop()
    await port.stop()
    assert answers == [wjl.encode_all(1, 0b1111)] * 2


def asked(path: str) -> bytes:
    """Ask the lock board for all its doors, through pyserial."""
    with serial.Serial(path, 9600, timeout=LIMIT_S) as program:
        program.write(wjl.encode(1, "read"))
        return program.read(wjl.ALL_SIZE)
