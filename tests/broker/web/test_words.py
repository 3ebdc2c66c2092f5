"""Movements and cases in one sentence, in both languages."""

import pytest

from broker.ledger import schema, words
from broker.ledger.words import Doubt, Moved, Place

DOOR = Place("compartment", "bc01", 2, "七宝万科", "Qibao Vanke")
SHELF = Place("shelf", "", 0, "区图书馆", "District library")
READER = Place("reader", card="SG00000012")
UNKNOWN, TRANSIT = Place("unknown"), Place("transit")
KIOSK = Place("kiosk", "kx01", 0, "区图书馆大厅", "Library hall")

# fmt: off
MOVEMENTS = (
    # kind, from, to, more                     Chinese, English
    ("take", DOOR, READER, {"due": 20201219},
     "《三体》从 七宝万科 2 号门 借出，读者 SG****0012，应还 12月19日",
     "《三体》 borrowed from Qibao Vanke, door 2 by SG****0012, due 19 December"),
    ("take", DOOR, READER, {"due": 20210103, "over_limit": True},
     "《三体》从 七宝万科 2 号门 借出，读者 SG****0012，应还 1月3日（超出可借册数）",
     "《三体》 borrowed from Qibao Vanke, door 2 by SG****0012, due 3 January (over the limit)"),
    ("take", DOOR, UNKNOWN, {},
     "《三体》从 七宝万科 2 号门 被取走，开门者不明，不记在任何读者名下",
     "《三体》 taken from Qibao Vanke, door 2; nobody knows who opened, nobody is charged"),
    ("lend", SHELF, READER, {"due": 20201219},
     "《三体》在 区图书馆大厅 借出，读者 SG****0012，应还 12月19日",
     "《三体》 borrowed at Library hall by SG****0012, due 19 December"),
    ("return", READER, DOOR, {},
     "《三体》还到 七宝万科 2 号门，读者 SG****0012",
     "《三体》 returned to Qibao Vanke, door 2; it was with SG****0012"),
    ("put", UNKNOWN, DOOR, {},
     "《三体》出现在 七宝万科 2 号门",
     "《三体》 appeared in Qibao Vanke, door 2"),
    ("back", READER, DOOR, {},
     "《三体》复点时仍在 七宝万科 2 号门，从未离开",
     "《三体》 was counted in Qibao Vanke, door 2: it never left"),
    ("gone", DOOR, UNKNOWN, {},
     "《三体》复点时不在 七宝万科 2 号门，去向不明",
     "《三体》 was not counted in Qibao Vanke, door 2: nobody knows where it is"),
    ("infer", READER, DOOR, {},
     "《三体》推定早已还到 七宝万科 2 号门，读者 SG****0012 的借阅结束",
     "《三体》 must have come back to Qibao Vanke, door 2 unseen; the loan of SG****0012 ends"),
    ("stock", TRANSIT, DOOR, {},
     "《三体》由馆员放入 七宝万科 2 号门",
     "《三体》 put into Qibao Vanke, door 2 by staff"),
    ("remove", DOOR, TRANSIT, {},
     "《三体》由馆员从 七宝万科 2 号门 取出",
     "《三体》 taken out of Qibao Vanke, door 2 by staff"),
    ("load", UNKNOWN, SHELF, {},
     "《三体》入藏，放在 区图书馆书架",
     "《三体》 entered the ledger at the shelves of District library"),
    ("lose", READER, UNKNOWN, {},
     "《三体》报为丢失，原在 读者 SG****0012 处",
     "《三体》 was declared lost; it was with SG****0012"),
    ("claim", READER, UNKNOWN, {},
     "读者 SG****0012 称《三体》不在自己手中，等待查找",
     "SG****0012 says not to have 《三体》; it is being looked for"),
    ("find", UNKNOWN, TRANSIT, {},
     "《三体》找到了，现在 馆员处",
     "《三体》 was found; it is with staff now"),
    ("write", UNKNOWN, SHELF, {},
     "馆员写明：《三体》在 区图书馆书架",
     "《三体》 is at the shelves of District library, as staff wrote down"),
    ("undo", READER, DOOR, {"undone": "take"},
     "更正：撤回《三体》的一条借出记录，现由 七宝万科 2 号门 持有",
     "Corrected: 《三体》 was not taken after all; it is at Qibao Vanke, door 2"),
)
# fmt: on


@pytest.mark.parametrize(("kind", "source", "target", "more", "zh", "en"), MOVEMENTS)
def test_a_movement_is_one_sentence(
    kind: str, source: Place, target: Place, more: dict[str, object], zh: str, en: str
) -> None:
    moved = Moved(kind, "MH00000001", "三体", source, target, KIOSK, **more)  # type: ignore[arg-type]

    assert words.plain(words.movement(moved, "zh")) == zh
    assert words.plain(words.movement(moved, "en")) == en


def test_every_kind_of_movement_and_case_has_words() -> None:
    movements = {kind for kind, _meaning in schema.MOVEMENTS}
    cases = {kind for kind, _meaning in schema.CASES}

    assert {kind for kind, *_rest in MOVEMENTS} == movements
    assert movements - words.MOVEMENTS.keys() == set()
    assert movements - words.UNDONE.keys() == set()
    assert cases == words.CASES.keys() == words.PROPOSALS.keys()
    assert {kind for kind, _meaning in schema.HOLDERS} - words.PLACES.keys() == set()


@pytest.mark.parametrize("kind", words.CASES)
@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_case_is_told_even_when_little_is_known(kind: str, language: str) -> None:
    told = words.plain(words.case(Doubt(kind, "", "", Place(""), ""), language))

    assert told
    assert "{" not in told
    assert "  " not in told


def test_a_card_is_never_shown_whole() -> None:
    parts = words.movement(Moved("return", "MH1", "三体", READER, DOOR, KIOSK), "zh")

    assert [part.text for part in parts if part.kind == "reader"] == ["SG****0012"]
    assert "SG00000012" not in repr(parts)


def test_names_of_copies_and_machines_can_become_links() -> None:
    parts = words.movement(Moved("put", "MH1", "三体", UNKNOWN, DOOR, KIOSK), "en")

    assert [(part.kind, part.ref) for part in parts if part.ref] == [
        ("copy", "MH1"),
        ("machine", "bc01"),
    ]
