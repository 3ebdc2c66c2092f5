"""Searching: what is typed finds the title, the best first, the same on both databases."""

import pytest

from broker.catalogue import query
from broker.catalogue.index import Index
from broker.catalogue.work import Work
from broker.ledger.store import Database
from tests.broker.catalogue import corpus


@pytest.fixture
def filled(db: Database) -> Database:
    corpus.enter(db)
    return db


def titles(db: Database, typed: str, limit: int = 20, place: str = "") -> list[str]:
    return [found.title for found in corpus.search(db).find(typed, limit, place)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        # The whole title, then what begins so, then what has it inside; each by loans.
        ("红楼梦", ["红楼梦", "红楼梦魇"]),
        ("红楼", ["红楼梦魇", "红楼梦", "红楼十二钗", "大话红楼", "楼梦红楼", "梦里红楼一梦"]),
        ("hlm", ["红楼梦", "红楼梦魇"]),
        ("hl", ["红楼梦魇", "红楼梦", "红楼十二钗", "大话红楼", "楼梦红楼", "梦里红楼一梦"]),
        ("hongloumeng", ["红楼梦", "红楼梦魇"]),
        ("hong lou meng", ["红楼梦", "红楼梦魇", "楼梦红楼", "梦里红楼一梦"]),
        ("hongl", ["红楼梦魇", "红楼梦", "红楼十二钗", "大话红楼", "楼梦红楼", "梦里红楼一梦"]),
        ("HongLouMeng", ["红楼梦", "红楼梦魇"]),
        ("ｈｌｍ", ["红楼梦", "红楼梦魇"]),
        # Pairs of characters that stand apart are not the word.
        ("楼梦", ["楼梦红楼", "红楼梦魇", "红楼梦"]),
        ("楼一梦", ["梦里红楼一梦"]),
        ("梦", ["梦里红楼一梦", "红楼梦魇", "红楼梦", "楼梦红楼"]),
        # One letter, of which titles begin; a title that is nothing else comes first.
        ("h", ["红楼梦魇", "活着", "红楼梦", "红楼十二钗"]),
        ("t", ["The Great Gatsby"]),
        # Two readings of one character.
        ("chongqing", ["重庆森林"]),
        ("zhongqing", ["重庆森林"]),
        ("cqsl", ["重庆森林"]),
        ("yuefu", ["乐府诗集"]),
        ("lefu", ["乐府诗集"]),
        ("yfsj", ["乐府诗集"]),
        ("changhen", ["长恨歌"]),
        ("nvxing", ["女性与绿色"]),
        ("nüxing", ["女性与绿色"]),
        # Two of one title: the one that is lent more.
        ("三体", ["三体", "三体"]),
        ("sant", ["三体", "三体"]),
        # Authors and subjects.
        ("余华", ["活着", "许三观卖血记"]),
        ("yuhua", ["活着", "许三观卖血记"]),
        ("余华 活着", ["活着"]),
        ("曹雪芹 红楼", ["红楼梦"]),
        ("fitzgerald", ["The Great Gatsby"]),
        # Other letters, mixed ones, accents, case.
        ("great gatsby", ["The Great Gatsby"]),
        ("c语言", ["C语言程序设计"]),
        ("cyuyan", ["C语言程序设计"]),
        ("C 程序", ["C语言程序设计"]),
        ("uber", ["Über allen Gipfeln"]),
        ("一千零一", ["一千零一夜"]),
        # A copy's barcode and its tag.
        ("B0900", ["三体"]),
        ("b0900", ["三体"]),
        ("E20900", ["三体"]),
        # Nothing, and what might be taken for the language of a query.
        ("", []),
        ("《》", []),
        ("红楼梦' OR 1", []),
        ('"红楼" NOT *', []),
        ("& | ! <-> :*", []),
        ("不存在的书", []),
        ("z" * 200, []),
    ],
)
def test_what_is_typed_finds_its_titles_in_order(
    filled: Database, typed: str, found: list[str]
) -> None:
    assert titles(filled, typed) == found


