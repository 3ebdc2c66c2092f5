"""What stands in tags: packing, ISIL, ISO 28560-2, ISO 28560-3 and both UHF models."""

import binascii

from bookcase_fw.codecs.tags import compaction, cultu, isil, iso28560_2, iso28560_3, uhf_library
from bookcase_fw.codecs.tags.compaction import BITS5, BITS6, BITS7, INTEGER, NUMERIC, OCTETS, UTF8
from bookcase_fw.codecs.tags.cultu import Epc
from bookcase_fw.codecs.tags.iso28560_2 import Element
from bookcase_fw.codecs.tags.iso28560_3 import Block
from hw_sim.wires import Wire

# Source: GB/T 35660.2-2017 (pages 31, 32, 39) and the unit tests of dp2, which quote them.
PACKED = (
    # scheme   bytes                                 text
    (INTEGER, "1c be 99 1a 14", "123456789012"),
    (INTEGER, "04 b3", "1203"),
    (INTEGER, "8a c7 23 04 89 e7 ff ff", "9999999999999999999"),
    (NUMERIC, "01 0f", "010"),
    (NUMERIC, "10 00 00 00 00 00 00 00 00 00 1f", "100000000000000000001"),
    (BITS5, "08 86", "ABC"),
    (BITS5, "ef be", "]^_"),
    (BITS5, "f9 fa 8f 00", "_G]H^"),
    (BITS6, "04 20 f1 cb 3d 35 da", "ABC123456"),
    (BITS6, "04 20 f1 cb 3d 20", "ABC1234"),
    (BITS6, "44 1c b6 e2 e3 35 d6", "QA268.L55"),
    (BITS6, "2f 8c b5 bb 6f 77 da f6 b7 e3 08", "K825.6=76/Z780"),
    (OCTETS, "41 62", "Ab"),
    (UTF8, "e4 b8 ad e6 96 87", "中文"),
)
# The same, of schemes that another would have been chosen before.
UNPACKED = (
    (BITS7, "62 c9 9b 46 ad 9b b8", "12345678"),
    (BITS7, "62 c9 9b 46 ad 9b b8 62 c9 9b 46 ad 9b ff", "123456781234567"),
    (BITS7, "99 a7 13 06 3f", "Lib01"),
)
ISILS = (
    ("21 40 8e 16 bf 1f", "DE-Heu1"),
    ("ac c0 9e ba a0 6f 6b", "US-InU-Mu"),
    ("32 40 de 05 ab 07 5b", "FI-Mamk-M"),  # A tag of a Finnish library, in lainuri's tests.
)
# Source: the whole example of GB/T 35660.2-2017, and dp2's tests of the same with a title.
EXAMPLE = (
    "91 00 05 1c be 99 1a 14 02 01 d0 14 02 04 b3 46 07 44 1c b6 e2 e3 35 d6 "
    "83 02 07 ac c0 9e ba a0 6f 6b 00 00"
)
EXAMPLE_TITLE = (
    "91 00 05 1c be 99 1a 14 02 02 d0 02 14 02 04 b3 c6 02 07 44 1c b6 e2 e3 35 d6 00 00 "
    "03 07 ac c0 9e ba a0 6f 6b 7f 02 04 74 65 73 74"
)
ELEMENTS = [
    Element(1, "123456789012", True),
    Element(4, "1203", False),
    Element(6, "QA268.L55", False),
    Element(3, "US-InU-Mu", True),
]
# Real tags: dp2's samples of three makers, and the Finnish one.
CAPTURES = (
    # memory                                                      oid -> text
    (
        "C102071100B0C30C30CA00000203A80008830203D6593F0000250110370210405F080599A713063F",
        {2: "A80008", 3: "ZYLS", 5: "10", 7: "BA", 23: "Lib01"},
    ),
    ("11030AA8AE00000000000000", {1: "698542"}),
    ("9101040142214B000201B80300650110660100670100000000", {1: "21111115", 3: "", 5: "10"}),
    (
        "91 01 04 60 91 ce 43 80 02 01 a8 05 01 10 67 02 42 41 03 07 32 40 de 05 ab 07 5b 00 00",
        {1: "1620168259", 2: "A8", 3: "FI-Mamk-M", 5: "10", 7: "BA"},
    ),
)
BROKEN = (
    # memory                  fault
    ("00 00 00 00", "blank"),
    ("", "blank"),
    ("14 02 04 b3", "order"),
    ("91 00 05 1c be", "cut"),
    ("91", "cut"),
    ("11 ff", "cut"),
    ("11 01 05 26 02 f1 23 00", "packing"),
    ("11 01 05 03 01 ff 00", ""),
    ("11 01 05 11 01 06", "twice"),
    ("11 01 05 1f 40 01 06", "oid"),
    ("11 01 05 75 01 ff", "packing"),
)
# Source: three independent programs agree on the first; two (without the hyphen) on the others.
BLOCKS = (
    # block                                              crc, low byte first
    (Block("1000000136", "DK-718500", 1, 1, 1), "36 15"),
    (Block("31000000000017", "CN-310112-MH", 1, 1, 1), "24 5c"),
    (Block("3100000000000017", "CN-310112-MH", 1, 2, 1), "5f f0"),
    (Block("3100000000000017", "CN-310112-MH", 1, 2, 2), "7e eb"),
)
FIRST_BLOCK = (
    "11 01 01 31 30 30 30 30 30 30 31 33 36 00 00 00 00 00 00 36 15 44 4b 37 31 38 35 30 30 "
    "00 00 00 00 00"
)
# Source: ISO/TS 28560-4:2014 (pages 49 and 52), as dp2's tests quote it.
UII, UII_BYTES = "CH-000134-1.12345678.31", "141c c04f c70b adb5 c6e2 da1d ed4d d319"
LONG, LONG_BYTES = "B.A12312345678", "10 e2 fb 21 02 dd df 7c 4e 00"
USER_BANK = "02 01 d0 14 02 04 b3 46 07 44 1c b6 e2 e3 35 d6 53 08 ab 4d 6c 9d d5 56 cd eb 00"
# Source: dp2's tests of the universities' model, which follow the format's own examples.
FORM_0 = (
    ("05 41 42 43 30 31", "ABC01"),
    ("07 41 30 30 30 30 30 40", "A00000@"),
    ("a8 32 49 11 ec 01 00 00", "ABC0123*"),
    ("1b 36 49 11 00 89 07 00", "ABC0123456a"),
    ("fe 33 49 11 54 34 6f 1d", "ABC0123456789?"),
    ("9e 12 45 51 02 00 00 00", "AAA9000000000)"),
    ("0e a3 aa 2a 82 b9 2a 00", "ZZZ80007000000"),
    ("9e 93 24 49 fe 27 6b ee", "99999999999999"),
)
FORM_1 = (
    ("01 41", "A"),
    ("0b 41 42 43 30 31 32 33 34 35 36 61", "ABC0123456a"),
    ("ac 77 00 00 46 41 0c 02 01 30 49 11", "ABC01234567z"),
    ("fe 93 20 07 46 41 0c 02 01 30 49 11", "ABC0123456789?"),
    ("ae a5 aa 2a aa aa aa 2a aa aa aa 2a", "ZZZZZZZZZZZZZZ"),
)
# Real tags of Shanghai Jiao Tong University and of a school, in the same tests.
CULTU_TAGS = (
    # EPC                         user bank                           what is in them
    (
        "17030003 98130803F4040000",
        "0C0228081004000100010000",
        Epc("32103179", False, 23, 0, 4),
        [(3, b"\x28\x08"), (4, b"\x00\x01\x00\x01")],
    ),
    (
        "01045300 185304406C0E0000",
        "0c02d9941004000100012c0038000000",
        Epc("01519231", False, 1, 0, 5),
        [(3, b"\xd9\x94"), (4, b"\x00\x01\x00\x01"), (11, b""), (14, b"")],
    ),
)


