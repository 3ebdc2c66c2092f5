"""The lock board's driver against its twin, on good and bad lines."""

import asyncio

from bookcase_fw.codecs import wjl
from bookcase_fw.drivers.lockboard import LockBoard, LockBoardError
from hw_sim.devices import wjl as device
from hw_sim.plug import plug
from hw_sim.wires import Wire

SHUT = (True, True, True, True)


class Lab:
    def __init__(self, **options):
        self.twin = device.LockBoard(**options)
        self.wire = Wire(seed=1)
        self.port = plug(self.twin, self.wire)
        self.board = LockBoard(self.port, **options)

    async def fails(self) -> bool:
        try:
            await self.board.shut()
        except LockBoardError:
            return True
        return False


class Both:
    """Two boards on one line: both hear, both speak."""

    def __init__(self, *boards):
        self._boards = boards

    def plug(self, emit, later):
        for board in self._boards:
            board.plug(emit, later)

    def feed(self, data: bytes) -> bytes:
        return b"".join([board.feed(data) for board in self._boards])


async def test_a_door_is_unlocked_opened_and_shut():
    lab = Lab()
    assert await lab.board.shut() == SHUT

    await lab.board.unlock(2)
    assert await lab.board.shut() == SHUT
    lab.twin.pull_door(2)
    assert await lab.board.shut() == (True, False, True, True)

    lab.twin.shut_door(2)
    assert await lab.board.shut() == SHUT
    assert lab.board.noise_count == 0


async def test_the_answer_a_second_later_disturbs_no_poll():
    lab = Lab()
    await lab.board.unlock(1)
    lab.twin.pull_door(1)

    for _poll in range(6):
        assert await lab.board.shut() == (False, True, True, True)
        await asyncio.sleep(0.2)


async def test_sensors_wired_the_other_way_round():
    lab = Lab(shut_bit=0)
    assert await lab.board.shut() == SHUT

    lab.twin.force_door(4)
    assert await lab.board.shut() == (True, True, True, False)


async def test_24_locks_on_one_board():
    lab = Lab(locks=24)
    lab.twin.force_door(24)

    assert await lab.board.shut() == (True,) * 23 + (False,)


async def test_a_deaf_board_is_reported_and_survived():
    lab = Lab()
    lab.twin.deaf = True
    assert await lab.fails()

    lab.twin.deaf = False
    assert await lab.board.shut() == SHUT


async def test_a_line_that_ended_is_reported():
    lab = Lab()
    lab.port[0].unplug()

    assert await lab.fails()


async def test_wires_that_hurt_one_message_cost_a_retry():
    lab = Lab()
    for fault in ("cut", "garble"):
        setattr(lab.wire, fault, 1)
        assert await lab.board.shut() == SHUT, fault
        assert lab.wire.fired[fault] == 1


async def test_a_chopped_slow_line_is_understood():
    lab = Lab()
    lab.wire.chop, lab.wire.delay_ms = True, 50

    for _poll in range(3):
        assert await lab.board.shut() == SHUT
    assert lab.board.noise_count == 0


async def test_noise_before_each_message_is_skipped():
    lab = Lab()
    lab.wire.noise = 3

    assert await lab.board.shut() == SHUT
    assert lab.board.noise_count > 0


async def test_a_board_with_wrong_checksums_is_as_good_as_silent():
    lab = Lab()
    lab.twin.wrong_checksum = True

    assert await lab.fails()
    assert lab.board.noise_count > 0


async def test_a_late_answer_to_a_try_that_failed_is_not_taken_for_the_present():
    lab = Lab()
    lab.wire.delay_ms = 600  # Each way: later than all tries together.
    assert await lab.fails()

    lab.wire.delay_ms = 0
    lab.twin.force_door(1)
    assert await lab.board.shut() == (False, True, True, True)
    await asyncio.sleep(1)
    assert await lab.board.shut() == (False, True, True, True)


async def test_an_answer_later_than_its_try_leaves_none_behind():
    lab = Lab()
    lab.wire.delay_ms = 200  # Each way: the answer to the first try comes during the second.
    assert await lab.board.shut() == SHUT

    lab.twin.force_door(1)
    lab.wire.delay_ms = 0
    assert await lab.board.shut() == (False, True, True, True)


async def test_two_boards_share_one_line():
    first, second = device.LockBoard(board=1), device.LockBoard(board=2)
    port, bus = plug(Both(first, second)), asyncio.Lock()
    boards = [LockBoard(port, board=number, bus=bus) for number in (1, 2)]
    second.force_door(3)

    await boards[0].unlock(1)
    assert first.is_released(1) and not second.is_released(1)
    for _poll in range(3):
        seen = await asyncio.gather(boards[0].shut(), boards[1].shut())
        assert list(seen) == [SHUT, (True, True, False, True)]


async def test_two_tasks_that_ask_at_once_each_get_their_answer():
    lab = Lab()

    seen = await asyncio.gather(lab.board.shut(), lab.board.unlock(1), lab.board.shut())

    assert list(seen) == [SHUT, None, SHUT]
    assert lab.twin.is_released(1)


async def test_the_order_to_open_names_one_lock_only():
    heard = []
    lab = Lab()
    lab.twin.feed = lambda data: heard.append(data) or b""

    await lab.board.unlock(3)

    assert heard == [wjl.encode(1, "open", 3)]
