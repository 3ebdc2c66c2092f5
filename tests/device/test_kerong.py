"""Kerong's lock boards: the frames and the twins."""

import binascii

from bookcase_fw.codecs import kerong, modbus
from bookcase_fw.codecs.kerong import Decoder, Request, RequestDecoder, Status
from hw_sim.devices.kerong import Cu16, Cu48
from hw_sim.wires import Wire

# Source: the door list of an Android locker application for KR-CU16, whose sums were checked.
CU16_REQUESTS = (
    # bytes           request
    ("02 00 30 03 35", Request(1, "read", 1)),
    ("02 00 31 03 36", Request(1, "unlock", 1)),
    ("02 0f 31 03 45", Request(1, "unlock", 16)),
    ("02 10 31 03 46", Request(2, "unlock", 1)),
    ("02 12 31 03 48", Request(2, "unlock", 3)),
)
WRONG_SUM, RIGHT_SUM = "02 10 30 03 3e", "02 10 30 03 45"  # The first stands in the same list.
# Of our own making, by the layout in which three public programs read a status: it proves only
# agreement with ourselves.
CU16_STATUS = (
    ("02 00 35 0f 00 00 00 03 49", Status(1, 0x000F, 0)),
    ("02 10 35 ff 80 01 00 03 ca", Status(2, 0x80FF, 1)),
)
# Source: the examples of a public CU48 emulator, which leaves the CRCs out; they are ours.
CU48_REQUESTS = (
    ("01 01 00 00 00 30 3c 1e", lambda: kerong.cu48_read(1, 48)),
    ("01 05 00 00 00 00 cd ca", lambda: kerong.cu48_unlock(1, 1, 0)),
    ("01 05 00 00 ff 00 8c 3a", lambda: kerong.cu48_unlock(1, 1, 1)),
)
CU48_ALL_SHUT = "01 01 06 ff ff ff ff ff ff"


def _bytes(text: str) -> bytes:
    return binascii.unhexlify(text.replace(" ", ""))


def _coils(board: Cu48, locks: int = 4) -> int:
    (answer,) = modbus.Decoder().feed(board.feed(kerong.cu48_read(1, locks)))
    return int.from_bytes(answer.data, "little")


def _hooks(board: Cu16) -> int:
    (status,) = Decoder().feed(board.feed(kerong.encode(1, "read")))
    return status.hooks


def test_requests_to_a_cu16_as_the_source_prints_them():
    for text, request in CU16_REQUESTS:
        assert kerong.encode(*request) == _bytes(text), text
        assert RequestDecoder().feed(_bytes(text)) == [request], text


def test_the_public_request_with_a_wrong_sum_is_noise():
    decoder = RequestDecoder()

    assert decoder.feed(_bytes(WRONG_SUM) + _bytes(RIGHT_SUM)) == [Request(2, "read", 1)]
    assert decoder.noise_count == 5
    assert kerong.encode(2, "read") == _bytes(RIGHT_SUM)


def test_statuses_of_a_cu16():
    for text, status in CU16_STATUS:
        assert kerong.encode_status(*status) == _bytes(text), text
        assert Decoder().feed(_bytes(text)) == [status], text


def test_requests_to_a_cu48_as_the_source_prints_them():
    for text, request in CU48_REQUESTS:
        assert request() == _bytes(text), text


def test_a_cu48_with_48_doors_shut_answers_as_the_source_prints_it():
    answer = Cu48(locks=48).feed(kerong.cu48_read(1, 48))

    assert answer[:-2] == _bytes(CU48_ALL_SHUT)


def test_one_byte_at_a_time():
    decoder = Decoder()
    data = _bytes(CU16_STATUS[0][0]) + _bytes(CU16_STATUS[1][0])

    frames = [frame for byte in data for frame in decoder.feed(bytes((byte,)))]

    assert frames == [CU16_STATUS[0][1], CU16_STATUS[1][1]]
    assert decoder.noise_count == 0


def test_a_status_that_was_cut_does_not_swallow_the_next():
    decoder = Decoder()
    whole = _bytes(CU16_STATUS[1][0])

    assert decoder.feed(whole[:4] + whole) + decoder.flush() == [CU16_STATUS[1][1]]
    assert decoder.noise_count == 4


def test_ten_thousand_random_bytes_raise_nothing_and_pile_up_nowhere():
    wire = Wire(seed=9)
    wire.noise = 100
    for decoder in (Decoder(), RequestDecoder()):
        for _feed in range(100):
            decoder.feed(wire.carry(b"\x02")[0])
            assert len(decoder._buffer) < kerong.STATUS_SIZE


def test_a_door_opens_only_when_its_lock_was_released():
    cu48, cu16 = Cu48(), Cu16()
    for board, unlock, bits in (
        (cu48, kerong.cu48_unlock(1, 2, 1), _coils),
        (cu16, kerong.encode(1, "unlock", 2), _hooks),
    ):
        assert not board.pull_door(2)
        board.feed(unlock)
        assert board.pull_door(2)
        assert bits(board) == 0b1101
        board.shut_door(2)
        assert not board.pull_door(2)


def test_a_cu48_refuses_what_it_has_not():
    board = Cu48(locks=48)
    for request, error in (
        (modbus.encode(1, "read_coils", 40, 9), "place"),
        (modbus.encode(1, "write_coil", 48, modbus.SET), "place"),
        (modbus.encode(1, "write_coil", 0, 1), "value"),
        (modbus.encode(1, "read_inputs", 0, 1), "function"),
    ):
        (answer,) = modbus.Decoder().feed(board.feed(request))
        assert answer.error == error


def test_a_cu48_whose_locks_are_released_by_clearing_the_coil():
    board = Cu48(release_coil=0)

    board.feed(kerong.cu48_unlock(1, 1, 1))
    assert not board.is_released(1)
    board.feed(kerong.cu48_unlock(1, 1, 0))
    assert board.is_released(1)


def test_all_locks_of_a_cu16_are_released_at_once():
    board = Cu16()

    board.feed(kerong.encode(1, "unlock_all"))

    assert [board.is_released(lock) for lock in (1, 2, 3, 4)] == [True] * 4


def test_faults_of_the_boards():
    for board, bits in ((Cu48(), _coils), (Cu16(), _hooks)):
        board.stuck[1] = False
        assert bits(board) == 0b1110
        board.wrong_checksum = True
        assert modbus.Decoder().feed(board.feed(kerong.cu48_read(1, 4))) == []
        assert Decoder().feed(board.feed(kerong.encode(1, "read"))) == []


def test_another_board_on_the_line_keeps_silent():
    assert Cu48(board=2).feed(kerong.cu48_read(1, 4)) == b""
    assert Cu16(board=2).feed(kerong.encode(1, "read")) == b""