def _bytes(text: str) -> bytes:
    return binascii.unhexlify(text.replace(" ", ""))


def _texts(elements: list) -> dict:
    return {one.oid: one.text for one in elements}


def test_texts_are_packed_as_the_standard_and_its_readers_do():
    for scheme, text, plain in PACKED:
        assert compaction.pack(plain) == (scheme, _bytes(text)), plain
    for scheme, text, plain in PACKED + UNPACKED:
        assert compaction.unpack(scheme, _bytes(text)) == plain, plain


def test_whatever_is_packed_is_unpacked_the_same():
    for text in ("1", "01", "Z9", "A B ", "/", "书柜 01", "a" * 20, "A" * 16, "ABC?!", "12x"):
        scheme, data = compaction.pack(text)
        assert compaction.unpack(scheme, data) == text


def test_isils_of_the_standard_and_of_a_real_tag():
    for text, name in ISILS:
        assert isil.pack(name) == _bytes(text), name
        assert isil.unpack(_bytes(text)) == name


def test_isils_of_this_district_and_strange_ones():
    for name in ("CN-310112-MH", "CN-120104-C-YBL", "OCLC-1a2B:3", "a/b", "1", "-", "Z"):
        assert isil.unpack(isil.pack(name)) == name, name
    assert isil.unpack(b"\xf3\xff") is None or isil.unpack(b"\xf3\xff")
    try:
        isil.pack("沪")
    except ValueError as error:
        assert "沪" in str(error)


