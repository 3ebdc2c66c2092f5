"""The kiosk's visits, told as stories; no screen, no clock and no network."""

import subprocess
import sys

import pytest

from kiosk.config import texts
from kiosk.core.events import Barcode, Crashed, Faulted, OtherCode, Seen, Served
from kiosk.core.model import Model
from kiosk.core.present import present
from kiosk.core.role import Role
from kiosk.core.roles import ROLES
from kiosk.core.selfcheck.flow import SELFCHECK
from kiosk.core.states import WARNED
from tests.kiosk.visit import BATCH_MAX, DUE, LIN, ZHANG, Visit, at_tray, entry

ZH = texts("zh")


@pytest.mark.parametrize("role", ROLES.values(), ids=ROLES)
def test_every_pair_is_decided(role: Role) -> None:
    pairs = [(state, event) for state in role.states for event in role.events]
    ignored = [(state, event) for state, words in role.ignored.items() for event in words.split()]

    for pair in pairs:
        assert (pair in role.table) != (pair in ignored), pair
    assert len(role.table) + len(ignored) == len(pairs)
    assert role.helps.keys() == set(role.states)


def test_the_core_runs_without_a_screen() -> None:
    code = "import sys, kiosk.core.update, kiosk.core.present; print('kivy' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout == "False\n"


# --- borrowing ---------------------------------------------------------------------------------


def test_what_is_being_written_is_waited_for_and_asked_of_nobody_else() -> None:
    visit = Visit().press("borrow").card(LIN).welcome_reader().lay("E1").press("confirm")
    visit.holds_writes = True
    visit.grant("E1").wanted.clear()

    visit.wait(30)

    assert (visit.state, visit.wanted) == ("working", [])


def test_a_book_that_left_while_its_bit_was_written_is_called_lifted() -> None:
    visit = Visit().press("borrow").card(LIN).welcome_reader().lay("E1", "E2").press("confirm")
    visit.journal_why = "lifted"

    visit.grant("E1", "E2")

    assert visit.state == "result"
    assert {done.outcome for done in visit.model.done} == {"lifted"}


def test_three_books_are_borrowed_in_one_go() -> None:
    visit = Visit().press("borrow").card(LIN)
    assert visit.state == "looking"
    visit.welcome_reader(left=15)
    assert visit.state == "tray"
    visit.lay("E1", "E2", "E3")
    assert visit.state == "review"

    visit.press("confirm").grant("E1", "E2", "E3")

    assert visit.state == "result"
    assert visit.outcomes == {"E1": "lent", "E2": "lent", "E3": "lent"}
    assert visit.facts[0] == (
        "lent",
        {"visit": "7.2", "reader": LIN, "tag": "E1", "due": DUE, "answer": "7.1"},
    )
    assert visit.model.left == 12

    visit.press("done")
    assert visit.state == "receipt"
    visit.lay().press("done")
    assert visit.state == "goodbye"
    visit.wait(5)
    assert visit.model == Model(world=visit.model.world)


def test_a_loan_is_on_the_screen_only_after_it_is_in_the_journal() -> None:
    visit = at_tray().lay("E1", "E2")
    visit.journal_why = "journal_full"

    visit.press("confirm").grant("E1", "E2")

    assert visit.outcomes == {"E1": "journal_full", "E2": "journal_full"}
    assert visit.lent == []


def test_simply_holding_the_card_borrows_what_lies_on_the_tray_already() -> None:
    visit = Visit().lay("E1", "E2").card().welcome_reader()

    assert visit.state == "review"
    assert visit.asked("about").tags == ("E1", "E2")


def test_the_limit_is_reached_for_one_and_the_others_are_lent() -> None:
    visit = at_tray(left=2).lay("E1", "E2", "E3")

    visit.press("confirm").grant("E1", "E2", refused={"E3": "limit"})

    assert visit.lent == ["E1", "E2"]
    assert visit.outcomes["E3"] == "limit"


@pytest.mark.parametrize("why", ["blocked", "unknown_card", "closed"])
def test_a_card_that_may_not_borrow_is_told_why_and_forgotten(why: str) -> None:
    visit = Visit().press("borrow").card().answer("account", ok=False, why=why)

    assert (visit.state, visit.model.why, visit.model.reader) == ("refused", why, "")
    visit.press("leave")
    assert visit.state == "welcome"


def test_a_reader_with_all_the_loans_allowed_may_return_some_here() -> None:
    visit = Visit().press("borrow").card().welcome_reader(left=0)
    assert (visit.state, visit.model.why) == ("refused", "limit")

    visit.press("return")

    assert (visit.state, visit.model.mode, visit.model.reader) == ("tray", "return", "")


