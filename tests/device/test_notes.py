"""Notes: the old value or the new one, never a mixture, whatever the power does."""

from bookcase_fw.notes import Notes, NotesFull
from hw_sim.flash import TEARS, Flash, PowerCut


def test_the_latest_value_is_kept():
    flash = Flash(6)
    notes = Notes(flash)
    notes.save("boot", 1)
    notes.save("stable.1", ["E1", "E2"])
    notes.save("boot", 2)

    notes = Notes(flash.restarted())

    assert notes.load("boot") == 2 and notes.load("stable.1") == ["E1", "E2"]
    assert notes.load("policy") is None and notes.load("quota", {}) == {}


def test_a_note_may_be_longer_than_a_sector():
    flash = Flash(12)
    notes = Notes(flash)
    policy = {"readers": ["%024d" % n for n in range(400)]}
    notes.save("policy", policy)

    assert Notes(flash.restarted()).load("policy") == policy


def test_a_note_that_is_never_written_again_survives_the_others():
    flash = Flash(6)
    notes = Notes(flash)
    notes.save("policy", "x" * 3000)
    for number in range(2000):
        notes.save("boot", number)
        notes.tend()

    assert Notes(flash.restarted()).load("policy") == "x" * 3000
    assert flash.erases <= 1.1 * flash.programmed_size / 4096


def test_too_much_is_refused_and_the_old_value_stays():
    notes = Notes(Flash(6))
    notes.save("policy", "old")
    try:
        notes.save("policy", "x" * 16000)
        raise AssertionError("taken")
    except NotesFull:
        pass

    assert notes.load("policy") == "old"


def test_a_cut_at_every_operation_leaves_the_old_value_or_the_new():
    for tear in TEARS:
        operation, finished = 1, False
        while not finished:
            finished = _cut_and_look(operation, tear)
            operation += 1
        assert operation > 60


def _cut_and_look(operation: int, tear: str) -> bool:
    flash = Flash(5)
    flash.cut_at, flash.tear, flash.drops_unsynced = operation, tear, True
    saved = {}
    try:
        _live(Notes(flash), saved)
    except PowerCut:
        pass
    notes = Notes(flash.restarted())
    for name, (before, wanted) in saved.items():
        assert notes.load(name) in (before, wanted), (operation, tear, name)
    notes.save("a", "again")
    assert Notes(flash.restarted()).load("a") == "again"
    return not flash.dead


def _live(notes: Notes, saved: dict):
    for number in range(60):
        for name, size in (("a", 10), ("b", 200 if number % 8 else 1500)):
            before = saved[name][1] if name in saved else None
            value = [number, "x" * size]
            saved[name] = (before, value)
            notes.save(name, value)
            saved[name] = (value, value)
        notes.tend()
