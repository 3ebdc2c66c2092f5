"""The update as a table: complete, and nothing but a proof confirms."""

from bookcase_fw.tables import update


def test_every_pair_is_decided_once():
    pairs = [(state, event) for state in update.STATES for event in update.EVENTS]
    for pair in pairs:
        assert (pair in update.TABLE) != (pair in update.IGNORED), pair
    assert len(update.TABLE) + len(update.IGNORED) == len(pairs)


def test_only_a_proof_confirms_and_only_an_idle_machine_restarts():
    for (state, event), (_after, effects) in update.TABLE.items():
        assert ("confirm" in effects) == ((state, event) == (update.TRYING, "proved"))
        assert ("mark" in effects) == ((state, event) == (update.READY, "idle"))


def test_what_is_under_way_is_stopped_before_anything_else_is_begun():
    busy = (update.FETCHING, update.PAUSING, update.READY)
    for (state, event), (_after, effects) in update.TABLE.items():
        if state in busy and event in ("wanted", "withdrawn"):
            assert effects[0] == "stop", (state, event)
