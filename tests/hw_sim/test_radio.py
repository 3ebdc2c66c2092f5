"""The radio: how often and how strongly tags are heard, with a fixed seed; what faults do to it."""

from collections import Counter
from pathlib import Path
from statistics import mean

import pytest

from hw_sim.world import radio
from hw_sim.world.places import Compartment, Copy, Hands
from hw_sim.world.radio import Radio
from hw_sim.world.truth import World
from tests.hw_sim.small import ANN, barcode, small_world, tag

NUMBERS = radio.load()
ROUNDS = 2000


def many_copies(count: int, place: Compartment) -> World:
    """Return a world with one huge bookcase of three doors, and copies behind one of them."""
    world = World(lambda: 0)
    world.add_bookcase("bc01", doors=3, capacity=count)
    for number in range(count):
        world.add_copy(Copy(barcode(number), tag(number), "a title"), place)
    return world


def heard(air: Radio, door: int, rounds: int) -> Counter[str]:
    return Counter(tag for _ in range(rounds) for tag, _dbm in air.hear("bc01", door))


def test_a_healthy_tag_is_missed_in_one_round_of_twenty() -> None:
    counts = heard(Radio(small_world(), NUMBERS, seed=1), door=1, rounds=ROUNDS)

    assert counts[tag(1)] / ROUNDS == pytest.approx(0.95, abs=0.015)
    assert counts[tag(2)] / ROUNDS == pytest.approx(0.95, abs=0.015)


def test_misses_of_two_rounds_are_independent() -> None:
    air = Radio(small_world(), NUMBERS, seed=1)
    missed = [tag(1) not in dict(air.hear("bc01", 1)) for _ in range(20 * ROUNDS)]

    twice = sum(one and other for one, other in zip(missed, missed[1:], strict=False))

    assert twice / len(missed) == pytest.approx(0.05 * 0.05, rel=0.25)


def test_some_placings_are_shadowed_and_some_copies_weak() -> None:
    count, rounds = 500, 400
    air = Radio(many_copies(count, Compartment("bc01", 2)), NUMBERS, seed=1)

    counts = heard(air, door=2, rounds=rounds)

    rates = [counts[tag(number)] / rounds for number in range(count)]
    assert sum(0.75 < rate < 0.89 for rate in rates) / count == pytest.approx(0.04, abs=0.02)
    assert sum(0.2 < rate < 0.5 for rate in rates) / count == pytest.approx(0.003, abs=0.005)
    assert min(rates) > 0.2


@pytest.mark.parametrize(
    ("way", "loss_db"), [("shadowed", 2.2), ("wall", 7.0), ("gap", 6.0), ("glass", 9.5)]
)
def test_rates_and_strengths_follow_from_the_loss_on_the_way(way: str, loss_db: float) -> None:
    ways = NUMBERS.ways

    rate = radio.with_loss(ways["inside"].rate, loss_db, NUMBERS.fading_db)

    assert ways[way].rate == pytest.approx(rate, abs=0.005)
    assert ways[way].dbm == pytest.approx(ways["inside"].dbm - 2 * loss_db, abs=0.5)


def test_a_placing_is_drawn_anew_when_the_copy_is_put_down() -> None:
    world = small_world()
    air = Radio(world, NUMBERS, seed=1)
    strengths = set()

    for _ in range(10):
        world.nudge(barcode(1))
        strengths.add(round(mean(dict(air.hear("bc01", 1)).get(tag(1), -80) for _ in range(20))))

    assert len(strengths) > 4


def test_the_neighbours_antenna_hears_few_tags_rarely_and_weakly() -> None:
    count = 2000
    air = Radio(many_copies(count, Compartment("bc01", 1)), NUMBERS, seed=1)
    own = [dbm for _ in range(5) for _tag, dbm in air.hear("bc01", 1)]
    through = [one for _ in range(40) for one in air.hear("bc01", 2)]

    assert len({tag for tag, _dbm in through}) / count == pytest.approx(0.10, abs=0.02)
    assert len(through) / (40 * count) == pytest.approx(0.10 * 0.25, abs=0.005)
    assert mean(own) - mean(dbm for _tag, dbm in through) > 10
    assert air.hear("bc01", 3) == []


