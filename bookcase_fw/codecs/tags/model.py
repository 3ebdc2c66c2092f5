"""Which data model a tag has, what it says of an item, and what about it is not as it should be.

Pure: the reader of tags passes memory, AFI and chip; nothing here raises for what a tag says.
"""

import binascii
from collections import namedtuple

from bookcase_fw.codecs.tags import cultu, isil, iso28560_2, iso28560_3, uhf_library

MODELS = (
    "iso28560_2",  # HF, objects; GB/T 35660.2
    "iso28560_3",  # HF, fixed places
    "uhf_library",  # UHF, ISO/TS 28560-4; GB/T 35660.3
    "cultu",  # UHF, Chinese universities
    "epc",  # UHF, a number and nothing else
    "unknown",
    "blank",
)
# The first digit of the type of usage.
USAGES = (
    # digit   name
    ("0",     "acquisition"),
    ("1",     "circulating"),
    ("2",     "not_circulating"),
    ("7",     "discarded"),
    ("8",     "patron_card"),
    ("9",     "equipment"),
)  # fmt: skip
FINDINGS = (
    # word              when
    ("blank",           "nothing is written on the tag"),
    ("unreadable",      "what is written makes no sense: see the item's fault"),
    ("patron_card",     "it is a reader's card, left inside a book or a compartment"),
    ("foreign_owner",   "another library's"),
    ("discarded",       "it was sorted out, and yet it is here"),
    ("not_circulating", "it must not be lent"),
    ("other_chip",      "its number is known on another chip: a copy of a tag, or two items"),
)  # fmt: skip
IN_STOCK, ON_LOAN = 0x07, 0xC2  # AFI.

# Owner: an ISIL, or five digits in the universities' model; usage: two hexadecimal digits, or none.
# Parts 0: nothing is said of parts.  Fault: a word of the model's FAULTS.
Item = namedtuple("Item", ("model", "number", "owner", "usage", "parts", "part", "shelf", "fault"))


def read_hf(memory: bytes) -> Item:
    """Return what an HF tag's memory says."""
    if not any(memory):
        return _item("blank")
    block, block_fault = iso28560_3.decode(memory)
    if block:
        return _item(
            "iso28560_3",
            number=block.number,
            owner=block.owner,
            usage="%X0" % block.usage,
            set_=(block.parts, block.part),
        )
    elements, fault = iso28560_2.decode(memory)
    if fault and block_fault in ("checksum", "text", "version") and _looks_danish(memory):
        return _item("iso28560_3", fault=block_fault)
    if elements:
        return _elements("iso28560_2", elements, fault)
    return _item("unknown", fault=fault)


def read_uhf(bank: bytes, user: bytes) -> Item:
    """Return what a UHF tag says: EPC bank from the protocol control word on, and the user bank."""
    control = uhf_library.control(bank)
    if control is None or not any(bank[2:]):
        return _item("blank")
    data = bank[2 : 2 + control.size]
    if len(data) < control.size:
        return _item("unknown", fault="cut")
    if control.is_iso:
        return _library(data, user)
    epc, fault = cultu.decode(data)
    if control.has_user and epc and epc.version < 16 and not data[0] & 0x60:
        return _university(epc, user)
    return _item("epc", number=binascii.hexlify(data).decode().upper())


def judge(item: Item, ours: str, chip: str = "", known: str = "") -> tuple:
    """Return words of FINDINGS about an item, in that order; none when all is well.

    `ours` is this library's ISIL; `chip` is the tag's own number and `known` the one at which the
    register has this item, both empty when not known.
    """
    usage = [name for digit, name in USAGES if item.usage[:1] == digit]
    found = (
        ("blank", item.model == "blank"),
        ("unreadable", bool(item.fault) or item.model == "unknown"),
        ("patron_card", usage == ["patron_card"]),
        ("foreign_owner", bool(item.owner and ours) and not isil.same(item.owner, ours)),
        ("discarded", usage == ["discarded"]),
        ("not_circulating", usage == ["not_circulating"]),
        ("other_chip", bool(chip and known) and chip != known),
    )
    return tuple([word for word, holds in found if holds])


def missing(items: list) -> list:
    """Return (number, parts that are not there) of items that have several parts, by number."""
    parts = {}
    for item in items:
        if item.parts > 1:
            parts[item.number] = (item.parts, parts.get(item.number, (0, []))[1] + [item.part])
    rows = []
    for number in sorted(parts):
        count, here = parts[number]
        absent = [part for part in range(1, count + 1) if part not in here]
        rows += [(number, absent)] if absent else []
    return rows