@pytest.mark.parametrize("why", ["unknown_tag", "on_loan", "not_lendable"])
def test_a_book_that_may_not_be_lent_does_not_stop_the_others(why: str) -> None:
    visit = at_tray().lay("E1", "E9").press("confirm").grant("E1", refused={"E9": why})

    assert visit.lent == ["E1"]
    assert visit.outcomes == {"E9": why, "E1": "lent"}


def test_a_book_that_the_reader_has_already_is_no_failure() -> None:
    visit = at_tray().lay("E1").press("confirm")

    visit.answer("lend", books=[entry("E1", "on_loan", mine=True, due=20261201)])

    assert visit.outcomes == {"E1": "already"}
    assert visit.model.done[0].due == 20261201


def test_own_loans_on_the_tray_can_be_returned_instead() -> None:
    visit = at_tray().lay("E1").answer("about", books=[entry("E1", "on_loan", mine=True)])

    visit.press("switch", "confirm")

    assert visit.facts == [("returned", {"visit": "7.2", "tag": "E1", "reader": LIN})]


def test_a_book_lifted_too_early_is_not_lent_and_said_so() -> None:
    visit = at_tray().lay("E1", "E2").press("confirm")

    visit.lay("E1")
    assert visit.model.notice == "lifted"
    visit.grant("E1", "E2")

    assert visit.lent == ["E1"]
    assert visit.outcomes == {"E1": "lent", "E2": "lifted"}

    visit.lay("E1", "E2").press("more")
    assert visit.state == "review"
    visit.press("confirm").grant("E2")
    assert visit.lent == ["E1", "E2"]
    assert visit.outcomes == {"E1": "lent", "E2": "lent"}


def test_more_than_lie_flat_cannot_be_confirmed() -> None:
    visit = at_tray().lay(*(f"E{n}" for n in range(BATCH_MAX + 1)))

    visit.press("confirm")

    assert visit.state == "review"


def test_partial_success_is_kept_when_the_reader_leaves_in_the_second_round() -> None:
    visit = at_tray().lay("E1").press("confirm").grant("E1").press("more").lay("E1", "E2")

    visit.press("leave")

    assert visit.state == "receipt"
    assert visit.outcomes == {"E1": "lent"}


# --- returning ---------------------------------------------------------------------------------


def test_a_return_needs_no_card_but_a_yes() -> None:
    visit = Visit().press("return").lay("E1", "E2")
    assert (visit.state, visit.facts) == ("review", [])
    visit.answer("return", books=[entry("E1", overdue_days=3), entry("E2")])

    visit.press("confirm")

    assert visit.state == "result"
    assert visit.returned == ["E1", "E2"]
    assert visit.outcomes == {"E1": "returned", "E2": "returned"}
    visit.press("done")
    assert visit.state == "take"
    visit.lay()
    assert visit.state == "goodbye"


def test_returning_what_was_returned_before_is_a_success() -> None:
    visit = Visit().press("return").lay("E1").answer("return", books=[entry("E1", "not_on_loan")])

    visit.press("confirm")

    assert visit.outcomes == {"E1": "already"}


def test_an_unknown_book_is_noted_and_the_reader_is_told() -> None:
    visit = Visit().press("return").lay("E9").answer("return", books=[entry("E9", "unknown_tag")])

    visit.press("confirm")

    assert visit.returned == ["E9"]
    assert visit.outcomes == {"E9": "noted"}


def test_a_title_that_comes_late_makes_the_outcome_exact() -> None:
    visit = Visit().press("return").lay("E1").press("confirm")
    assert visit.outcomes == {"E1": "returned"}

    visit.answer("return", books=[entry("E1", "not_on_loan")])

    assert visit.outcomes == {"E1": "already"}


# --- the network -------------------------------------------------------------------------------


def test_a_slow_service_is_explained_and_waited_for() -> None:
    visit = Visit().press("borrow").card().wait(5)
    assert (visit.state, visit.model.slow) == ("looking", True)

    visit.welcome_reader()

    assert (visit.state, visit.model.slow) == ("tray", False)


def test_the_service_gone_in_mid_commit_lets_the_policy_decide() -> None:
    visit = at_tray().lay("E1", "E2").press("confirm").silence("lend")

    visit.grant("E1", refused={"E2": "quota"}, policy=4)

    assert visit.model.offline
    assert visit.facts[0][1]["policy"] == 4
    assert "answer" not in visit.facts[0][1]
    assert visit.outcomes == {"E2": "quota", "E1": "lent"}


def test_an_answer_that_never_comes_is_not_waited_for_for_ever() -> None:
    visit = at_tray().lay("E1").press("confirm")
    visit.asked("lend")

    visit.wait(11)

    assert type(visit.asked("lend")).__name__ == "AskPolicy"


