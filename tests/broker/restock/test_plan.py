"""A bookcase gets what its readers borrow, and keeps room for what they bring back."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from broker.ledger import database
from broker.library import load
from broker.restock import asked, plan
from broker.restock.near import Spot, km, nearest
from broker.restock.plan import Candidate, Case, picked, wanted
from hw_sim.sample import make

NOVELS, TALES, MAPS = ("adult", "I"), ("juvenile", "I"), ("adult", "K")


def case(
    *, capacity: int = 40, inside: dict[plan.Kind, int] | None = None,
    loans: dict[plan.Kind, int] | None = None, returns: int = 0,
) -> Case:  # fmt: skip
    return Case("bc01", capacity, inside or {}, loans or {}, returns)


def test_what_is_borrowed_much_is_wanted_much() -> None:
    found = wanted(case(loans={TALES: 29, NOVELS: 5}), [NOVELS, TALES])

    assert found.keep_free == 4
    assert found.room == 36
    assert found.kinds == {TALES: 30, NOVELS: 6}


def test_what_is_there_is_not_brought_again() -> None:
    found = wanted(case(inside={NOVELS: 18}, loans={NOVELS: 9, TALES: 9}), [NOVELS, TALES])

    assert found.kinds == {TALES: 18}


def test_places_are_kept_for_what_readers_bring_back() -> None:
    assert wanted(case(returns=84), [NOVELS]).keep_free == 9
    assert wanted(case(returns=9999), [NOVELS]).kinds == {}


def test_a_bookcase_that_is_too_full_is_to_be_emptied() -> None:
    found = wanted(case(inside={NOVELS: 40}), [NOVELS, TALES])

    assert found.room == -4
    assert found.kinds == {}


KINDS = st.sampled_from((NOVELS, TALES, MAPS))
COUNTS = st.dictionaries(KINDS, st.integers(0, 30))


@given(st.integers(1, 80), COUNTS, COUNTS, st.integers(0, 300), st.lists(KINDS, unique=True))
def test_a_plan_never_brings_more_than_there_is_room_for(
    capacity: int,
    inside: dict[plan.Kind, int],
    loans: dict[plan.Kind, int],
    returns: int,
    kinds: list[plan.Kind],
) -> None:
    found = wanted(Case("bc01", capacity, inside, loans, returns), kinds)

    brought = sum(found.kinds.values())
    assert 0 <= brought <= max(0, found.room)
    assert brought + sum(inside.values()) + found.keep_free <= max(
        capacity, sum(inside.values()) + found.keep_free
    )
    assert all(count > 0 and kind in kinds for kind, count in found.kinds.items())


def test_liked_titles_come_first_and_none_twice() -> None:
    wants = wanted(case(capacity=4, loans={NOVELS: 5}), [NOVELS])
    shelf = [
        Candidate(1, "a", NOVELS, 1),
        Candidate(2, "b", NOVELS, 9),
        Candidate(3, "b", NOVELS, 9),
        Candidate(4, "c", NOVELS, 5),
        Candidate(5, "d", TALES, 99),
    ]
    taken = {4}

    assert [chosen.copy for chosen in picked(wants, shelf, {"x"}, taken)] == [2, 1]
    assert taken == {1, 2, 4}


def test_rounds_bring_books_to_bookcases_only(tmp_path: Path) -> None:
    """The sample district has small doors, a glass door, a locker, a return and kiosks."""
    db = database.open_writer(tmp_path)
    load.load(db, make.DATA, district_key=bytes(32), now_ms=0, progress=lambda *_far: None)

    found = [wish.place.device for wish in asked.wishes(db.execute, "lib01", 0)]
    db.close()

    assert sorted(found) == [*(f"bc{number:02}" for number in range(1, 21)), "gc01"]


def test_a_full_bookcase_names_the_nearest_with_room() -> None:
    here = Spot("bc01", 31.11, 121.38, 0)
    near, full, far = (
        Spot("bc02", 31.12, 121.38, 3),
        Spot("bc03", 31.111, 121.38, 0),
        Spot("bc04", 31.2, 121.4, 9),
    )

    assert nearest(here, [here, far, full, near]) == near
    assert nearest(here, [here, full]) is None
    assert round(km(here, near), 1) == 1.1
