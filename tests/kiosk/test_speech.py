"""Every flow walked blind: only what was said is known, only keys are pressed."""

import wave
from pathlib import Path

import pytest

from kiosk.config import texts
from kiosk.core.events import Faulted, Served
from kiosk.services.speaker import Speaker
from tests.kiosk.blind import Blind
from tests.kiosk.cabinet import READER, Cabinet
from tests.kiosk.gallery import told
from tests.kiosk.visit import DUE, Visit, entry

READERS_NAME = "林"


def at_machine(visit: Visit | Cabinet) -> Blind:
    """Somebody's hand finds the keypad: from then on the machine speaks."""
    person = Blind(lambda: visit.model, lambda name: visit.keys(name))
    assert person.listen() == ""
    person.press("up")
    return person


def test_a_machine_that_nobody_touches_is_silent() -> None:
    visit = Visit()
    person = Blind(lambda: visit.model, lambda name: visit.keys(name))

    visit.press("borrow").card().welcome_reader()

    assert person.listen() == ""


def test_borrowing_three_books_blind() -> None:
    visit = Visit()
    person = at_machine(visit)
    person.hears("借书、还书")
    person.choose("借书")
    person.hears("请刷读者证")
    visit.card()
    person.hears("正在查读者证")
    visit.welcome_reader()
    person.hears("请把书放上台面")
    visit.lay("E1", "E2", "E4").answer("about", books=[told(t) for t in ("E1", "E2", "E4")])
    person.hears("看到 3 本书")
    person.hears("三体")
    person.choose("是的，借这 3 本")
    visit.answer("lend", due=DUE, books=[told("E1"), told("E2"), told("E4", "on_loan")])
    person.hears("2 本借好了")
    person.hears("请在 12月21日 前还")
    person.hears("可以先在这里替他还")
    person.choose("好了")
    person.hears("请在 12月21日 前还")
    person.choose("好了")
    person.hears("请拿好台面上的书")
    visit.lay()
    person.hears("谢谢，再见")
    assert visit.lent == ["E1", "E2"]
    assert not [said for said in person.heard if READERS_NAME in said]


def test_returning_blind_in_english() -> None:
    visit = Visit()
    person = at_machine(visit)
    person.press("0")
    person.hears("Borrow and return")
    person.choose("Return")
    person.hears("Lay the books to return")
    visit.lay("E1").answer("return", books=[told("E1", overdue_days=3)])
    person.hears("1 book on the tray")
    person.choose("Yes, return this one")
    person.hears("1 book returned")
    person.hears("3 days late")
    person.choose("Done")
    person.hears("put the books into")
    visit.lay()
    person.hears("Thank you")
    assert visit.returned == ["E1"]


def test_a_refusal_and_its_way_out_are_said() -> None:
    visit = Visit()
    person = at_machine(visit)
    person.choose("借书")
    visit.card().welcome_reader(left=0)
    person.hears("已经借满了")
    person.hears("在这里还一本")
    person.choose("还书")
    person.hears("请把要还的书 放上台面")


def test_the_time_out_is_said_once_and_any_key_ends_it() -> None:
    visit = Visit()
    person = at_machine(visit)
    person.choose("借书")
    visit.wait(61)
    person.hears("还在吗")
    said = len(person.heard)
    for _second in range(10):
        visit.wait(1)
        person.listen()
    assert len(person.heard) == said

    person.press("up")

    assert visit.state == "card"
    person.hears("请刷读者证")


def test_help_is_said_and_left() -> None:
    person = at_machine(Visit())
    person.press("help")
    person.hears("左键再听")
    person.press("back")
    person.hears("借书、还书")


def test_the_focus_is_said_as_it_moves_and_a_tool_says_whether_it_is_on() -> None:
    person = at_machine(Visit())
    assert person.press("down") == "借书"
    assert person.press("down") == "还书"
    person.choose("高对比")

    person.hears("高对比，已打开")


def test_left_says_it_again_and_right_changes_the_volume() -> None:
    person = at_machine(Visit())
    first = person.heard[-1]

    assert person.press("left") == first
    assert [person.press("right") for _ in range(3)] == ["音量 3", "音量 1", "音量 2"]


def test_who_silences_it_is_not_spoken_to_by_the_next_key() -> None:
    visit = Visit()
    person = at_machine(visit)

    visit.press("speech")

    assert person.listen() == ""
    assert person.press("down") == ""


def test_the_next_reader_begins_in_silence() -> None:
    visit = Visit()
    person = at_machine(visit)
    person.press("right")

    visit.wait(91)

    assert (visit.model.speech, visit.model.volume) == (False, 2)
    assert person.listen() == ""


def test_what_is_new_on_a_screen_is_said_and_nothing_twice() -> None:
    visit = Visit()
    person = at_machine(visit)
    person.choose("还书")
    visit.lay("E1").answer("return", books=[told("E1")])
    person.hears("看到 1 本书")

    visit.lay("E1", "E2").answer("return", books=[told("E1"), told("E2")])

    said = person.listen()
    assert "看到 2 本书" in said
    assert "城南旧事" in said
    assert "三体" not in said
    visit.on(Served(False))
    assert person.listen() == "网络不通，还书照常"


