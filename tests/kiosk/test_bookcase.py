"""A bookcase's screen: it follows its controller, tells what was touched, and forgets."""

import pytest

from bookcase_fw import wire
from kiosk.config import texts
from kiosk.core.bookcase.flow import BOOKCASE
from kiosk.core.events import Crashed, Stocked, Unlinked
from kiosk.core.model import Model
from kiosk.core.present import present
from tests.kiosk.cabinet import INSIDE, READER, Cabinet, at_door, choosing

ZH = texts("zh")


def test_each_of_the_controllers_screens_is_drawn() -> None:
    assert set(BOOKCASE.screens) > {word for word, _meaning in wire.SCREENS}


def test_a_visit_is_followed_from_the_card_to_the_books() -> None:
    cabinet = choosing()
    assert cabinet.state == "choose"
    cabinet.press("door.2")
    assert cabinet.told == [("choose", {"door": 2})]
    for screen in ("opening", "open", "counting"):
        assert cabinet.shows(screen, door=2, **READER).state == screen

    cabinet.shows("done", door=2, took=("C3",), doors=(1, 2), **READER)

    view = present(cabinet.model, ZH)
    assert (view.title, view.figure) == ("借了 {} 本", "1")
    assert view.parts[0].heading == "请在 12月21日 前还"
    assert view.parts[0].titles == ("《夏洛的网》",)


def test_a_door_is_chosen_by_its_own_digit() -> None:
    cabinet = choosing(doors=(2, 4)).keys("4")

    assert cabinet.told == [("choose", {"door": 4})]
    assert cabinet.keys("1", "3").told == [("choose", {"door": 4})]


def test_a_door_is_reached_by_arrows_and_left_by_the_star() -> None:
    cabinet = choosing(doors=(2, 4)).keys("down", "go", "back")

    assert cabinet.told == [("choose", {"door": 4}), ("leave", {})]


def test_what_is_repeated_does_not_move_the_focus() -> None:
    cabinet = choosing().keys("down", "down")

    cabinet.shows("choose", doors=(1, 2, 4), **READER)

    assert cabinet.model.focus == 2


@pytest.mark.parametrize("screen", ["opening", "open", "left_open", "counting", "again"])
def test_nothing_can_be_chosen_while_the_door_is_theirs(screen: str) -> None:
    assert present(at_door(screen).model, ZH).choices == ()


def test_who_took_too_many_is_told_so_and_not_that_a_book_was_hard_to_see() -> None:
    view = present(at_door("again", took=("C3", "C4"), over=2).model, ZH)

    assert "多拿了 2 本" in view.title
    assert "没看清" not in view.title + view.line


def test_another_door_is_offered_when_one_is_done() -> None:
    cabinet = at_door("done", took=("C3",), doors=(1, 4))

    cabinet.press("more")
    assert [choice.text for choice in present(cabinet.model, ZH).choices][:2] == [
        "1 号门",
        "4 号门",
    ]
    cabinet.press("door.4")

    assert cabinet.told[-1] == ("choose", {"door": 4})


def test_nothing_of_a_reader_is_left_when_the_controller_says_welcome() -> None:
    cabinet = choosing().press("large", "language").shows("welcome")

    assert cabinet.model == Model(
        world=cabinet.model.world, state="welcome", since_ms=1_000, deadline_ms=61_000
    )


@pytest.mark.parametrize("event", [Unlinked(), Crashed()])
def test_nothing_of_a_reader_is_left_when_the_line_or_a_step_fails(
    event: Unlinked | Crashed,
) -> None:
    cabinet = choosing().on(event)

    assert cabinet.model.shown.name == ""
    assert "林" not in repr(present(cabinet.model, ZH))


def test_a_silent_controller_is_said_and_its_first_word_ends_it() -> None:
    cabinet = Cabinet().on(Unlinked())
    assert present(cabinet.model, ZH).title == "这个书柜\n暂停服务"

    assert cabinet.shows("welcome").state == "welcome"


def test_an_offline_bookcase_says_so_and_goes_on() -> None:
    cabinet = Cabinet().shows("choose", offline=True, doors=(1,), **READER)

    view = present(cabinet.model, ZH)

    assert view.status == "网络不通，照常借还"
    assert [choice.word for choice in view.choices] == ["door.1", "leave"]


def test_another_card_begins_in_the_machines_own_looks() -> None:
    cabinet = at_door("done", took=("C3",), doors=(1,)).press("large", "contrast")

    cabinet.shows("asking")

    assert (cabinet.model.large, cabinet.model.contrast) == (False, False)


def test_the_books_here_are_shown_page_by_page_when_nobody_is_there() -> None:
    cabinet = Cabinet().wait(61)
    assert cabinet.state == "attract"
    first = present(cabinet.model, ZH).covers
    cabinet.shows("welcome").wait(10)
    assert present(cabinet.model, ZH).covers != first

    assert cabinet.press("wake").state == "welcome"


def test_a_bookcase_whose_books_are_not_known_stays_welcoming() -> None:
    assert Cabinet(inside=()).wait(200).state == "welcome"


def test_a_card_ends_the_show() -> None:
    assert Cabinet().wait(61).shows("asking").state == "asking"


def test_looking_inside_warns_before_it_ends() -> None:
    cabinet = Cabinet().press("inside").wait(61)
    assert cabinet.model.warning_s
    cabinet.press("stay")
    assert cabinet.state == "inside"

    assert cabinet.wait(91).state == "attract"


def test_reach_mode_stays_until_nobody_is_there() -> None:
    cabinet = Cabinet().press("reach").shows("asking").shows("choose", doors=(1,), **READER)
    assert present(cabinet.model, ZH).reach

    assert not present(cabinet.shows("welcome").model, ZH).reach


def test_books_that_the_screen_does_not_know_are_counted() -> None:
    view = present(at_door("done", put=("X1", "X2", "C1"), doors=()).model, ZH)

    assert view.parts[0].titles == ("《三体》", "2 本书")


def test_what_is_inside_changes_under_a_reader_without_disturbing() -> None:
    cabinet = choosing().keys("down").on(Stocked(INSIDE[:2]))

    assert (cabinet.state, cabinet.model.focus) == ("choose", 1)
