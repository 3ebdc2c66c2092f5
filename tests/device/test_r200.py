"""The UHF reader's frames and its twin."""

import binascii

from bookcase_fw.codecs import r200
from bookcase_fw.codecs.r200 import Decoder, Frame
from hw_sim.devices.r200 import Reader
from hw_sim.wires import Wire

# Source: the examples of the maker's protocol manual (M100/QM100, which R200 and YRM100 share), as
# public code quotes them.
MANUAL = (
    # bytes                          frame
    ("bb 00 03 00 01 00 04 7e", Frame("command", "info", b"\x00")),
    ("bb 00 07 00 01 01 09 7e", Frame("command", "region", b"\x01")),
    ("bb 01 07 00 01 00 09 7e", Frame("answer", "region", b"\x00")),
    ("bb 00 22 00 00 22 7e", Frame("command", "inventory", b"")),
    ("bb 00 27 00 03 22 27 10 83 7e", Frame("command", "inventories", b"\x22\x27\x10")),
    ("bb 00 28 00 00 28 7e", Frame("command", "stop", b"")),
    ("bb 00 b6 00 02 07 d0 8f 7e", Frame("command", "power", b"\x07\xd0")),
    ("bb 01 b6 00 01 00 b8 7e", Frame("answer", "power", b"\x00")),
    ("bb 00 b7 00 00 b7 7e", Frame("command", "read_power", b"")),
    ("bb 01 0c 00 01 00 0e 7e", Frame("answer", "select", b"\x00")),
    ("bb 00 12 00 01 01 14 7e", Frame("command", "select_mode", b"\x01")),
    (
        "bb 00 39 00 09 00 00 ff ff 03 00 00 00 02 45 7e",
        Frame("command", "read", b"\x00\x00\xff\xff\x03\x00\x00\x00\x02"),
    ),
    ("bb 01 ff 00 01 15 16 7e", Frame("answer", "error", b"\x15")),
    ("bb 01 ff 00 01 09 0a 7e", Frame("answer", "error", b"\x09")),
)
# The same manual's notice, and a capture of an R200.  Each carries its tag's own CRC.
NOTICES = (
    # bytes                                                                   tag, dBm
    (
        "bb 02 22 00 11 c9 34 00 30 75 1f eb 70 5c 59 04 e3 d5 0d 70 3a 76 ef 7e",
        ("30751FEB705C5904E3D50D70", -55),
    ),
    (
        "bb 02 22 00 11 c4 30 00 e2 00 00 1d 73 15 01 65 21 40 8f c6 b8 3e c2 7e",
        ("E200001D73150165" + "21408FC6", -60),
    ),
)
SELECT = "bb 00 0c 00 13 01 00 00 00 20 60 00 30 75 1f eb 70 5c 59 04 e3 d5 0d 70 ad 7e"
READ = "bb 01 39 00 13 0e 34 00 30 75 1f eb 70 5c 59 04 e3 d5 0d 70 12 34 56 78 b0 7e"
TAG, OTHER = "E20000000000000000000001", "E20000000000000000000002"


def _bytes(text: str) -> bytes:
    return binascii.unhexlify(text.replace(" ", ""))


def _notices(data: bytes) -> list:
    return [r200.heard(frame) for frame in Decoder().feed(data) if frame.kind == "notice"]


def test_frames_of_the_manual():
    for text, frame in MANUAL:
        assert r200.encode(*frame) == _bytes(text), text
        assert Decoder().feed(_bytes(text)) == [frame], text


def test_notices_of_the_manual_and_of_a_capture():
    for text, heard in NOTICES:
        assert _notices(_bytes(text)) == [heard], text


def test_a_notice_of_the_capture_is_written_the_same():
    text, (tag, dbm) = NOTICES[1]

    assert r200.notice(tag, dbm) == _bytes(text)


def test_a_notice_whose_tag_was_misread_is_noise():
    decoder = Decoder()
    # Two wrong bytes whose sum is right: only the tag's own CRC can tell.
    wrong = _bytes(NOTICES[0][0].replace("1f eb", "20 ea"))

    assert decoder.feed(wrong) == []
    assert decoder.noise_count == len(wrong)


def test_foreign_tags_of_other_lengths_are_heard():
    for tag in ("E280", TAG + "0000AAAA", "AB" * 62):
        assert _notices(r200.notice(tag, -70)) == [(tag, -70)]