def test_one_library_written_in_two_ways_is_the_same():
    assert isil.same("CN-310112-MH", "CN310112-MH")
    assert not isil.same("CN-310112-MH", "CN-310113-MH")


def test_the_example_of_the_national_standard():
    assert iso28560_2.encode(ELEMENTS) == _bytes(EXAMPLE)
    title = Element(17, "test", True)
    assert iso28560_2.encode(ELEMENTS + [title]) == _bytes(EXAMPLE_TITLE)
    for text, content in ((EXAMPLE, "D0"), (EXAMPLE_TITLE, "D002")):
        elements, fault = iso28560_2.decode(_bytes(text))
        found = _texts(elements)
        assert fault == "" and found[2] == content
        assert [found[oid] for oid in (1, 3, 4, 6)] == [
            "123456789012", "US-InU-Mu", "1203", "QA268.L55",
        ]  # fmt: skip


def test_real_tags_of_four_makers_are_read():
    for text, wanted in CAPTURES:
        elements, fault = iso28560_2.decode(_bytes(text))
        found = _texts(elements)
        assert fault == "", text
        for oid, plain in wanted.items():
            assert found[oid] == plain, (text, oid)


def test_memory_that_is_written_is_read():
    elements = [
        Element(1, "MH00000001", False),
        Element(3, "CN-310112-MH", False),
        Element(5, "11", False),
        Element(17, "红楼梦", False),
        Element(26, "local", False),
    ]

    memory = iso28560_2.encode(elements)
    found, fault = iso28560_2.decode(memory + bytes(112 - len(memory)))

    assert fault == "" and [one for one in found if one.oid != 2] == elements
    assert _texts(found)[2] == "A00201"


def test_memory_that_is_broken_says_how():
    for text, fault in BROKEN:
        assert iso28560_2.decode(_bytes(text))[1] == fault, text


def test_what_no_tag_can_hold_is_refused():
    for elements in (
        [],
        [Element(1, "", False)],
        [Element(1, "1", False), Element(40, "x", False)],
        [Element(1, "x" * 200, False)],
    ):
        try:
            iso28560_2.encode(elements)
        except ValueError:
            continue
        raise AssertionError(elements)


def test_blocks_of_the_danish_model():
    assert iso28560_3.encode(BLOCKS[0][0]) == _bytes(FIRST_BLOCK)
    for block, check in BLOCKS:
        data = iso28560_3.encode(block)
        assert data[19:21] == _bytes(check), block
        assert iso28560_3.decode(data + bytes(78)) == (block, "")


def test_the_short_block_is_read_too():
    block = BLOCKS[0][0]

    data = iso28560_3.encode(block, iso28560_3.SHORT_SIZE)

    assert len(data) == 32 and data == _bytes(FIRST_BLOCK)[:32]
    assert iso28560_3.decode(data) == (block, "")


