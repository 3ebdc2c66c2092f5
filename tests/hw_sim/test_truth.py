"""The world: what hands can do, what they cannot, and that no copy is ever at two places."""

import random
from collections.abc import Callable

import pytest

from hw_sim.world.places import Compartment, Copy, Hands, Shelf, Tray
from hw_sim.world.truth import HandError, Taking, World
from tests.hw_sim.small import ANN, BEN, SHELVED, barcode, borrow, small_world, tag

ONE, TWO = Compartment("bc01", 1), Compartment("bc01", 2)


def test_a_taken_book_is_in_the_hands_of_the_reader_who_asked_for_the_door() -> None:
    world = small_world()
    world.come("bc01", ANN)
    world.open_door("bc01", 1)

    world.take("bc01", 1, barcode(1))

    assert world.where(barcode(1)) == Hands(ANN)
    assert world.takings[barcode(1)] == Taking(ONE, opener=ANN)
    assert [copy.barcode for copy in world.at(ONE)] == [barcode(2)]


def test_a_book_from_a_forced_door_is_in_a_strangers_hands_whoever_was_there_before() -> None:
    world = small_world()
    world.come("bc01", ANN)
    world.open_door("bc01", 1, forced=True)

    world.take("bc01", 1, barcode(1))

    assert world.where(barcode(1)) == Hands("")
    assert world.takings[barcode(1)].forced


def test_a_door_that_springs_open_remembers_for_whom_it_was_opened() -> None:
    world = small_world()
    world.come("bc01", ANN)
    world.open_door("bc01", 1)
    world.shut_door("bc01", 1)
    world.spring_open("bc01", 1)

    world.take("bc01", 1, barcode(1))

    assert world.takings[barcode(1)] == Taking(ONE, opener=ANN, sprung=True)


def test_books_go_with_their_reader_from_machine_to_machine() -> None:
    world = small_world()
    borrow(world, ANN, 1)
    assert world.in_hands_near("bc01") == []

    world.come("bc02", ANN)
    assert [copy.barcode for copy in world.in_hands_near("bc02")] == [barcode(1)]

    world.come("bc01", ANN)
    assert world.in_hands_near("bc02") == []
    assert world.visitors == {"bc01": ANN}


def test_a_book_goes_round_the_whole_library() -> None:
    world = small_world()
    world.pick(SHELVED, ANN)
    world.lay("kx01", SHELVED)
    assert world.where(SHELVED) == Tray("kx01")

    world.lift("kx01", SHELVED, ANN)
    world.open_door("bc01", 1)
    world.put("bc01", 1, SHELVED)
    world.open_door("bc01", 2)
    world.shift("bc01", 1, 2, SHELVED)
    assert world.where(SHELVED) == TWO

    world.take("bc01", 2, SHELVED, BEN)
    world.shelve(SHELVED, "lib02")
    assert world.where(SHELVED) == Shelf("lib02")
    assert world.held[SHELVED] == {ANN, BEN}
    assert world.moves[SHELVED] == 7
    assert len(world.story(SHELVED)) == 7


IMPOSSIBLE: tuple[tuple[Callable[[World], object], str], ...] = (
    (lambda w: w.take("bc01", 2, barcode(3)), "bc01/2 is shut"),
    (lambda w: w.take("bc01", 1, barcode(3)), "not in bc01/1 but in bc01/2"),
    (lambda w: w.take("bc01", 9, barcode(3)), "no door bc01/9"),
    (lambda w: w.take("bc01", 1, "MH99999999"), "no copy MH99999999"),
    (lambda w: w.put("bc01", 1, barcode(3)), "in nobody's hands but in bc01/2"),
    (lambda w: w.put("bc01", 2, SHELVED), "bc01/2 is shut"),
    (lambda w: w.shift("bc01", 1, 2, barcode(1)), "bc01/2 is shut"),
    (lambda w: w.lay("kx01", barcode(1)), "in nobody's hands but in bc01/1"),
    (lambda w: w.lay("bc01", barcode(7)), "no place the tray of bc01"),
    (lambda w: w.lift("kx01", barcode(1)), "not in the tray of kx01 but in bc01/1"),
    (lambda w: w.pick(barcode(1)), "not on a shelf but in bc01/1"),
    (lambda w: w.shelve(barcode(1), "lib01"), "in nobody's hands"),
    (lambda w: w.open_door("bc01", 1), "stands open already"),
    (lambda w: w.shut_door("bc01", 2), "is shut already"),
    (lambda w: w.spring_open("bc01", 1), "stands open already"),
    (lambda w: w.put_foreign("bc01", 2), "bc01/2 is shut"),
    (lambda w: w.add_copy(Copy(barcode(1), tag(1), "again"), ONE), "exists already"),
)


@pytest.mark.parametrize(("act", "sentence"), IMPOSSIBLE)
def test_impossible_hands_say_why(act: Callable[[World], object], sentence: str) -> None:
    world = small_world()
    world.open_door("bc01", 1)
    world.pick(barcode(7), ANN)
    before = dict(world.places)

    with pytest.raises(HandError, match=sentence):
        act(world)

    assert world.places == before


def test_a_full_compartment_takes_no_more() -> None:
    world = small_world()
    world.open_door("bc01", 1)
    for _ in range(2):
        world.put_foreign("bc01", 1)

    with pytest.raises(HandError, match="bc01/1 is full: 4 copies"):
        world.put_foreign("bc01", 1)

    assert sum(copy.foreign for copy in world.copies.values()) == 2


def test_two_tags_with_one_number_are_two_books() -> None:
    world = small_world()
    world.open_door("bc01", 2)

    twin = world.put_foreign("bc01", 2, tag(1))

    assert twin.tag == world.copies[barcode(1)].tag
    assert world.where(twin.barcode) == TWO
    assert world.where(barcode(1)) == ONE


def test_whoever_listens_hears_what_happens_in_its_order() -> None:
    world = small_world()
    heard: list[str] = []
    world.on_happening = lambda happening: heard.append(happening.text)

    borrow(world, ANN, 1)

    assert heard == [
        f"door bc01/1 was opened by {ANN}",
        f"{ANN} took it from bc01/1",
        "door bc01/1 was shut",
    ]


def test_no_copy_is_ever_at_two_places_or_at_none() -> None:
    world, dice = small_world(), random.Random(7)
    for device in ("bc01", "bc02"):
        world.open_door(device, 1)
    acts: tuple[Callable[[str, str], object], ...] = (
        lambda device, code: world.take(device, 1, code, ANN),
        lambda device, code: world.put(device, 1, code),
        lambda device, code: world.pick(code, ANN),
        lambda device, code: world.lay("kx01", code),
        lambda device, code: world.lift("kx01", code, BEN),
        lambda device, code: world.shelve(code, "lib01"),
    )
    done = 0

    for _ in range(3000):
        try:
            dice.choice(acts)(dice.choice(("bc01", "bc02")), dice.choice(sorted(world.copies)))
            done += 1
        except HandError:
            pass

        everywhere = [
            copy.barcode for place in set(world.places.values()) for copy in world.at(place)
        ]
        assert sorted(everywhere) == sorted(world.copies)
        assert set(world.takings) == {
            code for code, place in world.places.items() if isinstance(place, Hands)
        }
    assert done > 300