def test_a_book_in_hands_is_heard_through_an_open_door_more_than_through_glass() -> None:
    world = small_world()
    air = Radio(world, NUMBERS, seed=1)
    world.come("bc01", ANN)
    world.open_door("bc01", 1)
    world.take("bc01", 1, barcode(1))

    through_gap = heard(air, door=1, rounds=ROUNDS)[tag(1)]
    world.shut_door("bc01", 1)
    through_glass = heard(air, door=1, rounds=ROUNDS)[tag(1)]
    world.go("bc01")

    assert through_gap / ROUNDS == pytest.approx(0.36, abs=0.05)
    assert through_glass / ROUNDS == pytest.approx(0.06, abs=0.03)
    assert heard(air, door=1, rounds=ROUNDS)[tag(1)] == 0


def test_a_tray_hears_well_and_a_little_of_what_is_beside_it() -> None:
    world = small_world()
    air = Radio(world, NUMBERS, seed=1)
    for number in (7, 8):
        world.pick(barcode(number), ANN)
    world.come("kx01", ANN)
    world.lay("kx01", barcode(7))

    counts = Counter(tag for _ in range(ROUNDS) for tag, _dbm in air.hear_tray("kx01"))

    assert counts[tag(7)] / ROUNDS == pytest.approx(0.97, abs=0.015)
    assert counts[tag(8)] / ROUNDS == pytest.approx(0.03, abs=0.015)
    assert world.where(barcode(8)) == Hands(ANN)


def test_a_dead_chip_is_never_heard_again() -> None:
    world = small_world()
    air = Radio(world, NUMBERS, seed=1)
    assert heard(air, door=1, rounds=20)[tag(1)] > 0

    world.kill(barcode(1))

    assert heard(air, door=1, rounds=ROUNDS)[tag(1)] == 0


def test_a_missed_copy_is_silent_for_just_so_many_rounds() -> None:
    air = Radio(small_world(), NUMBERS, seed=1)
    air.missing[barcode(1)] = 3

    rounds = [tag(1) in dict(air.hear("bc01", 1)) for _ in range(30)]

    assert rounds[:3] == [False] * 3
    assert sum(rounds[3:]) > 20
    assert air.fired == {"miss": 3}


def test_two_chips_with_one_number_are_heard_twice() -> None:
    world = small_world()
    world.open_door("bc01", 1)
    world.put_foreign("bc01", 1, tag(1))
    air = Radio(world, NUMBERS, seed=1)

    most = max([tag for tag, _dbm in air.hear("bc01", 1)].count(tag(1)) for _ in range(10))

    assert most == 2


def test_the_same_seed_hears_the_same_and_another_does_not() -> None:
    first, same, other = (
        [Radio(small_world(), NUMBERS, seed).hear("bc01", 1) for _ in range(5)]
        for seed in (1, 1, 2)
    )

    assert first == same
    assert first != other


def test_what_happens_at_another_machine_changes_nothing_here() -> None:
    quiet, busy = small_world(), small_world()
    busy.open_door("bc02", 1)
    busy.take("bc02", 1, barcode(5))
    busy_air = Radio(busy, NUMBERS, seed=1)
    heard(busy_air, door=2, rounds=3)
    quiet_air = Radio(quiet, NUMBERS, seed=1)

    here = [[air.hear("bc01", 1) for _ in range(20)] for air in (quiet_air, busy_air)]

    assert here[0] == here[1]


def test_strengths_are_those_of_a_reader() -> None:
    air = Radio(many_copies(500, Compartment("bc01", 1)), NUMBERS, seed=1)

    strengths = [dbm for door in (1, 2) for _ in range(20) for _tag, dbm in air.hear("bc01", door)]

    assert min(strengths) >= -80
    assert max(strengths) <= -30


def test_a_word_that_the_model_does_not_know_is_refused(tmp_path: Path) -> None:
    text = radio.FILE.read_text(encoding="utf-8")
    wrong = tmp_path / "radio.toml"
    wrong.write_text(text.replace("[glass]", "[glass]\nluck = 1"), encoding="utf-8")

    with pytest.raises(TypeError, match="luck"):
        radio.load(wrong)
