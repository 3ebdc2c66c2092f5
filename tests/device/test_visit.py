"""The tables of a visit and of staff: every pair is decided, every effect is carried out."""

from bookcase_fw.staffmode import StaffMode
from bookcase_fw.tables import staff, visit
from bookcase_fw.visits import Visit

TABLES = ((visit, Visit), (staff, StaffMode))


def test_every_pair_is_decided_once():
    for table, _machine in TABLES:
        pairs = [(state, event) for state in table.STATES for event in table.EVENTS]
        for pair in pairs:
            assert (pair in table.TABLE) != (pair in table.IGNORED), pair
        assert len(table.TABLE) + len(table.IGNORED) == len(pairs)


def test_every_next_state_is_a_state_and_every_effect_is_carried_out():
    for table, machine in TABLES:
        for state, effects in table.TABLE.values():
            assert state in table.STATES
            for effect in effects:
                assert hasattr(machine, "_" + effect), effect


def test_what_is_ignored_changes_nothing():
    for table, _machine in TABLES:
        for state, event in table.IGNORED:
            assert table.step(state, event) == (state, ())
