"""A copy's life, told as short stories: what was seen, and what the ledger makes of it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.ledger.fold import Life, Observation, life
from broker.ledger.schema import TRANSIT, UNKNOWN
from tests.broker.desk import MINUTE_MS, START_MS, day

CASE1, CASE2, SHELF = 10, 20, 30  # Holders: two compartments and a shelf.
ANN, BEN = 1001, 1002
WITH = {ANN: 101, BEN: 102}  # The holders that stand for the readers.


def seen(
    minute: int, verb: str, place: int = CASE1, who: int | None = None, **more: object
) -> Observation:
    return Observation(
        happened_ms=START_MS + minute * MINUTE_MS,
        device=place,
        number=minute,
        cause=minute,
        verb=verb,
        sure=True,
        place=place,
        account=who,
        taker=WITH.get(who) if who else None,
        due=20261219 if who else 0,
        rule="1: loan any any -> 28 days" if who else "",
        session=f"s{minute}",
        request=None,
        detail="",
    )._replace(**more)  # type: ignore[arg-type]


def told(*observations: Observation) -> Life:
    return life(list(observations), placed=CASE1, loaded_ms=START_MS, day=day)


BORROWED = (seen(1, "took", who=ANN),)
LATE = seen(60_000, "took", who=BEN)

# fmt: off
STORIES = (
    # what was seen; then the holder, the loans, the open cases
    ((), CASE1, [], []),
    ((seen(1, "took", who=ANN),), WITH[ANN], ["open"], []),
    ((seen(1, "took", who=ANN), seen(20, "put", CASE2)), CASE2, ["returned"], []),
    # Back within ten minutes, anywhere: it never was a loan.
    ((seen(1, "took", who=ANN), seen(11, "put")), CASE1, ["void"], []),
    ((seen(1, "took", who=ANN), seen(12, "put")), CASE1, ["returned"], []),
    # Nobody opened the door: charged to nobody.
    ((seen(1, "took"),), UNKNOWN, [], ["taken_unknown"]),
    ((seen(1, "took"), seen(9, "put", CASE2)), CASE2, [], []),
    ((seen(1, "took", detail='{"reader":"x"}'),), UNKNOWN, [], ["unknown_reader"]),
    # Not seen well: a case, no loan; it ends when the copy is seen.
    ((seen(1, "unsure", who=ANN),), CASE1, [], ["unsure"]),
    ((seen(1, "unsure", who=ANN), seen(5, "took", who=BEN)), WITH[BEN], ["open"], []),
    # The second count corrects the first.
    ((seen(1, "took", who=ANN), seen(2, "back", session="s1")), CASE1, ["void"], []),
    ((seen(1, "took", who=ANN), seen(2, "back", session="")), CASE1, ["void"], []),
    ((seen(1, "took"), seen(2, "back", session="s1")), CASE1, [], []),
    ((seen(1, "gone"),), UNKNOWN, [], ["gone"]),
    ((seen(1, "gone"), seen(9, "back")), CASE1, [], []),
    ((seen(1, "took", who=ANN), seen(2, "gone")), WITH[ANN], ["open"], []),
    # Heard through the glass: what came was never inside, and is with whoever had it before.
    ((*BORROWED, seen(30, "put", session="s"), seen(31, "gone", who=BEN, session="s")),
     WITH[ANN], ["open"], []),
    ((seen(30, "put", CASE2, session="s"), seen(31, "gone", CASE2, session="s")),
     UNKNOWN, [], ["gone"]),
    # Somebody else takes what is on loan: the first reader must have brought it back.
    ((seen(1, "took", who=ANN), seen(9, "took", who=BEN)), WITH[BEN], ["inferred", "open"], []),
    # … and that it was overdue is for staff to look at.
    ((seen(1, "took", who=ANN), LATE), WITH[BEN], ["inferred", "open"], ["inferred"]),
    ((seen(1, "took", who=ANN), seen(9, "removed")), TRANSIT, ["inferred"], []),
    # Staff, and the kiosk.
    ((seen(1, "removed"), seen(5, "stocked", CASE2)), CASE2, [], []),
    ((seen(1, "lent", SHELF, ANN),), WITH[ANN], ["open"], []),
    ((seen(1, "lent", SHELF, ANN), seen(30, "returned", SHELF)), SHELF, ["returned"], []),
    # By a clock that cannot be trusted it left a place where it was not.
    ((seen(1, "took", CASE2, ANN, sure=False),), WITH[ANN], ["open"], ["order"]),
)
# fmt: on


@pytest.mark.parametrize(("story", "holder", "loans", "cases"), STORIES)
def test_what_was_seen_becomes_custody_loans_and_cases(
    story: tuple[Observation, ...], holder: int, loans: list[str], cases: list[str]
) -> None:
    found = told(*story)

    assert found.holder == holder
    assert [loan.state for loan in found.loans] == loans
    assert [case.kind for case in found.cases if case.closed_ms is None] == cases


def test_movements_join_end_to_start() -> None:
    for story, *_rest in STORIES:
        steps = told(*story).movements

        assert steps[0][:3] == (UNKNOWN, CASE1, "load")
        for before, after in itertools.pairwise(steps):
            assert before.target == after.source


def test_a_correction_names_what_it_corrects() -> None:
    steps = told(seen(1, "took", who=ANN), seen(2, "back", session="s1")).movements

    assert [(step.kind, step.reverses) for step in steps] == [
        ("load", None),
        ("take", None),
        ("back", 1),
    ]


def test_the_day_that_was_shown_stands() -> None:
    (loan,) = told(seen(1, "took", who=ANN, due=20270101)).loans

    assert loan.due == 20270101


VERBS = ("took", "put", "unsure", "back", "gone", "lent", "returned", "stocked", "removed")
ANY_STORY = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.sampled_from(VERBS),
        st.sampled_from((CASE1, CASE2)),
        st.sampled_from((None, ANN, BEN)),
    ),
    max_size=8,
    unique_by=lambda row: row[0],
).map(lambda rows: [seen(*row) for row in rows])


@given(ANY_STORY)
def test_no_life_breaks_what_the_ledger_promises(story: list[Observation]) -> None:
    found = told(*story)

    open_loans = [loan for loan in found.loans if loan.state == "open"]
    assert len(open_loans) <= 1
    assert bool(open_loans) == (found.holder in WITH.values())
    assert all(step.source != step.target for step in found.movements)
    assert all(loan.in_ms is None or loan.in_ms >= loan.out_ms for loan in found.loans)


@given(ANY_STORY, st.randoms())
def test_the_order_of_arrival_changes_nothing(story: list[Observation], dice: object) -> None:
    shuffled = story.copy()
    dice.shuffle(shuffled)  # type: ignore[attr-defined]

    assert repr(told(*shuffled)) == repr(told(*story))
