"""What tags say of items: models told apart, and what is not as it should be."""

import binascii

from bookcase_fw.codecs.tags import iso28560_2, iso28560_3, model, uhf_library
from bookcase_fw.codecs.tags.iso28560_2 import Element
from bookcase_fw.codecs.tags.iso28560_3 import Block
from bookcase_fw.codecs.tags.model import Item
from hw_sim.wires import Wire

OURS = "CN-310112-MH"
NATIONAL = (
    "91 00 05 1c be 99 1a 14 02 01 d0 14 02 04 b3 46 07 44 1c b6 e2 e3 35 d6 "
    "83 02 07 ac c0 9e ba a0 6f 6b 00 00"
)
DANISH = (
    "11 01 01 31 30 30 30 30 30 30 31 33 36 00 00 00 00 00 00 36 15 44 4b 37 31 38 35 30 30 "
    "00 00 00 00 00"
)
INTERNATIONAL = "45c2 141c c04f c70b adb5 c6e2 da1d ed4d d319"
UNIVERSITY = "3400 17030003 98130803F4040000"
HF = (
    # memory     item
    (NATIONAL, Item("iso28560_2", "123456789012", "US-InU-Mu", "", 12, 3, "QA268.L55", "")),
    (DANISH, Item("iso28560_3", "1000000136", "DK-718500", "10", 1, 1, "", "")),
    (DANISH.replace("36 15", "36 16"), Item("iso28560_3", "", "", "", 0, 0, "", "checksum")),
    (NATIONAL[:39], Item("iso28560_2", "123456789012", "", "", 0, 0, "", "cut")),
    ("00 00 00 00", Item("blank", "", "", "", 0, 0, "", "")),
    ("03 a1 d1 01 9d 54 02 65", Item("unknown", "", "", "", 0, 0, "", "cut")),
)
UHF = (
    # EPC bank from the control word on, user bank      item
    (INTERNATIONAL, "06 00 00", Item("uhf_library", "12345678", "CH-000134-1", "", 3, 1, "", "")),
    (INTERNATIONAL, "", Item("uhf_library", "12345678", "CH-000134-1", "", 3, 1, "", "")),
    (
        INTERNATIONAL,
        "06 05 01 80",
        Item("uhf_library", "12345678", "CH-000134-1", "80", 3, 1, "", ""),
    ),
    (UNIVERSITY, "0C0228081004000200010000", Item("cultu", "32103179", "10248", "", 2, 1, "", "")),
    (
        "3400 17030003 98130803F4040000",
        "0C022808 14020301",
        Item("cultu", "32103179", "10248", "80", 0, 0, "", ""),
    ),
    (
        "3000 E28011606000020000000017",
        "",
        Item("epc", "E28011606000020000000017", "", "", 0, 0, "", ""),
    ),
    ("3000 E280", "", Item("unknown", "", "", "", 0, 0, "", "cut")),
    ("0000", "", Item("blank", "", "", "", 0, 0, "", "")),
)
ITEM = Item("iso28560_2", "MH00000001", OURS, "10", 0, 0, "", "")


def _bytes(text: str) -> bytes:
    return binascii.unhexlify(text.replace(" ", ""))


def _changed(**fields) -> Item:
    names = ("model", "number", "owner", "usage", "parts", "part", "shelf", "fault")
    values = {name: getattr(ITEM, name) for name in names} | fields
    return Item(*[values[name] for name in names])


def test_the_model_of_each_hf_tag():
    for text, item in HF:
        assert model.read_hf(_bytes(text)) == item, text


def test_the_model_of_each_uhf_tag():
    for bank, user, item in UHF:
        assert model.read_uhf(_bytes(bank), _bytes(user)) == item, bank


