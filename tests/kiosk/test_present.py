"""What the screens say: complete in both languages, exact in count, nothing of a reader left."""

import re
from collections.abc import Iterator, Mapping

import pytest

from bookcase_fw import wire
from kiosk.config import texts
from kiosk.core import choices, present
from kiosk.core.roles import ROLES
from kiosk.core.states import EMPTY
from tests.kiosk.gallery import BOOKS, lent, models, reading, told
from tests.kiosk.visit import Visit, entry

LANGUAGES = ("zh", "en")
TEXTS = {language: texts(language) for language in LANGUAGES}


class Counted(Mapping[str, str]):
    """Texts that remember which of them were used."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self.used: set[str] = set()

    def __getitem__(self, key: str) -> str:
        self.used.add(key)
        return self._texts[key]

    def __contains__(self, key: object) -> bool:
        return key in self._texts

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def test_both_languages_say_the_same_things_with_the_same_values() -> None:
    chinese, english = TEXTS["zh"], TEXTS["en"]

    assert chinese.keys() == english.keys()
    for key in chinese:
        if key not in ("name", "language"):
            holes = [set(re.findall(r"{\w*}", text[key])) for text in (chinese, english)]
            assert holes[0] == holes[1], key


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_reason_has_words_and_a_next_step(language: str) -> None:
    for reason, _meaning in wire.REASONS:
        assert TEXTS[language]["why." + reason]
        assert TEXTS[language]["step." + reason]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_part_has_a_name_for_staff(language: str) -> None:
    for part in wire.PARTS:
        assert TEXTS[language]["part.of." + part]


def test_a_childs_words_stand_for_others() -> None:
    simple = {key.removesuffix(".child") for key in TEXTS["zh"] if key.endswith(".child")}

    assert simple < TEXTS["zh"].keys()


def test_english_has_no_quotes_that_the_chinese_face_sets_wide() -> None:
    assert [key for key, text in TEXTS["en"].items() if re.search("[‘’“”]", text)] == []


def test_no_text_lies_unused() -> None:
    counted = Counted(TEXTS["zh"])

    for model in models().values():
        present.present(model, counted)

    unused = {key for key in set(counted) - counted.used if not key.endswith((".one", ".child"))}
    assert {key for key in unused if not key.startswith(REASONS)} == RARE


REASONS = (
    "why.",
    "step.",
    "notice.",
    "bookcase.step.",
    "opac.why.",
    "opac.step.",
    "locker.step.",
    "renew.why.",
    "renew.step.",
    "part.of.",
)
# Said in moments that the gallery does not show.
RARE = {
    "bookcase.choose.title", "bookcase.done.unsure",
    "part.mine", "part.mine.no_date", "receipt.line.nobody", "receipt.offline",
    "result.none.borrow", "result.none.return", "working.title.return",
    "say.on", "say.off", "say.volume",
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_state_has_a_screen_that_says_something(language: str) -> None:
    shown = {
        (model.world.role, present.present(model, TEXTS[language]).screen)
        for model in models().values()
    }

    for name, role in ROLES.items():
        assert shown >= {(name, screen) for screen in (*role.states, "warning", "help")}
    for model in models().values():
        view = present.present(model, TEXTS[language])
        assert view.title
        assert [tool.word for tool in view.tools] == list(choices.tools(model))


def test_nothing_of_a_reader_is_on_a_screen_of_nobody() -> None:
    titles = {title for title, _author, _subject in BOOKS.values()}
    for model in models().values():
        if model.state in EMPTY and not model.warning_s:
            text = repr(present.present(model, TEXTS["zh"]))
            assert "林*" not in text
            assert [title for title in titles if title in text] == []


def test_the_count_is_what_the_antenna_sees() -> None:
    view = present.present(reading("E1", "E2", "E4").model, TEXTS["zh"])

    assert (view.title, view.figure, view.line) == ("看到 {} 本书", "3", "是这些吗？")
    assert [cover.title for cover in view.covers] == ["三体", "城南旧事", "The Old Man and the Sea"]


def test_one_book_is_said_in_the_singular() -> None:
    view = present.present(reading("E1").model, TEXTS["en"])

    assert (view.title, view.line) == ("{} book on the tray", "Is this the one?")


def test_what_is_over_the_limit_is_said_before_the_yes() -> None:
    view = present.present(reading("E1", "E2", "E3", left=2).model, TEXTS["zh"])

    assert view.notice == "还可以借 2 本，多的会告诉您"


def test_a_partial_result_names_each_book_its_reason_and_the_next_step() -> None:
    view = present.present(lent("E1", E9="on_loan").model, TEXTS["zh"])

    assert (view.title, view.figure, view.line) == ("{} 本借好了", "1", "还有 1 本请看下面")
    done, refused = view.parts
    assert (done.kind, done.heading, done.titles) == ("done", "请在 12月21日 前还", ("《三体》",))
    assert (refused.kind, refused.titles) == ("attention", ("《小王子》",))
    assert refused.step == "可以先在这里替他还，再借给自己。"


def test_already_returned_is_said_as_a_success() -> None:
    visit = Visit().press("return").lay("E1").answer("return", books=[told("E1", "not_on_loan")])

    view = present.present(visit.press("confirm").model, TEXTS["zh"])

    assert (view.title, view.parts[0].kind) == ("{} 本还好了", "done")


def test_the_receipt_shows_the_day_large_and_the_name_masked() -> None:
    view = present.present(lent("E1", "E2").press("done").model, TEXTS["en"])

    assert (view.title, view.figure) == ("Return by {}", "21 December")
    assert view.line.startswith("林*, 2 borrowed")


def test_a_machine_that_is_cut_off_says_so_on_every_screen() -> None:
    for visit in (Visit(served=False), Visit(served=False).press("return")):
        assert present.present(visit.model, TEXTS["zh"]).status == "网络不通，还书照常"


def test_many_kinds_of_outcome_come_page_by_page() -> None:
    reasons = ("limit", "on_loan", "not_lendable", "unknown_tag")
    visit = lent("E1", **dict(zip(("E2", "E3", "E4", "E5"), reasons, strict=True)))
    pages = []
    for _page in range(2):
        view = present.present(visit.model, TEXTS["zh"])
        pages.append([choice.word for choice in view.choices] + [len(view.parts)])
        visit.press("next")

    assert pages == [["next", "done", 3], ["done", "more", 2]]


def test_a_book_without_a_title_is_still_a_book() -> None:
    visit = Visit(served=False).press("return").lay("E1").press("confirm")

    view = present.present(visit.model, TEXTS["zh"])

    assert view.parts[0].titles == ("一本书",)
    assert entry("E1")["title"] == "三体"