def test_the_limit_cuts_the_end_off(filled: Database) -> None:
    assert titles(filled, "红楼", limit=3) == titles(filled, "红楼")[:3]
    assert len(titles(filled, "文学", limit=100)) == len(corpus.WORKS)


def test_an_isbn_finds_its_title_in_each_form(filled: Database) -> None:
    filled.begin()
    filled.execute("INSERT INTO title_isbn VALUES ('9787536692930', 'w09')")
    filled.commit()

    for typed in ("9787536692930", "978-7-5366-9293-0", "7-5366-9293-5"):
        assert [found.id for found in corpus.search(filled).find(typed, 5)] == ["w09"]


def test_a_place_shows_only_what_is_there(filled: Database) -> None:
    (inside,) = filled.execute("SELECT id FROM holder WHERE door = 2").fetchone()
    filled.begin()
    filled.execute(
        "INSERT INTO movement (copy, source, target, kind, at_ms, recorded_ms)"
        " SELECT copy.id, copy_state.holder, ?, 'stock', 5, 5 FROM copy"
        " JOIN copy_state ON copy_state.copy = copy.id WHERE barcode = 'B0000'",
        (inside,),
    )
    filled.commit()

    assert titles(filled, "红楼", place="bc01") == ["红楼梦"]
    assert titles(filled, "红楼", place="lib02") == ["红楼梦"]
    assert titles(filled, "B0900", place="bc01") == []
    (found,) = corpus.search(filled).find("hlm", 1)
    assert [(copy.state, copy.device, copy.door, copy.site) for copy in found.copies][0] == (
        "here", "bc01", 2, "lib02",
    )  # fmt: skip


def test_a_copy_on_loan_is_shown_with_its_day(filled: Database) -> None:
    filled.begin()
    filled.execute("UPDATE loan SET in_ms = NULL, state = 'open' WHERE copy = 1")
    filled.commit()

    (found,) = corpus.search(filled).find("B0000", 1)
    assert [(copy.barcode, copy.state, copy.due) for copy in found.copies] == [
        ("B0001", "here", 0),
        ("B0002", "here", 0),
        ("B0000", "on_loan", 20261231),
    ]


def test_a_changed_title_is_found_by_its_new_words_only(filled: Database) -> None:
    filled.begin()
    filled.execute("UPDATE title SET title = '石头记' WHERE id = 'w00'")
    Index(filled).put(Work("w00", "石头记", ("曹雪芹",), 2008))
    filled.commit()

    assert titles(filled, "红楼梦") == ["红楼梦魇"]
    assert titles(filled, "shitou") == ["石头记"]
    assert titles(filled, "曹雪芹") == ["石头记"]


def test_titles_that_no_import_made_are_indexed_too(filled: Database) -> None:
    filled.begin()
    filled.execute("INSERT INTO title VALUES ('n1', '呼兰河传', '萧红', 2005, 'zh', 'adult', 'I2')")
    added = Index(filled).add_missing()
    filled.commit()

    assert added == 1
    assert titles(filled, "hulanhe") == ["呼兰河传"]
    assert titles(filled, "xiaohong") == ["呼兰河传"]


def test_a_rebuilt_index_finds_the_same(filled: Database) -> None:
    typed = ("红楼", "hl", "h", "余华", "文学")
    before = [titles(filled, one) for one in typed]

    filled.begin()
    Index(filled).rebuild()
    filled.commit()

    assert [titles(filled, one) for one in typed] == before


def test_both_databases_are_asked_for_the_same_terms() -> None:
    stage = query.parse("红楼 meng").stages[-1]

    assert query.written(stage, "sqlite") == '"红楼" AND "meng" *'
    assert query.written(stage, "postgresql") == "'红楼' & 'meng':*"
