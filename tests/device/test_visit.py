"""The visit table: every pair is decided, every effect is carried out."""

from bookcase_fw.tables import visit


def test_every_pair_is_decided_once():
    pairs = [(state, event) for state in visit.STATES for event in visit.EVENTS]
    for pair in pairs:
        assert (pair in visit.TABLE) != (pair in visit.IGNORED), pair
    assert len(visit.TABLE) + len(visit.IGNORED) == len(pairs)


def test_every_next_state_is_a_state():
    for state, _effects in visit.TABLE.values():
        assert state in visit.STATES


def test_what_is_ignored_changes_nothing():
    for state, event in visit.IGNORED:
        assert visit.step(state, event) == (state, ())
