"""The drivers of all lock boards against their twins, on good and bad lines."""

import asyncio

from bookcase_fw.codecs import modbus
from bookcase_fw.drivers import locks
from bookcase_fw.drivers.conveyor import Conveyor
from bookcase_fw.drivers.kerong import Cu16, Cu48
from bookcase_fw.drivers.lockboard import LockBoard, LockBoardError
from hw_sim.devices import kerong, wjl
from hw_sim.devices.plc import Return
from hw_sim.plug import plug
from hw_sim.wires import Wire

SHUT = (True, True, True, True)
TWINS = (
    # name          twin
    ("wjl",         wjl.LockBoard),
    ("kerong",      kerong.Cu48),
    ("kerong_cu16", kerong.Cu16),
)  # fmt: skip
KERONG = TWINS[1:]


class Lab:
    def __init__(self, name: str, twin, **options):
        self.name = name
        self.twin = twin(**options)
        self.wire = Wire(seed=1)
        self.port = plug(self.twin, self.wire)
        driver, _baud = locks.board(name)
        self.board = driver(self.port, **options)

    async def fails(self, act=None) -> bool:
        try:
            await (act or self.board.shut)()
        except LockBoardError:
            return True
        return False


class Line:
    """Several boards on one line: all hear, all speak."""

    def __init__(self, *boards):
        self._boards = boards

    def plug(self, emit, later):
        for board in self._boards:
            board.plug(emit, later)

    def feed(self, data: bytes) -> bytes:
        return b"".join([board.feed(data) for board in self._boards])


def test_a_configuration_names_its_board():
    assert locks.board("wjl") == (LockBoard, 9600)
    assert locks.board("kerong") == (Cu48, 115200)
    assert locks.board("kerong_cu16") == (Cu16, 19200)
    try:
        locks.board("other")
    except ValueError as error:
        assert "other" in str(error)


async def test_a_door_is_unlocked_opened_and_shut():
    for name, twin in TWINS:
        lab = Lab(name, twin)
        await lab.board.unlock(2)
        assert await lab.board.shut() == SHUT, name

        lab.twin.pull_door(2)
        assert await lab.board.shut() == (True, False, True, True), name

        lab.twin.shut_door(2)
        assert await lab.board.shut() == SHUT, name
        assert lab.board.noise_count == 0


async def test_sensors_wired_the_other_way_round():
    for name, twin in TWINS:
        lab = Lab(name, twin, shut_bit=0)
        lab.twin.force_door(4)

        assert await lab.board.shut() == (True, True, True, False), name


async def test_all_locks_that_a_board_can_have():
    for name, twin, count in (("kerong", kerong.Cu48, 48), ("kerong_cu16", kerong.Cu16, 16)):
        lab = Lab(name, twin, locks=count)
        lab.twin.force_door(count)
        await lab.board.unlock(count - 1)

        assert await lab.board.shut() == (True,) * (count - 1) + (False,), name
        assert lab.twin.is_released(count - 1)


async def test_locks_that_are_released_by_clearing_the_coil():
    lab = Lab("kerong", kerong.Cu48, release_coil=0)

    await lab.board.unlock(3)

    assert lab.twin.is_released(3)


async def test_a_deaf_board_is_reported_and_survived():
    for name, twin in KERONG:
        lab = Lab(name, twin)
        lab.twin.deaf = True
        assert await lab.fails(), name

        lab.twin.deaf = False
        assert await lab.board.shut() == SHUT, name


async def test_a_line_that_ended_is_reported():
    for name, twin in KERONG:
        lab = Lab(name, twin)
        lab.port[0].unplug()

        assert await lab.fails(), name


async def test_wires_that_hurt_one_message_cost_a_retry():
    for name, twin in KERONG:
        lab = Lab(name, twin)
        for fault in ("cut", "garble"):
            setattr(lab.wire, fault, 1)
            assert await lab.board.shut() == SHUT, (name, fault)
            assert lab.wire.fired[fault] == 1


async def test_an_order_to_unlock_a_cu48_survives_a_hurt_message():
    for fault in ("cut", "garble"):
        lab = Lab("kerong", kerong.Cu48)
        setattr(lab.wire, fault, 2)

        await lab.board.unlock(1)

        assert lab.twin.is_released(1), fault


async def test_a_chopped_slow_noisy_line_is_understood():
    for name, twin in KERONG:
        lab = Lab(name, twin)
        lab.wire.chop, lab.wire.delay_ms, lab.wire.noise = True, 50, 3

        for _poll in range(3):
            assert await lab.board.shut() == SHUT, name
        assert lab.board.noise_count > 0


async def test_a_board_with_wrong_checksums_is_as_good_as_silent():
    for name, twin in KERONG:
        lab = Lab(name, twin)
        lab.twin.wrong_checksum = True

        assert await lab.fails(), name
        assert lab.board.noise_count > 0


async def test_a_late_answer_to_a_try_that_failed_is_not_taken_for_the_present():
    for name, twin in KERONG:
        lab = Lab(name, twin)
        lab.wire.delay_ms = 600  # Each way: later than all tries together.
        assert await lab.fails(), name

        lab.wire.delay_ms = 0
        lab.twin.force_door(1)
        assert await lab.board.shut() == (False, True, True, True), name


async def test_a_late_answer_about_another_lock_is_not_taken():
    lab = Lab("kerong", kerong.Cu48)
    lab.twin.feed = lambda data: modbus.encode_written(1, "write_coil", 2, modbus.SET)

    assert await lab.fails(lambda: lab.board.unlock(1))


async def test_a_board_that_refuses_is_reported():
    lab = Lab("kerong", kerong.Cu48)
    lab.twin.feed = lambda data: modbus.encode_refused(1, "write_coil", "failure")

    assert await lab.fails(lambda: lab.board.unlock(1))


async def test_a_lock_board_and_a_plc_share_one_line():
    doors, belt = kerong.Cu48(board=1), Return(lambda: 0, station=2)
    belt.open_flap()
    port, bus = plug(Line(doors, belt)), asyncio.Lock()
    board, conveyor = Cu48(port, bus=bus), Conveyor(port, station=2, bus=bus)

    for _poll in range(3):
        shut, events, _none = await asyncio.gather(board.shut(), conveyor.events(), board.unlock(2))
        assert shut == SHUT and [event.name for event in events] == ["flap_open"]

    belt.deaf = True
    assert await board.shut() == SHUT
    assert doors.is_released(2)


async def test_boards_share_one_line():
    for name, twin in KERONG:
        driver, _baud = locks.board(name)
        first, second = twin(board=1), twin(board=2)
        port, bus = plug(Line(first, second)), asyncio.Lock()
        boards = [driver(port, board=number, bus=bus) for number in (1, 2)]
        second.force_door(3)

        await boards[0].unlock(1)
        assert first.is_released(1) and not second.is_released(1), name
        seen = await asyncio.gather(boards[0].shut(), boards[1].shut())
        assert list(seen) == [SHUT, (True, True, False, True)], name


async def test_doors_go_on_from_board_to_board():
    first = kerong.Cu16(16, board=1)
    second = kerong.Cu16(4, board=2)
    driver = locks.line("kerong_cu16", plug(Line(first, second)), doors=20)
    await driver.unlock(16)
    await driver.unlock(18)

    assert first.is_released(16) and second.is_released(2)
    second.force_door(3)
    assert await driver.shut() == (True,) * 18 + (False, True)
    second.deaf = True
    assert await _fails(driver)


async def _fails(driver) -> bool:
    try:
        await driver.shut()
    except LockBoardError:
        return True
    return False
