"""A slot that takes books back at any hour: nobody is asked anything, nothing is lost."""

from pathlib import Path

from kiosk.config import texts
from kiosk.core.events import Crashed, Faulted, Seen
from kiosk.core.model import Model, Timings
from kiosk.core.present import present
from kiosk.runtime import Runtime
from kiosk.services.clock import Clock
from kiosk.services.journal import Journal
from kiosk.services.store import Store
from tests.kiosk.gallery import told
from tests.kiosk.visit import Visit, entry

ZH = texts("zh")
TWO_MS = 1_770_141_600_000  # 2026-02-04, two in the morning in Shanghai.


def slot(served: bool = True) -> Visit:
    return Visit(served=served, role="return24")


def test_one_book_after_the_other_is_returned_without_a_card() -> None:
    visit = slot().lay("E1").answer("return", books=[told("E1")])
    assert visit.state == "passing"
    assert visit.lay().state == "result"

    visit.lay("E2").answer("return", books=[told("E2")]).lay()

    assert visit.returned == ["E1", "E2"]
    view = present(visit.model, ZH)
    assert (view.title, view.figure, view.line) == ("{} 本还好了", "2", "可以放下一本了")
    assert view.parts[0].heading == "02:13 还好了"
    assert set(view.parts[0].titles) == {"《三体》", "《城南旧事》"}


def test_each_book_has_the_time_at_which_it_fell() -> None:
    visit = slot().lay("E1").lay()
    visit.clock = "02:20"
    visit.lay("E2").lay()

    headings = [part.heading for part in present(visit.model, ZH).parts]

    assert sorted(headings) == ["02:13 还好了", "02:20 还好了"]


def test_a_book_is_written_down_before_anything_is_asked() -> None:
    visit = slot(served=False).lay("E1")

    assert visit.returned == ["E1"]
    view = present(visit.silence("return").lay().model, ZH)
    assert (view.figure, view.status) == ("1", "网络不通，还书照常")


def test_what_nobody_knows_is_taken_and_said_so() -> None:
    visit = slot().lay("X1").answer("return", books=[entry("X1", "unknown_tag")]).lay()

    view = present(visit.model, ZH)

    assert (visit.returned, view.title) == (["X1"], "书收下了，没认出来")
    assert view.parts[0].kind == "attention"
    assert view.parts[0].heading == "02:13 收下了，没认出是哪本"


def test_returned_before_is_a_success() -> None:
    visit = slot().lay("E1").answer("return", books=[told("E1", "not_on_loan")]).lay()

    assert present(visit.model, ZH).parts[0].kind == "done"


def test_a_book_that_does_not_fall_is_said_and_counts() -> None:
    visit = slot().lay("E1").wait(16)
    assert visit.state == "stuck"
    assert visit.returned == ["E1"]

    assert visit.lay().state == "result"


def test_a_tag_that_is_heard_twice_is_one_return() -> None:
    visit = slot().lay("E1").lay().lay("E1").lay()

    assert visit.returned == ["E1"]


def test_a_broken_slot_says_so_and_where_to_go() -> None:
    view = present(slot().on(Faulted("tray", True)).model, ZH)

    assert (view.title, view.status) == ("这个还书口\n暂停使用", "还书口坏了")


def test_a_book_that_falls_while_the_machine_is_sorry_is_returned() -> None:
    assert slot().on(Crashed()).lay("E1").returned == ["E1"]


def test_nothing_is_left_for_the_next_reader() -> None:
    visit = slot().lay("E1").answer("return", books=[told("E1")]).lay().press("done")
    assert (visit.model.books, visit.model.done, visit.model.asked) == ((), (), ())

    visit.lay("E2").lay().wait(91)
    assert visit.model == Model(world=visit.model.world)


def test_at_two_in_the_morning_without_a_network_the_journal_has_the_true_time(
    tmp_path: Path,
) -> None:
    journal = Journal(tmp_path / "journal.sqlite", bytes(32))
    clock = Clock(journal.boot, lambda: 0, lambda: TWO_MS * 1_000_000)
    runtime = Runtime(
        journal=journal,
        clock=clock,
        store=Store(journal, clock, "Asia/Shanghai"),
        texts={"zh": ZH},
        timings=Timings(),
        role="return24",
    )
    runtime.link = Silent()

    for tags in (("E1",), ()):
        runtime.post(Seen(tags))
        runtime.step()

    assert runtime.view().parts[0].heading == "02:00 还好了"
    assert journal.last == 1
    journal.close()


class Silent:
    """A service that is out of reach."""

    def ask(self, op: str, then: object, wait_ms: int = 0, **fields: object) -> None:
        pass

    def kick(self) -> None:
        pass

    def report(self, state: object) -> None:
        pass
