"""The card reader's frames, card numbers, and its twin."""

import binascii

from bookcase_fw.codecs import cardnumber, pn532
from bookcase_fw.codecs.pn532 import Decoder, Frame
from hw_sim.devices.pn532 import Reader
from hw_sim.wires import Wire

# Source: what public programs send to a PN532 on its serial line and note of its answers.
FRAMES = (
    # bytes                                                   frame
    ("00 00 ff 02 fe d4 02 2a 00", Frame("command", "firmware", b"")),
    ("00 00 ff 06 fa d5 03 32 01 06 07 e8 00", Frame("answer", "firmware", b"\x32\x01\x06\x07")),
    ("00 00 ff 03 fd d4 14 01 17 00", Frame("command", "sam", b"\x01")),
    ("00 00 ff 05 fb d4 14 01 14 01 02 00", Frame("command", "sam", b"\x01\x14\x01")),
    ("00 00 ff 02 fe d5 15 16 00", Frame("answer", "sam", b"")),
    ("00 00 ff 04 fc d4 4a 01 00 e1 00", Frame("command", "cards", b"\x01\x00")),
)
OTHERS = (
    ("00 00 ff 00 ff 00", Frame("ack", "", b"")),
    ("00 00 ff 01 ff 7f 81 00", Frame("error", "", b"")),
)
# Captures of cards, in the same programs and in a library's own example.
CARDS = (
    # bytes                                                                   UID
    ("00 00 ff 0c f4 d5 4b 01 01 00 04 08 04 24 d3 4f 59 2f 00", "24d34f59"),
    ("00 00 ff 0c f4 d5 4b 01 01 00 04 08 04 b0 86 4d 25 26 00", "b0864d25"),
    ("00 00 ff 0c f4 d5 4b 01 01 00 02 18 04 8a 4c b5 12 23 00", "8a4cb512"),
    ("00 00 ff 0f f1 d5 4b 01 01 00 44 00 07 04 7b cb 51 96 22 80 c0 00", "047bcb51962280"),
    (
        "00 00 ff 1c e4 d5 4b 01 01 00 04 28 04 fd e6 08 99 10 78 80 90 02 20 90 00 00 00 00 00 "
        "fd e6 08 99 5c 00",
        "fde60899",
    ),
)
NUMBERS = (
    # UID              format      number
    ("24d34f59",       "hex",      "24D34F59"),
    ("24d34f59",       "hex_low",  "594FD324"),
    ("047bcb51962280", "hex",      "047BCB51962280"),
    ("00d34f59",       "hex8",     "00D34F59"),
    ("24d34f00",       "hex8_low", "004FD324"),
    ("24d34f59",       "dec10",    "0617828185"),
    ("24d34f59",       "dec",      "617828185"),
    ("24d34f59",       "dec10_low", "1498403620"),
    ("047bcb51962280", "hex14",    "047BCB51962280"),
    ("047bcb51962280", "dec17",    "01262013084213888"),
    ("047bcb51962280", "dec10",    ""),
    ("24d34f59",       "hex14",    ""),
    ("0824d34f",       "hex",      ""),
    ("",               "hex",      ""),
)  # fmt: skip


def _bytes(text: str) -> bytes:
    return binascii.unhexlify(text.replace(" ", ""))


def test_frames_as_public_programs_note_them():
    for text, frame in FRAMES:
        encode = pn532.encode if frame.kind == "command" else pn532.encode_answer
        assert encode(frame.name, frame.data) == _bytes(text), text
        assert Decoder().feed(_bytes(text)) == [frame], text
    for text, frame in OTHERS:
        assert Decoder().feed(_bytes(text)) == [frame], text
    assert [pn532.ACK, pn532.ERROR] == [_bytes(text) for text, _frame in OTHERS]


def test_cards_of_captures():
    for text, uid in CARDS:
        (frame,) = Decoder().feed(_bytes(text))
        assert pn532.uid(frame.data) == _bytes(uid), text


def test_a_card_of_a_capture_is_written_the_same():
    for text, uid in (CARDS[0], CARDS[3]):
        assert pn532.encode_card(_bytes(uid)) == _bytes(text)


