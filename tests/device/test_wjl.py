"""The lock board's frames and its twin."""

import binascii

from bookcase_fw.codecs import wjl
from bookcase_fw.codecs.wjl import All, Decoder, One, Request, RequestDecoder
from hw_sim.devices.wjl import LockBoard
from hw_sim.wires import Wire

# Sources: the source code of dp2, ShelfLockDriver.First/WjlLockDriver.cs.
REQUESTS = (
    # bytes           request
    ("8a 01 01 11 9b", Request(1, "open", 1)),
    ("8a 01 00 11 9a", Request(1, "open", 0)),
    ("80 01 01 33 b3", Request(1, "read", 1)),
    ("80 01 00 33 b2", Request(1, "read", 0)),
    ("80 01 00 99 18", Request(1, "boards", 0)),
)
ONES = (
    ("80 01 01 11 91", One(1, 1, 1)),
    ("80 01 01 00 80", One(1, 1, 0)),
)
# Of our own making, by the drawing of that source: it proves only agreement with ourselves.
ALLS = (
    ("80 01 00 00 00 0f 33 bd", All(1, 0x0F)),
    ("80 02 00 00 81 05 33 35", All(2, 0x8105)),
)


def _bytes(text: str) -> bytes:
    return binascii.unhexlify(text.replace(" ", ""))


def test_requests_as_the_source_prints_them():
    for text, request in REQUESTS:
        assert wjl.encode(request.board, request.name, request.lock) == _bytes(text), text
        assert RequestDecoder().feed(_bytes(text)) == [request], text


def test_answers_as_the_source_prints_them():
    for text, one in ONES:
        assert wjl.encode_one(*one) == _bytes(text), text
        assert Decoder().feed(_bytes(text)) == [one], text


def test_answers_about_all_locks():
    for text, answer in ALLS:
        assert wjl.encode_all(*answer) == _bytes(text), text
        assert Decoder().feed(_bytes(text)) == [answer], text


def test_one_byte_at_a_time():
    decoder = Decoder()
    data = wjl.encode_one(1, 2, 1) + wjl.encode_all(1, 0x0D)

    frames = [frame for byte in data for frame in decoder.feed(bytes((byte,)))]

    assert frames == [One(1, 2, 1), All(1, 0x0D)]
    assert decoder.noise_count == 0


def test_noise_is_dropped_and_counted():
    decoder = Decoder()

    assert decoder.feed(b"\x00\x80\x13" + wjl.encode_all(1, 0x0F)) == [All(1, 0x0F)]
    assert decoder.noise_count == 3


def test_a_wrong_checksum_is_noise():
    decoder = Decoder()
    wrong = wjl.encode_all(1, 0x0F)[:-1] + b"\x00"

    assert decoder.feed(wrong + wjl.encode_all(1, 0x07)) == [All(1, 0x07)]
    assert decoder.noise_count == len(wrong)


def test_a_frame_that_was_cut_does_not_swallow_the_next():
    decoder = Decoder()

    assert decoder.feed(wjl.encode_all(1, 0x0F)[:2] + wjl.encode_one(1, 2, 1)) == []
    assert decoder.waits()
    assert decoder.flush() == [One(1, 2, 1)]
    assert decoder.noise_count == 2


def test_no_status_of_24_locks_is_taken_for_an_answer_about_one():
    for bits in (0, 1, 0x81, 0x8100, 0x110000, 0x119000, 0x008100, 0xFFFFFF):
        assert Decoder().feed(wjl.encode_all(1, bits)) == [All(1, bits)], hex(bits)


def test_ten_thousand_random_bytes_raise_nothing_and_pile_up_nowhere():
    wire = Wire(seed=3)
    wire.noise = 100
    for decoder in (Decoder(), RequestDecoder()):
        for _feed in range(100):
            decoder.feed(wire.carry(b"\x80")[0])
            assert len(decoder._buffer) < wjl.ALL_SIZE


def test_a_door_opens_only_when_its_lock_was_released():
    board = LockBoard(locks=4)

    assert not board.pull_door(2)
    board.feed(wjl.encode(1, "open", 2))
    assert board.pull_door(2)
    assert Decoder().feed(board.feed(wjl.encode(1, "read"))) == [All(1, 0b1101)]
    board.shut_door(2)
    assert not board.pull_door(2)


def test_the_board_tells_a_second_after_it_was_asked_to_open():
    board, said, clock = LockBoard(), [], []
    board.plug(said.append, lambda ms, call: clock.append((ms, call)))

    assert board.feed(wjl.encode(1, "open", 3)) == b""
    board.pull_door(3)
    [call() for ms, call in clock if ms == 1000]

    assert said == [wjl.encode_one(1, 3, 1)]


def test_a_released_lock_that_nobody_pulls_latches_again():
    board, clock = LockBoard(), []
    board.plug(lambda data: None, lambda ms, call: clock.append(call))
    board.feed(wjl.encode(1, "open", 1))
    assert board.is_released(1)

    [call() for call in clock]

    assert not board.pull_door(1)


def test_wiring_and_faults_of_the_board():
    board = LockBoard(locks=4, shut_bit=0)
    assert Decoder().feed(board.feed(wjl.encode(1, "read"))) == [All(1, 0)]

    board.force_door(1)
    assert Decoder().feed(board.feed(wjl.encode(1, "read"))) == [All(1, 1)]

    board.stuck[1] = True
    assert Decoder().feed(board.feed(wjl.encode(1, "read"))) == [All(1, 0)]
    assert not board.is_shut(1)

    board.jammed.add(2)
    board.feed(wjl.encode(1, "open", 2))
    assert not board.pull_door(2)

    board.wrong_checksum = True
    assert Decoder().feed(board.feed(wjl.encode(1, "read"))) == []

    board.deaf = True
    assert board.feed(wjl.encode(1, "read")) == b""


def test_another_board_on_the_line_keeps_silent():
    assert LockBoard(board=2).feed(wjl.encode(1, "read")) == b""
