"""A catalogue machine: anybody finds a title and its place; a card is wanted for a hold only."""

import segno

from kiosk.config import texts
from kiosk.core.events import Barcode, Crashed, Faulted, Served
from kiosk.core.model import Model
from kiosk.core.opac import keys
from kiosk.core.present import present
from kiosk.core.view import View
from tests.kiosk.blind import Blind
from tests.kiosk.seeker import (
    MANY,
    OLD_TOWN,
    PLACES,
    SANTI,
    THREE_BODY,
    Seeker,
    at_title,
    found,
    held,
    holding,
)
from tests.kiosk.visit import LIN

ZH, EN = texts("zh"), texts("en")


def seen(seeker: Seeker) -> View:
    return present(seeker.model, ZH)


def words(seeker: Seeker) -> list[str]:
    """Return what can be chosen, without the keys."""
    return [c.word for c in seen(seeker).choices if not c.word.startswith("key.")]


# --- typing ------------------------------------------------------------------------------------


def test_two_letters_find_a_title_and_where_it_stands() -> None:
    view = seen(found(THREE_BODY))

    assert (view.entry, view.title) == ("st", "找到 1 种，点一下看在哪里")
    book = view.choices[0]
    assert (book.word, book.text) == ("book.1", "《三体》")
    assert book.detail == "莘庄公园书柜 bc01，3 号门"


def test_no_ask_names_a_reader_before_a_hold() -> None:
    seeker = Seeker().type("s")

    ask = seeker.asked("search")

    assert (ask.op, ask.reader, ask.tags) == ("search", "", ())


def test_one_ask_at_a_time_and_the_last_text_is_what_is_found() -> None:
    seeker = Seeker().type("san")
    assert [ask.text for ask in seeker.asking] == ["s"]

    seeker.answer("search", titles=[SANTI])
    assert [ask.text for ask in seeker.asking] == ["san"]
    seeker.answer("search", titles=[THREE_BODY])

    assert [title.title for title in seeker.model.search.found] == ["三体"]
    assert seeker.wanted == []


def test_what_was_erased_is_asked_for_no_more() -> None:
    seeker = found(THREE_BODY).press("key.erase", "key.erase").told(THREE_BODY)

    assert (seeker.model.search.found, seeker.wanted) == ((), [])
    assert seen(seeker).title == "书名、作者，拼音或首字母"


def test_spaces_part_words_and_the_length_has_an_end() -> None:
    seeker = Seeker().type(" old  man")
    assert seeker.model.search.text == "old man"

    seeker.type("x" * 40)

    assert len(seeker.model.search.text) == keys.TEXT_MAX


def test_nothing_found_says_what_to_try() -> None:
    view = seen(found(text="xyzzy"))

    assert view.title == "没有找到"
    assert [part.step for part in view.parts][0] == "删掉后面几个字母再看看"


def test_a_book_at_hand_is_found_by_its_code() -> None:
    seeker = Seeker().on(Barcode("MH00000001")).told(THREE_BODY)

    assert (seeker.state, words(seeker)) == ("finding", ["book.1", "leave"])


def test_pages_of_titles_turn_and_begin_anew() -> None:
    seeker = found(*MANY)
    assert words(seeker) == ["book.1", "book.2", "book.3", "book.4", "next", "leave"]

    assert words(seeker.press("next")) == ["book.5", "book.6", "next", "leave"]
    assert words(seeker.press("next"))[0] == "book.1"


# --- the service is away -----------------------------------------------------------------------


def test_a_machine_that_is_cut_off_says_so_and_goes_on_by_itself() -> None:
    seeker = Seeker(served=False)
    assert seen(seeker).status == "网络不通，暂时查不了"
    seeker.type("st").alone()
    assert (seen(seeker).title, seen(seeker).parts[0].kind) == ("现在查不了", "attention")

    seeker.on(Served(True)).told(THREE_BODY)

    assert words(seeker) == ["book.1", "leave"]


# --- a title -----------------------------------------------------------------------------------


def test_a_title_has_all_its_places_the_nearest_first() -> None:
    seeker = found(THREE_BODY).press("book.1")
    assert [ask.text for ask in seeker.asking] == ["t1"]

    view = seen(at_title(THREE_BODY, PLACES))

    assert (view.title, view.line) == ("《三体》", "刘慈欣\n2008 · I247.55")
    (part,) = view.parts
    assert part.titles == ("莘庄公园书柜 bc01，3 号门：2 本", "闵行区图书馆书架上：1 本")
    assert part.step == "另有 1 本借出去了"


def test_places_have_their_names_in_the_language_of_the_screen() -> None:
    part = present(at_title(THREE_BODY, PLACES).model._replace(language="en"), EN).parts[0]

    assert part.titles == ("Xinzhuang Park, bc01, door 3: 2", "Minhang Library, on the shelf: 1")


def test_what_is_on_loan_says_until_when_and_offers_a_hold_first() -> None:
    seeker = at_title(OLD_TOWN, PLACES[2:])

    assert seen(seeker).parts[0].heading == "都借出去了，最早 12月21日 还回"
    assert words(seeker) == ["hold", "phone", "back", "leave"]


