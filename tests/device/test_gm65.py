"""The scanner's texts, its frames, and its twin."""

import binascii

from bookcase_fw.codecs import gm65
from bookcase_fw.codecs.gm65 import Answer, Command, CommandDecoder, Decoder, Text
from hw_sim.devices.gm65 import Scanner
from hw_sim.wires import Wire

# Sources: the GM65 manual, as cv-scanner's serialdoc.md and others quote it.
COMMANDS = (
    # bytes                          command
    ("7e 00 09 01 00 00 00 de c8", Command("save", 0x0000, b"\x00")),
    ("7e 00 08 02 00 2a 39 01 a7 ea", Command("write", 0x002A, b"\x39\x01")),
    ("7e 00 07 01 00 2a 02 d8 0f", Command("read", 0x002A, b"\x02")),
)
TRIGGER = "7e 00 08 01 00 02 01 ab cd"  # With the checksum that nobody computed.
DONE = "02 00 00 01 00 33 31"


def _bytes(text: str) -> bytes:
    return binascii.unhexlify(text.replace(" ", ""))


def test_commands_of_the_manual():
    for text, command in COMMANDS:
        assert gm65.encode(*command) == _bytes(text), text
        assert CommandDecoder().feed(_bytes(text)) == [command], text


def test_a_command_without_a_checksum_is_taken():
    assert CommandDecoder().feed(_bytes(TRIGGER)) == [Command("write", 0x0002, b"\x01")]
    assert CommandDecoder().feed(gm65.trigger()) == [Command("write", 0x0002, b"\x01")]


def test_the_answer_of_the_manual():
    assert gm65.encode_answer() == _bytes(DONE)
    assert Decoder().feed(_bytes(DONE)) == [Answer(b"\x00")]


def test_texts_end_with_cr_or_cr_lf():
    decoder = Decoder()

    assert decoder.feed(b"SG00000012\rMH00000007\r\n\r\n") == [
        Text("SG00000012"),
        Text("MH00000007"),
    ]
    assert decoder.noise_count == 0


def test_an_answer_before_a_text_is_no_part_of_it():
    data = _bytes(DONE) + b"SG00000012\r"

    assert Decoder().feed(data) == [Answer(b"\x00"), Text("SG00000012")]


def test_one_byte_at_a_time():
    decoder = Decoder()
    data = _bytes(DONE) + "\u4e66\u67dc 12\r\n".encode()

    frames = [frame for byte in data for frame in decoder.feed(bytes((byte,)))]

    assert frames == [Answer(b"\x00"), Text("\u4e66\u67dc 12")]


def test_control_characters_are_dropped_and_counted():
    decoder = Decoder()

    assert decoder.feed(b"SG\x00000\x1b00012\x7f\r") == [Text("SG00000012")]
    assert decoder.noise_count == 3


def test_a_text_of_another_encoding_is_dropped_whole():
    decoder = Decoder()
    gbk = b"\xca\xe9\xb9\xf1\r"  # Bookcase, in Chinese, as GBK.

    assert decoder.feed(gbk + b"MH00000007\r") == [Text("MH00000007")]
    assert decoder.noise_count == len(gbk)


def test_of_a_text_that_is_too_long_nothing_is_taken_not_even_its_end():
    decoder = Decoder()
    frames = decoder.feed(b"x" * 500)
    frames += decoder.feed(b"x" * 500)
    assert decoder.waits()

    frames += decoder.feed(b"SG00000012\rMH00000007\r")

    assert frames == [Text("MH00000007")]
    assert decoder.noise_count == 1011


def test_half_a_text_does_not_begin_the_next():
    decoder = Decoder()
    decoder.feed(b"SG0000")

    assert decoder.flush() == []
    assert decoder.feed(b"SG00000012\r") == [Text("SG00000012")]


def test_ten_thousand_random_bytes_raise_nothing_and_pile_up_nowhere():
    wire = Wire(seed=7)
    wire.noise = 100
    for decoder in (Decoder(), CommandDecoder()):
        for _feed in range(100):
            decoder.feed(wire.carry(b"\x02")[0])
            assert len(decoder._buffer) <= gm65.TEXT_SIZE_MAX


def test_the_twin_says_what_it_is_shown():
    scanner, said = Scanner(), []
    scanner.plug(said.append, lambda ms, call: None)

    scanner.show("SG00000012")
    scanner.show_bytes(b"\xca\xe9")
    scanner.deaf = True
    scanner.show("SG00000013")

    assert said == [b"SG00000012\r", b"\xca\xe9\r"]


def test_the_twin_keeps_its_settings():
    scanner = Scanner()

    assert scanner.feed(gm65.encode("write", 0x000D, b"\x05")) == gm65.encode_answer()
    assert scanner.feed(gm65.encode("read", 0x000D, b"\x01")) == gm65.encode_answer(b"\x05")
    assert scanner.feed(gm65.encode("save", 0, b"\x00")) == gm65.encode_answer()
