"""Modbus frames."""

import binascii

from bookcase_fw.codecs import modbus
from bookcase_fw.codecs.modbus import Data, Decoder, Refused, Request, RequestDecoder, Written
from hw_sim.wires import Wire

# Source: the examples of the Modbus specification as Simply Modbus prints them, with their CRCs.
REQUESTS = (
    # bytes                              request
    ("11 01 00 13 00 25 0e 84", Request(17, "read_coils", 0x13, 37, b"")),
    ("11 02 00 c4 00 16 ba a9", Request(17, "read_inputs", 0xC4, 22, b"")),
    ("11 03 00 6b 00 03 76 87", Request(17, "read_registers", 0x6B, 3, b"")),
    ("11 04 00 08 00 01 b2 98", Request(17, "read_input_registers", 8, 1, b"")),
    ("11 05 00 ac ff 00 4e 8b", Request(17, "write_coil", 0xAC, modbus.SET, b"")),
    ("11 06 00 01 00 03 9a 9b", Request(17, "write_register", 1, 3, b"")),
    ("11 0f 00 13 00 0a 02 cd 01 bf 0b", Request(17, "write_coils", 0x13, 10, b"\xcd\x01")),
    (
        "11 10 00 01 00 02 04 00 0a 01 02 c6 f0",
        Request(17, "write_registers", 1, 2, b"\x00\x0a\x01\x02"),
    ),
    ("0a 01 04 a1 00 01 ac 63", Request(10, "read_coils", 0x4A1, 1, b"")),
)
DATA = (
    ("11 01 05 cd 6b b2 0e 1b 45 e6", Data(17, "read_coils", b"\xcd\x6b\xb2\x0e\x1b")),
    ("11 02 03 ac db 35 20 18", Data(17, "read_inputs", b"\xac\xdb\x35")),
    ("11 03 06 ae 41 56 52 43 40 49 ad", Data(17, "read_registers", b"\xaeAVRC@")),
    ("11 04 02 00 0a f8 f4", Data(17, "read_input_registers", b"\x00\x0a")),
)
WRITTEN = (
    ("11 05 00 ac ff 00 4e 8b", Written(17, "write_coil", 0xAC, modbus.SET)),
    ("11 0f 00 13 00 0a 26 99", Written(17, "write_coils", 0x13, 10)),
    ("11 10 00 01 00 02 12 98", Written(17, "write_registers", 1, 2)),
)
REFUSED = (("0a 81 02 b0 53", Refused(10, "read_coils", "place")),)


def _bytes(text: str) -> bytes:
    return binascii.unhexlify(text.replace(" ", ""))


def test_requests_of_the_specification():
    for text, request in REQUESTS:
        assert modbus.encode(*request) == _bytes(text), text
        assert RequestDecoder().feed(_bytes(text)) == [request], text


def test_answers_of_the_specification():
    tables = (
        (DATA, modbus.encode_data),
        (WRITTEN, modbus.encode_written),
        (REFUSED, modbus.encode_refused),
    )
    for table, encode in tables:
        for text, answer in table:
            assert encode(*answer) == _bytes(text), text
            assert repr(Decoder().feed(_bytes(text))) == repr([answer]), text


def test_registers_are_words_with_the_high_byte_first():
    assert modbus.words(b"\xae\x41\x56\x52") == (0xAE41, 0x5652)
    assert modbus.packed((0xAE41, 0x5652)) == b"\xae\x41\x56\x52"
    assert modbus.words(b"\xae\x41\x56") == (0xAE41,)


def test_one_byte_at_a_time():
    decoder = Decoder()
    data = b"".join([_bytes(table[0][0]) for table in (DATA, WRITTEN, REFUSED)])

    frames = [frame for byte in data for frame in decoder.feed(bytes((byte,)))]

    assert [type(frame) for frame in frames] == [Data, Written, Refused]
    assert decoder.noise_count == 0


def test_noise_is_dropped_and_counted():
    decoder = Decoder()

    assert decoder.feed(b"\x00\xff\x11\x7f" + _bytes(DATA[0][0])) == [DATA[0][1]]
    assert decoder.noise_count == 4


def test_a_wrong_crc_is_noise():
    decoder = Decoder()
    wrong = _bytes(DATA[3][0])[:-1] + b"\x00"

    frames = decoder.feed(wrong + _bytes(DATA[3][0])) + decoder.flush()

    assert frames == [DATA[3][1]]
    assert decoder.noise_count == len(wrong)


def test_a_frame_that_was_cut_does_not_swallow_the_next():
    for decoder, text, frame in (
        (Decoder(), DATA[0][0], DATA[0][1]),
        (RequestDecoder(), REQUESTS[6][0], REQUESTS[6][1]),
    ):
        cut = _bytes(text)[:5]

        frames = decoder.feed(cut + _bytes(text)) + decoder.flush()

        assert frames == [frame], text
        assert decoder.noise_count == len(cut)


def test_ten_thousand_random_bytes_raise_nothing_and_pile_up_nowhere():
    wire = Wire(seed=7)
    wire.noise = 100
    for decoder in (Decoder(), RequestDecoder()):
        for _feed in range(100):
            decoder.feed(wire.carry(b"\x11")[0])
            assert len(decoder._buffer) < modbus.DATA_SIZE_MAX + 9