def test_a_machine_that_knows_it_is_cut_off_asks_its_policy_at_once() -> None:
    visit = Visit(served=False).press("borrow").card()

    visit.answer("account", policy=4, left=2)

    assert (visit.state, visit.model.offline, visit.model.left) == ("tray", True, 2)


def test_a_reader_unknown_to_the_policy_is_refused_while_the_network_is_down() -> None:
    visit = Visit(served=False).card().answer("account", policy=4, ok=False, why="offline")

    assert (visit.state, visit.model.why) == ("refused", "offline")


def test_returns_are_taken_without_any_network() -> None:
    visit = Visit(served=False).press("return").lay("E1").silence("return").press("confirm")

    assert visit.returned == ["E1"]
    assert visit.outcomes == {"E1": "returned"}


def test_an_answer_for_somebody_who_has_left_is_dropped() -> None:
    visit = Visit().press("borrow").card().press("leave")

    visit.welcome_reader()

    assert visit.state == "welcome"


# --- people ------------------------------------------------------------------------------------


def test_a_second_card_in_the_middle_changes_nothing_and_is_told_so() -> None:
    visit = at_tray(LIN).lay("E1").card(ZHANG)

    assert (visit.model.reader, visit.model.notice) == (LIN, "second_card")


def test_the_next_card_after_the_result_begins_the_next_visit() -> None:
    visit = at_tray(LIN).lay("E1").press("confirm").grant("E1").card(ZHANG)

    assert (visit.state, visit.model.reader, visit.model.done) == ("looking", ZHANG, ())


def test_no_card_is_needed_to_return() -> None:
    visit = Visit().press("return").card()

    assert (visit.model.notice, visit.model.reader) == ("no_card_needed", "")


def test_wrong_codes_are_answered_in_words() -> None:
    assert Visit().press("borrow").on(Barcode("MH00000001")).model.notice == "book_barcode"
    assert Visit().press("borrow").on(OtherCode()).model.notice == "other_code"


def test_a_warning_comes_half_a_minute_before_the_end_and_any_touch_extends() -> None:
    visit = at_tray().wait(61)
    assert 28 <= visit.model.warning_s <= 30

    visit.press("leave")
    assert (visit.state, visit.model.warning_s) == ("tray", 0)

    visit.wait(61).keys("down")
    assert (visit.state, visit.model.warning_s) == ("tray", 0)


def test_a_reader_who_walks_away_is_forgotten_and_the_books_are_called_for() -> None:
    visit = at_tray().lay("E1").wait(91)
    assert (visit.state, visit.model.reader, visit.model.books) == ("take", "", ())

    visit.lay()

    assert visit.state == "goodbye"


def test_books_left_behind_do_not_lock_the_machine() -> None:
    visit = at_tray().lay("E1").wait(91).wait(61)

    assert visit.state == "welcome"


def test_a_tag_that_comes_and_goes_is_no_sign_of_life() -> None:
    visit = at_tray().lay("E1")
    for _ in range(100):
        visit.lay().wait(0.5).lay("E1").wait(0.5)

    assert visit.model.reader == ""


def test_language_and_looks_change_in_mid_visit_and_end_with_it() -> None:
    visit = at_tray().lay("E1").press("language", "large", "contrast")
    assert (visit.state, visit.model.language, visit.model.large) == ("review", "en", True)

    visit.wait(91)
    assert visit.model.language == "en"
    visit.lay().wait(5)

    assert visit.model == Model(world=visit.model.world)


def test_the_readers_own_language_is_taken_unless_one_was_chosen() -> None:
    assert at_tray(language="en").model.language == "en"
    chosen = Visit().press("language", "language", "borrow").card().welcome_reader(language="en")
    assert chosen.model.language == "zh"


@pytest.mark.parametrize("state", SELFCHECK.states)
def test_help_opens_and_closes_everywhere(state: str) -> None:
    visit = Visit()
    visit.model = visit.model._replace(state=state)

    visit.keys("help")
    assert visit.model.help
    visit.keys("back")
    assert (visit.model.help, visit.state) == (False, state)


# --- the keypad --------------------------------------------------------------------------------


def test_a_loan_by_keypad_alone() -> None:
    visit = Visit().keys("1").card().welcome_reader().lay("E1", "E2")

    visit.keys("go").grant("E1", "E2").keys("go").lay().keys("go")

    assert visit.lent == ["E1", "E2"]
    assert visit.state == "goodbye"


def test_a_return_by_keypad_alone() -> None:
    visit = Visit().keys("2").lay("E1").keys("go", "go")

    assert visit.returned == ["E1"]
    assert visit.lay().state == "goodbye"


def test_arrows_walk_through_choices_and_tools_and_back() -> None:
    visit = Visit().keys("down", "down", "go")
    assert visit.model.language == "en"

    visit.keys("up", "go")
    assert visit.model.mode == "return"


# --- faults ------------------------------------------------------------------------------------