def test_our_own_tags_of_both_hf_models_say_the_same():
    second = iso28560_2.encode(
        [
            Element(1, "MH00000001", True),
            Element(3, OURS, False),
            Element(4, "21", False),
            Element(5, "10", False),
        ]
    )
    third = iso28560_3.encode(Block("MH00000001", OURS, 1, 2, 1))

    one, other = model.read_hf(second), model.read_hf(third)

    assert one[1:] == other[1:] == ("MH00000001", OURS, "10", 2, 1, "", "")


def test_findings_about_an_item():
    for item, words in (
        (ITEM, ()),
        (_changed(owner="CN310112-MH"), ()),
        (_changed(owner=""), ()),
        (_changed(owner="CN-310113-BS"), ("foreign_owner",)),
        (_changed(usage="80"), ("patron_card",)),
        (_changed(usage="7F", owner="DK-718500"), ("foreign_owner", "discarded")),
        (_changed(usage="20"), ("not_circulating",)),
        (_changed(fault="cut"), ("unreadable",)),
        (_changed(model="blank", number="", owner=""), ("blank",)),
        (_changed(model="unknown"), ("unreadable",)),
    ):
        assert model.judge(item, OURS) == words, item


def test_every_finding_is_in_the_table():
    words = [word for word, _meaning in model.FINDINGS]
    everything = _changed(model="blank", fault="cut", owner="X", usage="80")

    found = model.judge(everything, OURS, chip="E0", known="E1")

    assert list(found) == [word for word in words if word in found]


def test_a_known_number_on_another_chip():
    chip, other = "E004015306A22D70", "E004015306A22D80"

    assert model.judge(ITEM, OURS, chip=chip, known=chip) == ()
    assert model.judge(ITEM, OURS, chip=other, known=chip) == ("other_chip",)
    assert model.judge(ITEM, OURS, chip=other, known="") == ()


def test_a_part_that_is_not_there_is_named():
    first, second = _changed(parts=3, part=1), _changed(parts=3, part=3)
    whole = [_changed(number="B", parts=2, part=part) for part in (1, 2)]

    assert model.missing([first, second, ITEM] + whole) == [("MH00000001", [2])]
    assert model.missing(whole) == []


def test_afi_and_eas_of_a_tag():
    for afi, eas, on_loan, word in (
        (0x07, True, False, "right"),
        (0xC2, False, True, "right"),
        (0x07, None, False, "right"),
        (0xC2, None, False, "swapped"),
        (0x07, True, True, "swapped"),
        (0xC2, True, True, "half"),
        (0x07, False, False, "half"),
        (0x00, None, False, "unknown"),
        (0x02, True, False, "unknown"),
    ):
        assert model.security(afi, eas, on_loan) == word, (afi, eas, on_loan)
    for on_loan in (False, True):
        afi, eas = model.secure(on_loan)
        assert model.security(afi, eas, on_loan) == "right"


def test_a_machine_that_writes_afi_the_other_way_round():
    swapped = [(0xC2, False)] * 9

    assert not model.writes_swapped(swapped)
    assert model.writes_swapped(swapped + [(0x07, True)])
    assert model.writes_swapped(swapped + [(0x07, False)])
    assert not model.writes_swapped(swapped[:8] + [(0x07, False)] * 2)


def test_every_random_memory_is_an_item_or_a_named_problem():
    wire = Wire(seed=19)
    for size in range(1, 120):
        wire.noise = size
        for head in (b"\x11", b"\x35\x07", b"\x34\x00\x01\x03", b""):
            data = head + wire.carry(b"\x00")[0]
            for item in (model.read_hf(data), model.read_uhf(data, data[2:] + data)):
                assert item.model in model.MODELS
                assert all(type(field) in (str, int) for field in item)
                model.judge(item, OURS)


def test_a_uhf_tag_of_ours_is_read_back():
    bank = uhf_library.encode_bank(OURS + ".MH00000001", uhf_library.IN_STOCK)

    item = model.read_uhf(bank, b"")

    assert (item.owner, item.number, item.fault) == (OURS, "MH00000001", "")