def test_an_isil_that_kept_its_hyphen_is_read_the_same():
    block = Block("31000000000017", "CN--310112-MH", 1, 1, 1)  # Writes a hyphen into the tag.

    data = iso28560_3.encode(block)

    assert data[23:24] == b"-" and data[19:21] == _bytes("1d b1")
    assert iso28560_3.decode(data)[0].owner == "CN-310112-MH"


def test_a_danish_block_that_is_broken_says_how():
    whole = _bytes(FIRST_BLOCK)
    for data, fault in (
        (bytes(34), "blank"),
        (b"", "blank"),
        (whole[:20], "cut"),
        (whole[:5] + b"9" + whole[6:], "checksum"),
    ):
        assert iso28560_3.decode(data) == (None, fault)


def test_uiis_of_the_international_example():
    assert uhf_library.encode(UII) == _bytes(UII_BYTES)
    assert uhf_library.decode(_bytes(UII_BYTES)) == UII
    assert uhf_library.encode_bank(UII, uhf_library.ON_LOAN) == _bytes("45c2" + UII_BYTES)
    assert uhf_library.control(_bytes("45c2")) == uhf_library.Control(16, True, True, 0xC2)
    assert uhf_library.encode(LONG) == _bytes(LONG_BYTES)
    assert uhf_library.decode(_bytes(LONG_BYTES)) == LONG


def test_uiis_with_other_characters_come_back():
    for text in ("aaaaa", "AB.123456789", "1234/56789", "1234中国56789", "000000000001", "é"):
        assert uhf_library.decode(uhf_library.encode(text)) == text, text


def test_the_user_bank_of_the_international_example():
    elements, fault = iso28560_2.decode_user(_bytes(USER_BANK))

    assert fault == ""
    assert _texts(elements) == {2: "D0", 4: "1203", 6: "QA268.L55", 3: "US-InU-Mu"}


def test_numbers_of_the_universities_model():
    for form, table in enumerate((FORM_0, FORM_1)):
        for text, number in table:
            epc = Epc(number, False, 0, form, 4)
            data = cultu.encode(epc)
            assert data[4:].startswith(_bytes(text)), number
            assert cultu.decode(data) == (epc, ""), number


def test_real_tags_of_the_universities_model():
    for epc_text, user_text, epc, user in CULTU_TAGS:
        data = _bytes(epc_text)
        assert cultu.decode(data) == (epc, "")
        assert cultu.encode(epc, int.from_bytes(data[2:4], "big")) == data
        assert cultu.decode_user(_bytes(user_text)) == (user, "")
    assert cultu.owner(b"\x28\x08") == "10248"
    assert cultu.owner(b"\xea\x60") == "90000"
    assert cultu.owner(b"\x01") == ""


def test_every_random_memory_is_a_value_or_a_named_problem():
    wire = Wire(seed=17)
    for size in range(1, 120):
        wire.noise = size
        for head in (b"\x11", b"\x91\x00\x05", b"\x9e\x93", b"\x11\x01\x01"):
            data = head + wire.carry(b"\x00")[0]
            elements, fault = iso28560_2.decode(data)
            assert fault == "" or fault in iso28560_2.FAULTS
            assert all(type(one.text) is str for one in elements)
            assert iso28560_2.decode_user(data)[1] in ("",) + iso28560_2.FAULTS
            assert iso28560_3.decode(data)[1] in ("",) + iso28560_3.FAULTS
            assert cultu.decode(data)[1] in ("",) + cultu.FAULTS
            assert cultu.decode_user(data)[1] in ("",) + cultu.FAULTS
            assert type(uhf_library.decode(data)) in (str, type(None))


def test_every_flipped_bit_of_an_example_is_a_value_or_a_named_problem():
    for text in (EXAMPLE, EXAMPLE_TITLE, FIRST_BLOCK):
        whole = _bytes(text)
        for bit in range(len(whole) * 8):
            data = bytearray(whole)
            data[bit // 8] ^= 1 << bit % 8
            assert iso28560_2.decode(bytes(data))[1] in ("",) + iso28560_2.FAULTS
            if text == FIRST_BLOCK and bit // 8 not in (32, 33):
                assert iso28560_3.decode(bytes(data))[1] == "checksum", bit
