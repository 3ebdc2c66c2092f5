"""What the demo says: every screen of a bookcase, in both languages, with nothing left out."""

import pytest

from bookcase_fw import wire
from hw_sim.desk import words

TITLES = {"E1": "三体", "E2": "Matilda"}


def shown(screen: str, **fields: object) -> dict[str, object]:
    return wire.check("shown", wire.panel_fields("shown"), {"screen": screen, **fields})


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_screen_of_the_contract_has_words(language: str) -> None:
    for screen, _meaning in wire.SCREENS + wire.RETURN_SCREENS:
        text = words.screen(shown(screen, door=2, why="blocked"), TITLES, language)

        assert text
        assert "{" not in text


def test_what_was_taken_is_named_with_its_day() -> None:
    done = shown("done", took=["E1", "E2"], due=20261219)

    assert words.screen(done, TITLES, "en") == (
        "Taken: 《三体》 and 《Matilda》. Returned: nothing. Due 2026-12-19"
    )
    assert words.screen(done, TITLES, "zh") == (
        "借出：《三体》和《Matilda》。还入：无。2026 年 12 月 19 日 到期"
    )


def test_who_is_not_known_by_name_is_greeted_without_one() -> None:
    known = words.screen(shown("choose", name="读***1", left=3), TITLES, "en")
    unknown = words.screen(shown("choose", left=3), TITLES, "en")

    assert known.startswith("Hello 读***1: which door?")
    assert unknown.startswith("Hello: which door?")


def test_columns_stand_in_line_in_both_languages() -> None:
    assert words.column("屏幕", 8) == "屏幕    "
    assert words.column("screen", 8) == "screen  "


def test_a_screen_says_that_there_is_no_network() -> None:
    text = words.screen(shown("open", door=1, offline=True), TITLES, "en")

    assert text == "Take or return books, then shut door 1 (no network now)"


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_story_is_told_in_both_languages(language: str) -> None:
    names = ("device", "card", "door", "titles", "count", "expected", "seen", "screen")
    for key in words.TEXTS:
        assert "{" not in words.say(key, language, **dict.fromkeys(names, "x"))
