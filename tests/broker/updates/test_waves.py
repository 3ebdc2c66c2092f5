"""Waves: one machine first, then a few, then all; and a stop where machines go back."""

from broker.updates.waves import Told, is_bad, plan, reach

NAMES = [f"bc{number:03}" for number in range(200)]


def words(**counts: int) -> list[Told]:
    """Return so many machines of each word, of one wave."""
    return [
        Told(0, "" if word == "silent" else word) for word in counts for _ in range(counts[word])
    ]


def test_waves_are_one_percent_then_ten_then_all() -> None:
    planned = plan(NAMES)

    sizes = [sum(wave == number for wave in planned.values()) for number in range(3)]
    assert sizes == [2, 18, 180]


def test_few_machines_begin_with_one() -> None:
    assert sorted(plan(["bc01", "bc02", "bc03"]).values()) == [0, 2, 2]
    assert plan([]) == {}


def test_the_next_wave_waits_for_the_one_before() -> None:
    first = [Told(0, "trying")]
    later = [Told(2, "")] * 9

    assert reach(first + later) == 0
    assert reach([Told(0, "done")] + later) == 2
    assert reach([]) == 0


def test_some_machines_that_are_away_hold_nobody_up() -> None:
    wave = [Told(0, "done")] * 9 + [Told(0, "")]

    assert reach([*wave, Told(1, "")]) == 1
    assert reach([*wave[1:], Told(1, "")]) == 0


def test_a_first_machine_that_goes_back_stops_it() -> None:
    assert is_bad(words(back=1, silent=99))
    assert is_bad(words(refused=1, done=3))


def test_one_of_many_that_goes_back_does_not() -> None:
    assert not is_bad(words(back=1, done=99))
    assert is_bad(words(back=3, done=97))
    assert not is_bad(words(silent=5, trying=5))
