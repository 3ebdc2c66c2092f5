"""Twins on TCP ports: clients that come, go and are killed, and the firmware's drivers on them."""

import asyncio
import pathlib

from bookcase_fw.drivers.lockboard import LockBoard, LockBoardError
from hw_sim.devices import gm65
from hw_sim.devices import wjl as device
from hw_sim.serialport import SerialPort

HOME = pathlib.Path(__file__).parent.parent.parent
LIMIT_S = 20  # Only a test that fails waits so long.
SHUT = (True, True, True, True)

# The driver as it runs on the device, on the desk's interpreter.
FIRMWARE = """
import asyncio
from bookcase_fw.drivers.lockboard import LockBoard, LockBoardError

async def main():
    board = LockBoard(await asyncio.open_connection("127.0.0.1", %d))
    await board.unlock(2)
    print(await board.shut())
    try:
        while True:
            await board.shut()
            await asyncio.sleep(0.05)
    except LockBoardError as error:
        print(error)

asyncio.run(main())
"""


async def test_a_client_asks_and_is_answered() -> None:
    port = SerialPort(device.LockBoard())
    board = LockBoard(await asyncio.open_connection(*await port.start()))

    assert await board.shut() == SHUT

    await port.stop()


async def test_faults_are_switched_while_it_runs() -> None:
    port = SerialPort(device.LockBoard())
    board = LockBoard(await asyncio.open_connection(*await port.start()))
    port.wire.deaf = True
    try:
        await board.shut()
        raise AssertionError("it was heard")
    except LockBoardError:
        pass

    port.wire.deaf, port.wire.chop, port.wire.noise = False, True, 2

    assert await board.shut() == SHUT
    assert port.wire.fired["deaf"] == 3
    await port.stop()


async def test_what_is_said_to_nobody_is_lost() -> None:
    scanner = gm65.Scanner()
    port = SerialPort(scanner)
    address = await port.start()
    scanner.show("SG00000012")

    reader, _writer = await asyncio.open_connection(*address)
    await port.connected.wait()
    scanner.show("SG00000013")

    assert await asyncio.wait_for(reader.readuntil(b"\r"), LIMIT_S) == b"SG00000013\r"
    await port.stop()


async def test_a_newer_client_takes_the_line_over() -> None:
    port = SerialPort(device.LockBoard())
    address = await port.start()
    first = LockBoard(await asyncio.open_connection(*address))
    assert await first.shut() == SHUT

    second = LockBoard(await asyncio.open_connection(*address))
    assert await second.shut() == SHUT
    try:
        await first.shut()
        raise AssertionError("both have the line")
    except LockBoardError:
        pass
    await port.stop()


async def test_a_port_that_was_pulled_out_is_plugged_in_again_at_its_place() -> None:
    board = device.LockBoard()
    port = SerialPort(board)
    host, number = await port.start()
    reader, _writer = await asyncio.open_connection(host, number)

    await port.stop()
    assert await asyncio.wait_for(reader.read(), LIMIT_S) == b""
    board.force_door(3)

    again = LockBoard(await asyncio.open_connection(*await port.start(port=number)))
    assert await again.shut() == (True, True, False, True)
    await port.stop()


async def test_the_driver_under_micropython_talks_to_the_twin() -> None:
    board = device.LockBoard()
    port = SerialPort(board)
    _host, number = await port.start()
    firmware = await asyncio.create_subprocess_exec(
        HOME / ".cache/micropython/micropython", "-X", "heapsize=96wK", "-c", FIRMWARE % number,
        cwd=HOME, env={"MICROPYPATH": ".:.frozen"}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert firmware.stdout

    said = await asyncio.wait_for(firmware.stdout.readline(), LIMIT_S)
    assert said.decode().strip() == repr(SHUT)
    assert board.is_released(2)
    await port.stop()
    said = await asyncio.wait_for(firmware.stdout.readline(), LIMIT_S)
    assert "the line" in said.decode()
    assert await asyncio.wait_for(firmware.wait(), LIMIT_S) == 0
