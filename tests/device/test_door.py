"""The door table: every pair is decided, every effect is carried out."""

from bookcase_fw.tables import door


def test_every_pair_is_decided_once():
    pairs = [(state, event) for state in door.STATES for event in door.EVENTS]
    for pair in pairs:
        assert (pair in door.TABLE) != (pair in door.IGNORED), pair
    assert len(door.TABLE) + len(door.IGNORED) == len(pairs)


def test_every_next_state_is_a_state():
    for state, _effects in door.TABLE.values():
        assert state in door.STATES


def test_what_is_ignored_changes_nothing():
    for state, event in door.IGNORED:
        assert door.step(state, event) == (state, ())


def test_a_timer_runs_in_every_state_that_waits_for_one():
    starts = {"start_opening_timer", "start_left_open_timer", "start_rebound_timer"}
    starts |= {"start_second_timer", "start_retry_timer"}
    waits = {state for state, event in door.TABLE if event == "timeout"}
    for (state, event), (after, effects) in door.TABLE.items():
        if after in waits and (after != state or event == "timeout"):
            assert starts & set(effects), (state, event)


def test_the_intent_is_noted_before_the_lock_is_released():
    for _after, effects in door.TABLE.values():
        if "release" in effects and "begin" in effects:
            assert effects.index("begin") < effects.index("release")


def test_a_session_is_recorded_before_it_is_told():
    for _after, effects in door.TABLE.values():
        if "tell_done" in effects:
            assert effects.index("end_shut") < effects.index("tell_done")