def test_an_answer_that_makes_no_sense_is_no_card():
    for data in (b"", b"\x00", b"\x01\x01\x00\x04\x08", b"\x01\x01\x00\x04\x08\x04ABC"):
        assert pn532.uid(data) == b""
    assert pn532.uid(b"\x01\x01\x00\x04\x08\x05ABCDE") == b""


def test_numbers_as_other_readers_type_them():
    for uid, form, text in NUMBERS:
        assert cardnumber.number(_bytes(uid), form) == text, (uid, form)


def test_a_number_of_each_format_is_as_long_as_the_table_says():
    for form, _order, size, _base, digits in cardnumber.FORMATS:
        for byte in (b"\x00", b"\x7f", b"\xff"):
            text = cardnumber.number(byte * (size or 4), form)
            assert text and len(text) in (digits or len(text),), form


def test_one_byte_at_a_time():
    decoder = Decoder()
    data = pn532.WAKE[2:] + pn532.encode("sam", b"\x01") + pn532.ACK + pn532.ERROR

    frames = [frame for byte in data for frame in decoder.feed(bytes((byte,)))]

    assert [frame.kind for frame in frames] == ["command", "ack", "error"]


def test_the_long_preamble_that_wakes_is_skipped():
    decoder = Decoder()

    frames = decoder.feed(pn532.WAKE + pn532.encode("firmware"))

    assert frames == [Frame("command", "firmware", b"")]
    assert decoder.noise_count == len(pn532.WAKE)


def test_a_preamble_that_lost_a_byte_is_understood():
    assert Decoder().feed(pn532.encode("firmware")[1:]) == [Frame("command", "firmware", b"")]


def test_noise_and_wrong_sums_are_dropped_and_counted():
    decoder = Decoder()
    wrong_sum, wrong_size = _bytes(FRAMES[5][0]), _bytes(FRAMES[5][0])
    wrong_sum = wrong_sum[:9] + b"\x00" + wrong_sum[10:]
    wrong_size = wrong_size[:4] + b"\x00" + wrong_size[5:]

    frames = decoder.feed(wrong_sum + wrong_size + pn532.encode("firmware")) + decoder.flush()

    assert frames == [Frame("command", "firmware", b"")]
    assert decoder.noise_count == 22


def test_a_frame_that_was_cut_does_not_swallow_the_next():
    decoder = Decoder()
    whole = _bytes(CARDS[0][0])

    frames = decoder.feed(whole[:11] + whole) + decoder.flush()

    assert [pn532.uid(frame.data) for frame in frames] == [_bytes(CARDS[0][1])]
    assert decoder.noise_count == 11


def test_ten_thousand_random_bytes_raise_nothing_and_pile_up_nowhere():
    wire, decoder = Wire(seed=13), Decoder()
    wire.noise = 100
    for _feed in range(100):
        decoder.feed(wire.carry(b"\x00\x00\xff")[0])
        assert len(decoder._buffer) < pn532.DATA_SIZE_MAX + 9


def test_the_twin_searches_until_a_card_comes_or_it_is_told_to_stop():
    reader, said, clock = Reader(), [], []
    reader.plug(said.append, lambda ms, call: clock.append(call))

    assert reader.feed(pn532.encode("cards", pn532.ONE_TYPE_A)) == pn532.ACK
    reader.feed(pn532.ACK)
    reader.lay(b"ABCD")
    assert said == [] and clock == []

    reader.take_away()
    reader.feed(pn532.encode("cards", pn532.ONE_TYPE_A))
    reader.lay(b"ABCD")
    assert said == [pn532.encode_card(b"ABCD")]


def test_the_twin_gives_up_after_the_searches_it_was_told():
    reader, said, clock = Reader(), [], []
    reader.plug(said.append, lambda ms, call: clock.append(call))
    reader.feed(pn532.encode("radio", pn532.RETRIES + b"\x02"))

    reader.feed(pn532.encode("cards", pn532.ONE_TYPE_A))
    clock.pop()()

    assert said == [pn532.encode_answer("cards", b"\x00")]
