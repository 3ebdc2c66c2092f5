"""The table of a 24-hour return: every pair is decided, every effect is carried out."""

from bookcase_fw.returns import Returns
from bookcase_fw.tables import conveyor


def test_every_pair_is_decided_once():
    pairs = [(state, event) for state in conveyor.STATES for event in conveyor.EVENTS]
    for pair in pairs:
        assert (pair in conveyor.TABLE) != (pair in conveyor.IGNORED), pair
    assert len(conveyor.TABLE) + len(conveyor.IGNORED) == len(pairs)


def test_every_next_state_is_a_state_and_every_effect_is_there():
    for state, effects in conveyor.TABLE.values():
        assert state in conveyor.STATES
        for effect in effects:
            assert hasattr(Returns, "_" + effect), effect


def test_what_is_ignored_changes_nothing():
    for state, event in conveyor.IGNORED:
        assert conveyor.step(state, event) == (state, ())


def test_a_book_is_recorded_before_it_is_sorted():
    for _after, effects in conveyor.TABLE.values():
        if "accept" in effects:
            assert effects.index("record") < effects.index("accept")


def test_nothing_comes_in_where_nothing_is_looked_at():
    for (state, event), (after, effects) in conveyor.TABLE.items():
        if after in (conveyor.OUT, conveyor.LOOKING, conveyor.JAMMED, conveyor.FULL):
            assert "unlock" not in effects
            assert after == state or "lock" in effects, (state, event)


def test_a_timer_runs_in_every_state_that_waits_for_the_belt():
    waits = (conveyor.ENTERING, conveyor.SORTING, conveyor.GIVING)
    for (state, event), (after, effects) in conveyor.TABLE.items():
        if after in waits and after != state:
            assert "start_belt_timer" in effects, (state, event)