def test_without_a_copy_a_scanner_or_the_service_nobody_is_promised_a_hold() -> None:
    for seeker in (
        at_title(SANTI),
        at_title().on(Faulted("scanner", True)),
        at_title().on(Served(False)),
    ):
        assert "hold" not in words(seeker)


def test_the_code_for_a_phone_says_the_title_and_its_place_and_nothing_of_anybody() -> None:
    view = seen(at_title(THREE_BODY, PLACES).press("phone"))

    assert view.code == "《三体》\n刘慈欣\nI247.55\n莘庄公园书柜 bc01，3 号门"
    assert len(segno.make(view.code, error="m", micro=False).matrix) <= 57


def test_back_leads_to_the_same_page_of_the_same_list() -> None:
    seeker = found(*MANY).press("next", "book.5")

    seeker.press("phone", "back", "back")

    assert words(seeker)[0] == "book.5"
    assert seeker.model.search.text == "st"


# --- a hold ------------------------------------------------------------------------------------


def test_a_hold_is_placed_with_the_card_and_nothing_of_the_card_stays() -> None:
    seeker = holding()
    (ask,) = seeker.asking
    assert (ask.op, ask.reader, ask.text) == ("hold", LIN, "t2")
    assert LIN not in repr(seeker.model)

    view = seen(held(2))

    assert (view.title, view.parts[0].heading) == ("预约好了", "排在第 2 位")


def test_a_hold_that_is_refused_says_why_and_what_to_do() -> None:
    view = seen(held(why="holds"))

    assert (view.title, view.line) == (ZH["why.holds"], "取消一个，就能再约一个。")


def test_a_hold_that_nobody_answered_is_called_unsure() -> None:
    for seeker in (holding().silence("hold"), holding().wait(12)):
        assert (seeker.state, seen(seeker).title) == ("held", "没有等到回答")


def test_a_card_that_nobody_asked_for_does_nothing() -> None:
    seeker = found(THREE_BODY).card()

    assert (seeker.state, seeker.wanted) == ("finding", [])
    assert seen(seeker).notice == "查书不用读者证"


# --- going -------------------------------------------------------------------------------------


def test_whoever_walks_away_leaves_nothing() -> None:
    for seeker in (found(THREE_BODY), at_title(), held(), holding(), Seeker().on(Crashed())):
        seeker.wait(110)
        world = seeker.model.world
        assert seeker.state == "attract"
        assert seeker.model._replace(deadline_ms=0, since_ms=0) == Model(world, state="attract")


def test_a_warning_comes_first() -> None:
    seeker = found(THREE_BODY).wait(70)
    assert seen(seeker).screen == "warning"

    assert seen(seeker.press("stay")).entry == "st"


# --- by keypad and ear -------------------------------------------------------------------------


def test_the_digits_of_the_keypad_are_letters() -> None:
    seeker = Seeker().keys("7", "7", "7", "7", "8")
    assert seeker.model.search.text == "st"

    seeker.keys("back", "back", "2", "1", "2")

    assert seeker.model.search.text == "aa"


def test_a_letter_after_all_the_others_is_the_digit_itself_and_then_the_first_again() -> None:
    assert Seeker().keys("2", "2", "2", "2").model.search.text == "2"
    assert Seeker().keys("2", "2", "2", "2", "2").model.search.text == "a"


def test_whoever_goes_on_before_anything_was_found_loses_nothing() -> None:
    seeker = Seeker().keys("7").keys("go")
    assert (seeker.state, seeker.model.search.text) == ("finding", "p")

    assert seeker.told(THREE_BODY).keys("go").state == "title"


def test_a_title_is_found_and_held_blind() -> None:
    seeker = Seeker()
    person = Blind(lambda: seeker.model, lambda name: seeker.keys(name))
    person.listen()
    for key in ("7", "7", "7", "7"):
        person.press(key)
    seeker.told()
    person.press("8")
    person.hears("s t")
    seeker.told(THREE_BODY, OLD_TOWN)
    person.hears("城南旧事")
    person.choose("城南旧事")
    person.hears("都借出去了，最早 12月21日 还回")
    person.choose("预约这本书")
    person.hears("请刷读者证")
    seeker.card()
    person.hears("正在预约")
    seeker.answer("hold", books=[{"tag": "E2", "ok": True, "position": 1}])
    person.hears("排在第 1 位")
    person.choose("好了")
    person.hears("想找什么书")


def test_help_says_how_the_digits_type() -> None:
    seeker = Seeker()
    person = Blind(lambda: seeker.model, lambda name: seeker.keys(name))
    person.listen()

    person.press("help")

    person.hears("按 1 再打同一个键的字母")


def test_every_key_can_be_reached_with_the_arrows() -> None:
    seeker = Seeker()
    person = Blind(lambda: seeker.model, lambda name: seeker.keys(name))
    said = [person.press("down") for _key in keys.WORDS]

    assert {"Q", "M", "空格", "删除"} <= set(said)
