"""The HF reader's frames and its twin."""

import binascii

from bookcase_fw.codecs import feig
from bookcase_fw.codecs.feig import Answer, Decoder, Info, Request, RequestDecoder
from hw_sim.devices.feig import ANSWER_CHIPS_MAX, Chip, Reader
from hw_sim.wires import Wire

# Source: the request that several public programs send to a Feig reader, CRC included.
INVENTORY = "02 00 09 ff b0 01 00 18 43"
# Source: the layouts of Feig's system manuals (see the codec); the values and CRCs are of our own
# making, so they prove only agreement with ourselves.  A UID of a chip in that public program.
UID, OTHER = "E004015306A22D70", "E004015306A22D80"
REQUESTS = (
    # bytes                                                       request
    ("02 00 09 ff b0 01 80 90 c7", feig.inventory(more=True)),
    (
        "02 00 13 ff b0 23 01 e0 04 01 53 06 a2 2d 70 00 08 a8 00",
        feig.to_chip("read", UID, b"\x00\x08"),
    ),
    (
        "02 00 12 ff b0 27 01 e0 04 01 53 06 a2 2d 70 c2 00 00",
        feig.to_chip("write_afi", UID, b"\xc2"),
    ),
    ("02 00 12 ff b1 04 a3 01 e0 04 01 53 06 a2 2d 70 00 00", feig.custom("reset_eas", UID)),
)


def _bytes(text: str) -> bytes:
    return binascii.unhexlify(text.replace(" ", ""))


def _ask(reader: Reader, request: bytes) -> Answer:
    (answer,) = Decoder().feed(reader.feed(request))
    return answer


def test_the_inventory_of_public_programs():
    assert feig.inventory() == _bytes(INVENTORY)
    assert RequestDecoder().feed(_bytes(INVENTORY)) == [Request("chip", b"\x01\x00")]


def test_requests_are_laid_out_as_the_manual_draws_them():
    for text, request in REQUESTS:
        assert request[:-2] == _bytes(text)[:-2], text
        assert len(RequestDecoder().feed(request)) == 1, text


def test_answers_are_read_back():
    for answer in (
        Answer("chip", "done", feig.encode_uids([UID, OTHER])),
        Answer("chip", "no_chip", b""),
        Answer("custom", "refused", b"\x0f"),
    ):
        assert Decoder().feed(feig.encode_answer(*answer)) == [answer]


def test_the_uids_of_an_inventory():
    assert feig.uids(feig.encode_uids([UID, OTHER])) == [UID, OTHER]
    assert feig.uids(b"\x02\x01\x00" + bytes(8) + b"\x03\x00" + binascii.unhexlify(UID)) == [UID]
    assert feig.uids(b"\x05") == []
    assert feig.uids(b"") == []


def test_blocks_without_their_status():
    data = b"\x02\x04\x00ABCD\x01EFGH"

    assert feig.blocks(data) == b"ABCDEFGH"
    assert feig.encode_blocks(b"ABCDEFGH", 4) == b"\x02\x04\x00ABCD\x00EFGH"
    assert feig.blocks(data[:-1]) == b""
    assert feig.blocks(b"") == b""


def test_a_chips_information():
    chip = Info(0, UID, 0x07, 28, 4)

    assert feig.info(feig.encode_info(chip)) == chip
    assert feig.info(b"\x00" * 5) is None


def test_one_byte_at_a_time():
    decoder = Decoder()
    data = feig.encode_answer("chip", "done", b"\x02") + feig.encode_answer("reset", "done")

    frames = [frame for byte in data for frame in decoder.feed(bytes((byte,)))]

    assert frames == [Answer("chip", "done", b"\x02"), Answer("reset", "done", b"")]


def test_noise_and_a_wrong_crc_are_dropped_and_counted():
    decoder = RequestDecoder()
    wrong = _bytes(INVENTORY)[:-1] + b"\x00"

    frames = decoder.feed(b"\x00\x02\xff" + wrong + _bytes(INVENTORY)) + decoder.flush()

    assert frames == [Request("chip", b"\x01\x00")]
    assert decoder.noise_count == 3 + len(wrong)


def test_a_frame_that_was_cut_does_not_swallow_the_next():
    decoder = Decoder()
    whole = feig.encode_answer("chip", "done", feig.encode_uids([UID]))

    frames = decoder.feed(whole[:9] + whole) + decoder.flush()

    assert [feig.uids(frame.data) for frame in frames] == [[UID]]
    assert decoder.noise_count == 9


def test_a_size_beyond_all_frames_is_noise_at_once():
    decoder = Decoder()

    assert decoder.feed(b"\x02\xff\xff\x00\xb0\x00") == []
    assert not decoder.waits()


def test_ten_thousand_random_bytes_raise_nothing_and_pile_up_nowhere():
    wire = Wire(seed=11)
    wire.noise = 100
    for decoder in (Decoder(), RequestDecoder()):
        for _feed in range(100):
            decoder.feed(wire.carry(b"\x02")[0])
            assert len(decoder._buffer) < feig.FRAME_SIZE_MAX


def test_the_twin_tells_many_chips_in_several_answers():
    chips = [Chip("E0040100%08X" % n) for n in range(ANSWER_CHIPS_MAX + 1)]
    reader = Reader(lambda: chips)

    first = _ask(reader, feig.inventory())
    second = _ask(reader, feig.inventory(more=True))

    assert (first.status, second.status) == ("more", "done")
    assert feig.uids(first.data) + feig.uids(second.data) == [chip.uid for chip in chips]


def test_the_twin_refuses_what_it_or_the_chip_has_not():
    reader = Reader(lambda: [Chip(UID)])
    for request, status in (
        (feig.to_chip("read", OTHER, b"\x00\x01"), "no_chip"),
        (feig.to_chip("read", UID, b"\x1c\x01"), "refused"),
        (feig.to_chip("read", UID), "length"),
        (feig.to_chip("write", UID, b"\x00\x02\x04ABCD"), "length"),
        (feig.encode("chip", b"\x22\x01" + binascii.unhexlify(UID)), "unknown"),
        (feig.encode("chip", b"\x23\x01"), "length"),
    ):
        assert _ask(reader, request).status == status


def test_faults_of_the_reader():
    reader = Reader(lambda: [Chip(UID)])

    reader.wrong_checksum = True
    assert Decoder().feed(reader.feed(feig.inventory())) == []
    reader.deaf = True
    assert reader.feed(feig.inventory()) == b""