def secure(on_loan: bool) -> tuple:
    """Return (AFI, EAS bit) that a tag must have."""
    return (ON_LOAN, False) if on_loan else (IN_STOCK, True)


def security(afi: int, eas: bool | None, on_loan: bool) -> str:
    """Say of a tag's AFI and EAS bit: right, swapped, half or unknown.  `eas` None: not read.

    Swapped: as an item of the other state has them, so a gate rings for the wrong one.  Half: they
    contradict each other, as after a write that was cut.
    """
    states = []
    for state in (on_loan, not on_loan):
        wanted_afi, wanted_eas = secure(state)
        states.append((afi == wanted_afi, eas in (None, wanted_eas)))
    if states[0] == (True, True):
        return "right"
    if states[1] == (True, True):
        return "swapped"
    return "half" if afi in (IN_STOCK, ON_LOAN) else "unknown"


def writes_swapped(seen: list) -> bool:
    """Say whether whoever wrote these tags takes 07 for lent; seen: (AFI, on loan) of ten or more.

    One swapped tag is a fault of that tag; nine of ten are a machine that was set up the other way.
    """
    swapped = [one for one in seen if security(one[0], None, one[1]) == "swapped"]
    return len(seen) >= 10 and len(swapped) * 10 >= len(seen) * 9


def _item(
    model: str,
    number: str = "",
    owner: str = "",
    usage: str = "",
    set_: tuple = (0, 0),
    shelf: str = "",
    fault: str = "",
) -> Item:
    return Item(model, number, owner, usage, set_[0], set_[1], shelf, fault)


def _elements(model: str, elements: list, fault: str, number: str = "", owner: str = "") -> Item:
    texts = {one[0]: one[1] for one in elements}
    return _item(
        model,
        number=number or texts.get(iso28560_2.NUMBER, ""),
        owner=owner or texts.get(iso28560_2.OWNER, ""),
        usage=texts.get(iso28560_2.USAGE, ""),
        set_=_set(texts.get(4, "")),
        shelf=texts.get(6, ""),
        fault=fault,
    )


def _library(data: bytes, user: bytes) -> Item:
    uii = uhf_library.decode(data)
    if not uii:
        return _item("uhf_library", fault="text")
    owner, dot, rest = uii.partition(".")
    number, _dot, parts = (rest if dot else uii).partition(".")
    elements, fault = [], ""
    if any(user[1:]):
        elements, fault = iso28560_2.decode_user(user[1:])
    item = _elements("uhf_library", elements, fault, number, owner if dot else "")
    return (
        item
        if item.parts
        else _item(
            item.model, item.number, item.owner, item.usage, _set(parts), item.shelf, item.fault
        )
    )


def _university(epc: cultu.Epc, user: bytes) -> Item:
    elements, fault = cultu.decode_user(user)
    texts = dict(elements)
    parts, usage = texts.get(cultu.SET, b""), texts.get(cultu.USAGE, b"")
    return _item(
        "cultu",
        number=epc.number,
        owner=cultu.owner(texts.get(cultu.OWNER, b"")),
        usage=_university_usage(usage),
        set_=(parts[0] << 8 | parts[1], parts[2] << 8 | parts[3]) if len(parts) == 4 else (0, 0),
        fault=fault,
    )


def _university_usage(data: bytes) -> str:
    """Return the usage in this file's digits: kind 3 is a card; books and discs have a state."""
    if len(data) != 2:
        return ""
    if data[0] == 3:
        return "80"
    return {0: "10", 1: "20", 2: "70"}.get(data[1], "") if data[0] in (0, 1) else ""


def _set(text: str) -> tuple:
    """Return (parts, part) of set information: half of the digits each."""
    half = len(text) // 2
    if not text or len(text) % 2 or not all("0" <= one <= "9" for one in text):
        return 0, 0
    return int(text[:half]), int(text[half:])


def _looks_danish(memory: bytes) -> bool:
    """Say whether there is a text of some length where the Danish model has its number."""
    place = memory[3:19]
    end = place.find(b"\x00")
    text = place if end < 0 else place[:end]
    plain = all(0x20 <= byte < 0x7F for byte in text)
    return len(text) >= 4 and plain and not any(place[len(text) :])
