"""Screens that a controller leads beside a bookcase's: locker, belt, staff mode, the warning."""

from pathlib import Path

import pytest

from bookcase_fw import wire
from kiosk.config import texts
from kiosk.core.events import Found, Key, Press
from kiosk.core.led.details import detail
from kiosk.core.model import Model
from kiosk.core.present import present
from kiosk.core.roles import ROLES
from kiosk.services.incident import Recorder
from tests.kiosk.blind import Blind
from tests.kiosk.cabinet import READER, Cabinet, choosing

ZH = texts("zh")
CODE = "481903"


def locker() -> Cabinet:
    return Cabinet(role="locker")


@pytest.mark.parametrize(
    ("role", "table"),
    [("locker", wire.SCREENS), ("belt", wire.RETURN_SCREENS)]
    + [(role, wire.STAFF_SCREENS) for role in ("bookcase", "locker", "belt")],
)
def test_each_screen_of_the_controller_is_drawn(
    role: str, table: tuple[tuple[str, str], ...]
) -> None:
    assert {word for word, _meaning in table} <= set(ROLES[role].screens)


# --- a code ------------------------------------------------------------------------------------


def test_a_code_is_typed_on_the_screen_and_handed_over_once_it_is_whole() -> None:
    cabinet = locker().press("code", *(f"digit.{digit}" for digit in CODE[:5]))
    assert cabinet.press("enter").told == []

    cabinet.press(f"digit.{CODE[5]}", "enter")

    assert cabinet.told == [("code", {"text": CODE})]
    assert cabinet.model.typed == ""


def test_what_the_controller_repeats_does_not_disturb_whoever_types() -> None:
    cabinet = locker().press("code").keys("4", "8").shows("welcome")

    assert (cabinet.state, cabinet.model.typed) == ("code", "48")


def test_a_code_that_nobody_ends_is_forgotten() -> None:
    cabinet = locker().press("code").keys("4", "8").wait(100)

    assert cabinet.model._replace(since_ms=0, deadline_ms=0) == Model(cabinet.model.world)


def test_a_code_is_typed_blind_and_the_door_is_heard() -> None:
    cabinet = locker()
    person = Blind(lambda: cabinet.model, lambda name: cabinet.keys(name))
    person.listen()
    person.press("1")
    person.hears("请输入六位取书码")
    for digit in CODE:
        person.press(digit)
    person.press("go")
    assert cabinet.told == [("code", {"text": CODE})]
    cabinet.shows("asking").shows("opening", door=3)
    person.hears("3 号门开了")
    cabinet.shows("open", door=3).shows("done", door=3, took=("C1",), due=20261221)
    person.hears("请在 12月21日 前还")


def test_going_on_too_early_types_nothing_and_loses_nothing() -> None:
    cabinet = locker().press("code").keys("4", "8", "go")

    assert (cabinet.state, cabinet.model.typed) == ("code", "48")


def test_doors_within_reach_come_first_for_whoever_needs_them() -> None:
    cabinet = locker().shows("asking").shows("choose", doors=(1, 2, 4))
    assert [choice.word for choice in present(cabinet.model, ZH).choices][0] == "door.1"

    view = present(cabinet.press("reach").model, ZH)

    assert [choice.word for choice in view.choices][:3] == ["door.4", "door.1", "door.2"]
    assert view.line == "够得着的门排在前面"


def test_no_title_of_anybodys_books_is_shown_at_a_locker() -> None:
    cabinet = locker().shows("asking").shows("done", door=1, took=("C1",), due=20261221)

    assert "三体" not in repr(present(cabinet.model, ZH))


# --- the warning -------------------------------------------------------------------------------


def test_before_the_controller_ends_a_visit_any_touch_stays() -> None:
    cabinet = choosing().shows("choose", doors=(1,), stay_s=20, **READER)
    view = present(cabinet.model, ZH)
    assert (view.screen, view.figure) == ("warning", "20")

    cabinet.wait(5)
    assert present(cabinet.model, ZH).figure == "15"
    cabinet.press("stay")

    assert cabinet.told == [("stay", {})]
    assert present(cabinet.model, ZH).screen == "choose"


def test_a_warning_ends_when_the_controller_says_so() -> None:
    cabinet = choosing().shows("choose", doors=(1,), stay_s=20, **READER)

    assert present(cabinet.shows("choose", doors=(1,), **READER).model, ZH).screen == "choose"


# --- staff -------------------------------------------------------------------------------------


def test_a_pin_is_stars_to_eye_and_ear_and_goes_to_the_controller_only() -> None:
    cabinet = Cabinet().shows("pin").keys("1", "9", "4", "7")
    view = present(cabinet.model, ZH)
    assert (view.entry, view.spoken[0]) == ("\u2022" * 4, "星号 星号 星号 星号")

    cabinet.keys("go")

    assert cabinet.told == [("pin", {"pin": "1947"})]
    assert cabinet.model.typed == ""


def test_a_wrong_pin_is_said_and_typed_anew() -> None:
    cabinet = Cabinet().shows("pin").keys("1", "9", "4", "7", "go").shows("checking")

    view = present(cabinet.shows("pin", why="wrong_pin").model, ZH)

    assert (view.entry, view.notice) == ("", ZH["why.wrong_pin"])


def test_nothing_can_be_typed_while_staff_mode_is_locked() -> None:
    cabinet = Cabinet().shows("pin", why="pin_locked", wait_s=840).keys("1")

    assert (cabinet.model.typed, present(cabinet.model, ZH).line) == ("", "请 14 分钟后再试。")


def test_staff_open_a_door_or_do_a_task() -> None:
    cabinet = Cabinet().shows("staff", doors=(1, 2), tasks=("count", "selftest"))

    cabinet.press("door.2", "task.selftest", "leave")

    assert cabinet.told == [
        ("choose", {"door": 2}),
        ("task", {"task": "selftest", "door": 0}),
        ("leave", {}),
    ]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Found("reader.2", False), "没有反应"),
        (Found("clock", False), "时间还没有对好"),
        (Found("flash", False, "97 % full"), "已用 97%"),
        (Found("reader.1", True), ""),
        (Found("reader.1", True, "2: -61 dBm, 12: -70 d"), "也听得到 2 号门（-61 dBm）"),
        (Found("climate", False, "CRC 0x5A"), "机器原话：CRC 0x5A"),
    ],
)
def test_what_a_part_says_is_said_in_chinese_as_far_as_it_is_known(found: Found, said: str) -> None:
    assert detail(ZH, found) == said


def test_no_digit_of_a_pin_is_in_what_a_crash_leaves_behind(tmp_path: Path) -> None:
    cabinet, recorder = Cabinet().shows("pin"), Recorder(tmp_path)
    for event in (Key("7"), Press("digit.8"), Key("9"), Press("digit.6")):
        recorder.note(cabinet.model, event, cabinet.now_ms)
        cabinet.on(event)
    assert cabinet.model.typed == "7896"

    written = recorder.write("7-1").read_text()

    assert not [digit for digit in "789" if f'"{digit}"' in written or f"digit.{digit}" in written]
