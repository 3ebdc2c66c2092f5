"""What wires do to bytes, and the pauses that end a frame that was cut."""

import asyncio

from bookcase_fw.codecs import r200
from hw_sim.devices.r200 import Reader
from hw_sim.plug import plug
from hw_sim.wires import FAULTS, Wire

FRAME = r200.encode("command", "inventory")


def test_a_good_wire_changes_nothing():
    wire = Wire()

    assert wire.carry(FRAME) == [FRAME]
    assert wire.carry(b"") == []
    assert wire.fired == dict.fromkeys(FAULTS, 0)


def test_each_fault_does_what_it_says_and_is_counted():
    for fault, value, pieces in (
        ("deaf", True, []),
        ("cut", 1, [FRAME[:3]]),
        ("chop", True, [FRAME[n : n + 1] for n in range(len(FRAME))]),
        ("delay_ms", 20, [FRAME]),
    ):
        wire = Wire()
        setattr(wire, fault, value)

        assert wire.carry(FRAME) == pieces, fault
        assert wire.fired[fault] == 1, fault


def test_cut_and_garble_last_for_so_many_messages():
    wire = Wire()
    wire.cut = wire.garble = 2

    carried = [wire.carry(FRAME) for _message in range(3)]

    assert [len(pieces[0]) for pieces in carried] == [3, 3, len(FRAME)]
    assert carried[2] == [FRAME]


def test_garbled_is_one_wrong_bit():
    for seed in range(20):
        wire = Wire(seed)
        wire.garble = 1

        (garbled,) = wire.carry(FRAME)

        wrong = [bin(a ^ b).count("1") for a, b in zip(garbled, FRAME)]
        assert sum(wrong) == 1, seed


def test_noise_comes_before_the_message_and_is_the_same_from_the_same_seed():
    first, second, other = Wire(1), Wire(1), Wire(2)
    first.noise = second.noise = other.noise = 5

    (noisy,) = first.carry(FRAME)

    assert noisy[5:] == FRAME
    assert second.carry(FRAME) == [noisy]
    assert other.carry(FRAME) != [noisy]


async def test_a_command_that_was_cut_is_given_up_after_a_pause():
    port, _writer = plug(Reader(list))
    port.write(FRAME[:3])
    await asyncio.sleep(0.3)

    port.write(FRAME)

    assert await port.read() == r200.encode("answer", "error", b"\x15")


async def test_a_command_whose_bytes_dribble_in_is_heard():
    port, _writer = plug(Reader(list))

    for byte in FRAME:
        port.write(bytes((byte,)))
        await asyncio.sleep(0.1)

    assert await port.read() == r200.encode("answer", "error", b"\x15")