def test_a_bookcase_blind() -> None:
    cabinet = Cabinet()
    person = at_machine(cabinet)
    person.hears("刷读者证")
    cabinet.shows("asking")
    person.hears("正在查读者证")
    cabinet.shows("choose", doors=(1, 2, 4), **READER)
    person.hears("请选一个门")
    person.choose("4 号门")
    assert cabinet.told == [("choose", {"door": 4})]
    cabinet.shows("opening", door=4, **READER)
    person.hears("请拉开门")
    cabinet.shows("open", door=4, **READER)
    person.hears("好了请关上门")
    cabinet.shows("left_open", door=4, **READER)
    person.hears("请关上 4 号门")
    cabinet.shows("counting", door=4, **READER)
    person.hears("正在看是哪几本书")
    cabinet.shows("again", door=4, unsure=1, **READER)
    person.hears("请把里面的书分开放")
    cabinet.shows("done", door=4, took=("C7",), doors=(1,), **READER)
    person.hears("借了 1 本")
    person.hears("小王子")
    person.choose("好了")
    assert cabinet.told[-1] == ("leave", {})
    assert not [said for said in person.heard if READERS_NAME in said]


def test_a_return_slot_blind() -> None:
    visit = Visit(role="return24")
    person = at_machine(visit)
    person.hears("一本一本来")
    visit.lay("E1").answer("return", books=[told("E1")])
    person.hears("02:13 还好了")
    visit.lay()
    person.hears("可以放下一本了")
    visit.lay("X1").answer("return", books=[entry("X1", "unknown_tag")]).lay()
    person.hears("没认出是哪本")
    person.choose("好了")
    person.hears("一本一本来")


def test_a_return_slot_that_sticks_is_heard_and_offline_takes_books_as_ever() -> None:
    visit = Visit(served=False, role="return24")
    person = at_machine(visit)
    person.hears("网络不通")
    visit.lay("E1")
    person.hears("02:13 还好了")
    visit.wait(16)
    person.hears("书卡在口子里了")
    person.hears("请轻轻往里推一推")
    visit.lay()
    person.hears("可以放下一本了")
    person.choose("好了")
    visit.on(Faulted("tray", True))
    person.hears("请不要把书放进来")


def test_a_return_with_a_belt_blind() -> None:
    slot = Cabinet(role="belt")
    person = at_machine(slot)
    person.hears("还书请放这里")
    slot.shows("looking")
    person.hears("请等一下再放下一本")
    slot.shows("returned", in_a_row=1, put=("C1",))
    person.hears("1 本还好了")
    slot.shows("put_in", in_a_row=1)
    person.hears("可以接着放")
    slot.shows("looking").shows("given_back", why="two_things")
    person.hears("一次只能放一本")
    person.hears("请取出来")
    slot.shows("put_in", in_a_row=1).shows("looking").shows("given_back", why="patron_card")
    person.hears("里面有一张读者证")
    person.press("help")
    person.hears("认不出来的书会退出来")
    person.press("back")
    slot.shows("shut", why="jam")
    person.hears("传送带卡住了")
    person.hears("请用别的还书机")
    assert slot.told == []


def test_a_locker_blind_with_the_card() -> None:
    locker = Cabinet(role="locker")
    person = at_machine(locker)
    person.hears("请刷读者证")
    locker.shows("asking")
    person.hears("正在查您的预约")
    locker.shows("choose", doors=(1, 4), **READER)
    person.hears("您的书在 2 个门里")
    person.choose("4 号门")
    assert locker.told == [("choose", {"door": 4})]
    locker.shows("jammed", door=4, doors=(1,), **READER)
    person.hears("4 号门没有打开")
    person.choose("1 号门")
    locker.shows("opening", door=1, **READER)
    person.hears("请拉开门")
    locker.shows("open", door=1, **READER).shows("left_open", door=1, **READER)
    person.hears("门关好，书才算取走")
    locker.shows("counting", door=1, **READER).shows("done", door=1, **READER)
    person.hears("书还为您留着")
    person.choose("好了")
    assert locker.told[1:] == [("choose", {"door": 1}), ("leave", {})]
    locker.shows("welcome")
    person.press("up")  # The next reader: the machine had fallen silent.
    locker.shows("asking").shows("refused", why="none_kept")
    person.hears("这里没有为您保留的书")
    assert not [said for said in person.heard if READERS_NAME in said]


def test_a_child_is_read_to_in_a_childs_words() -> None:
    visit = Visit().press("child")
    person = Blind(lambda: visit.model, lambda name: visit.keys(name))

    assert "小朋友" in person.listen()
    visit.press("borrow")
    person.hears("给小窗口看看")


@pytest.mark.parametrize(("language", "name"), [("zh", "welcome.title"), ("en", "welcome.title")])
def test_espeak_says_it(tmp_path: Path, language: str, name: str) -> None:
    path = tmp_path / "said.wav"
    speaker = Speaker(options=("-w", str(path)))

    speaker.say(texts(language)[name], language, 3)
    speaker.wait()

    with wave.open(str(path)) as sound:
        assert sound.getnframes() / sound.getframerate() > 1


def test_a_machine_without_espeak_is_silent_and_works() -> None:
    speaker = Speaker(program="no-such-program")

    speaker.say("您好", "zh", 2)
    speaker.hush()

    assert not speaker.works


def test_the_next_words_cut_off_the_last(tmp_path: Path) -> None:
    speaker = Speaker(options=("-w", str(tmp_path / "said.wav")))

    speaker.say("一" * 2000, "zh", 1)
    speaker.say("二", "zh", 1)
    speaker.wait()
    speaker.hush()

    with wave.open(str(tmp_path / "said.wav")) as sound:
        assert sound.getnframes() / sound.getframerate() < 2