def test_without_a_scanner_returns_go_on() -> None:
    visit = Visit().on(Faulted("scanner", True)).press("borrow")
    assert visit.state == "welcome"

    assert visit.press("return").state == "tray"


def test_without_a_tray_nothing_is_offered() -> None:
    visit = Visit().on(Faulted("tray", True)).press("return")
    assert visit.state == "welcome"

    assert visit.on(Faulted("tray", False)).press("return").state == "tray"


def test_after_a_crash_the_next_card_or_a_touch_goes_on_at_once() -> None:
    assert at_tray().on(Crashed()).card(ZHANG).state == "looking"
    assert at_tray().on(Crashed()).press("leave").state == "welcome"


def test_a_crash_forgets_the_reader_and_goes_on() -> None:
    visit = at_tray().lay("E1").on(Crashed())
    assert (visit.state, visit.model.reader, visit.model.world.tray) == ("sorry", "", ("E1",))

    assert visit.wait(9).state == "welcome"


@pytest.mark.parametrize("state", [s for s in WARNED if s in SELFCHECK.states])
def test_every_state_in_which_somebody_is_known_ends(state: str) -> None:
    visit = at_tray()
    visit.model = visit.model._replace(state=state)

    visit.wait(60 + 30 + 60 + 5)

    assert visit.model == Model(world=visit.model.world)
    assert visit.on(Seen(())).state == "welcome"


# --- what the reader has -----------------------------------------------------------------------


def reader_with_loans() -> Visit:
    books = [entry("E1"), entry("E2")]
    return Visit().press("borrow").card().welcome_reader(books=books).press("loans")


def test_loans_are_shown_and_renewed_each_with_its_answer() -> None:
    visit = reader_with_loans().press("renew")
    ask = visit.wanted[-1]
    assert (ask.op, ask.reader, ask.tags) == ("renew", LIN, ("E1", "E2"))  # type: ignore[union-attr]

    visit.answer("renew", books=[entry("E1", due=20270120), entry("E2", "on_loan")])

    assert visit.state == "loans"
    became = {done.tag: done.why or done.due for done in visit.model.renewed}
    assert became == {"E1": 20270120, "E2": "on_loan"}
    assert visit.model.owned[0].due == 20270120
    assert visit.press("back").state == "tray"


def test_a_renewal_that_nobody_answers_changes_nothing() -> None:
    visit = reader_with_loans().press("renew").silence("renew")

    assert (visit.state, visit.model.notice, visit.model.renewed) == ("loans", "not_renewed", ())


def test_without_the_service_loans_cannot_be_renewed() -> None:
    visit = reader_with_loans().on(Served(False)).press("renew")

    assert visit.state == "loans"
    assert visit.press("back").state == "tray"


# --- what is owed, and who may not borrow ------------------------------------------------------


def test_a_reader_at_the_limit_can_still_renew() -> None:
    visit = Visit().card().welcome_reader(left=0, books=[entry("E1")])
    assert (visit.state, visit.model.why) == ("refused", "limit")

    visit.press("loans", "renew").answer("renew", books=[entry("E1", due=DUE)])

    assert [done.outcome for done in visit.model.renewed] == ["lent"]
    assert visit.press("back").state == "refused"


def test_what_is_owed_is_said_in_yuan_with_what_to_do() -> None:
    visit = Visit().card().welcome_reader(left=0, why="owes", fines=1205, books=[entry("E1")])

    part = present(visit.model, ZH).parts[0]

    assert (part.heading, part.step) == ("待付 12.05 元", "请在任一服务台付。")
    assert present(visit.press("loans").model, ZH).line.startswith("待付 12.05 元")


def test_a_loan_that_is_late_stands_out_with_its_days() -> None:
    visit = at_tray(books=[entry("E1"), entry("E2", overdue_days=3, due=20261118)])

    parts = present(visit.press("loans").model, ZH).parts

    assert [(part.kind, part.heading) for part in parts] == [
        ("attention", "11月18日 已到期"),
        ("done", "请在 12月21日 前还"),
    ]
    assert parts[0].titles == ("《活着》（晚了 3 天）",)


def test_who_owes_and_has_nothing_can_look_at_it_but_not_renew() -> None:
    visit = at_tray(fines=5).press("loans")

    view = present(visit.model, ZH)

    assert (view.title, view.line[:9]) == ("没有借着的书", "待付 0.05 元")
    assert [choice.word for choice in view.choices] == ["back"]


def test_a_refused_reader_lends_nothing_whatever_lies_on_the_tray() -> None:
    visit = Visit().lay("E2").card().welcome_reader(left=0, books=[entry("E1")])

    visit.press("loans", "back", "confirm")

    assert (visit.state, visit.lent, visit.returned) == ("refused", [], [])