def test_one_byte_at_a_time():
    decoder = Decoder()
    data = r200.notice(TAG, -50) + r200.notice(OTHER, -60)

    frames = [frame for byte in data for frame in decoder.feed(bytes((byte,)))]

    assert [r200.heard(frame) for frame in frames] == [(TAG, -50), (OTHER, -60)]


def test_a_frame_that_was_cut_does_not_swallow_the_next():
    decoder = Decoder()
    cut = r200.notice(TAG, -50)[:9]

    frames = decoder.feed(cut + r200.notice(OTHER, -60))
    frames += decoder.flush()

    assert [r200.heard(frame) for frame in frames] == [(OTHER, -60)]
    assert decoder.noise_count == len(cut)


def test_a_tag_is_selected_and_read_as_in_the_manual():
    number = "30751FEB705C5904E3D50D70"
    (answer,) = Decoder().feed(_bytes(READ))

    assert r200.encode("command", "select", r200.select(number)) == _bytes(SELECT)
    assert r200.read(r200.USER_BANK, 0, 2) == _bytes("00 00 00 00 03 00 00 00 02")
    assert answer.name == "read"
    assert r200.memory(answer.data) == (_bytes("34 00" + number), _bytes("12 34 56 78"))
    assert r200.air(number, 0x400) == _bytes("34 00" + number)


def test_noise_and_a_wrong_sum_are_dropped_and_counted():
    decoder = Decoder()
    wrong = _bytes("bb 00 22 00 00 23 7e")

    frames = decoder.feed(b"\x00\xbb\x7e" + wrong + r200.encode("command", "stop"))

    assert frames == [Frame("command", "stop", b"")]
    assert decoder.noise_count == 3 + len(wrong)


def test_a_size_beyond_all_frames_is_noise_at_once():
    decoder = Decoder()

    assert decoder.feed(b"\xbb\x01\x22\xff\xff") == []
    assert not decoder.waits()


def test_ten_thousand_random_bytes_raise_nothing_and_pile_up_nowhere():
    wire, decoder = Wire(seed=5), Decoder()
    wire.noise = 100
    for _feed in range(100):
        decoder.feed(wire.carry(b"\xbb")[0])
        assert len(decoder._buffer) < r200.HEADER_SIZE + r200.DATA_SIZE_MAX + 2


def test_a_round_of_the_twin_tells_what_the_radio_hears():
    air = [(TAG, -48), (OTHER, -71)]
    reader = Reader(lambda: air)

    assert _notices(reader.feed(r200.encode("command", "inventory"))) == air
    air = []
    assert reader.feed(r200.encode("command", "inventory")) == _bytes("bb 01 ff 00 01 15 16 7e")


def test_rounds_go_on_until_they_are_stopped():
    said, clock = [], []
    reader = Reader(lambda: [(TAG, -48)])
    reader.plug(said.append, lambda ms, call: clock.append(call))

    reader.feed(r200.encode("command", "inventories", b"\x22\x00\x03"))
    clock.pop()()
    clock.pop()()
    reader.feed(r200.encode("command", "stop"))
    clock.pop()()

    assert clock == []
    assert _notices(b"".join(said)) == [(TAG, -48)] * 2


def test_settings_are_kept_and_read_back():
    reader = Reader(list)
    reader.feed(_bytes("bb 00 07 00 01 01 09 7e") + _bytes("bb 00 b6 00 02 07 d0 8f 7e"))

    answers = reader.feed(
        r200.encode("command", "read_region")
        + r200.encode("command", "read_power")
        + r200.encode("command", "info", b"\x00")
    )

    assert Decoder().feed(answers) == [
        Frame("answer", "read_region", b"\x01"),
        Frame("answer", "read_power", b"\x07\xd0"),
        Frame("answer", "info", b"\x00M100 26dBm V1.0"),
    ]


def test_faults_of_the_reader():
    reader = Reader(lambda: [(TAG, -48), (OTHER, -50)])

    reader.wrong_checksum = True
    assert _notices(reader.feed(r200.encode("command", "inventory"))) == []
    reader.deaf = True
    assert reader.feed(r200.encode("command", "inventory")) == b""
    reader.deaf = reader.wrong_checksum = False
    assert len(_notices(reader.feed(r200.encode("command", "inventory")))) == 2
