"""What a compartment is known to hold: doubts, second counts, idle counts."""

from bookcase_fw import count
from bookcase_fw.contents import Contents
from bookcase_fw.count import Result

GOOD, POOR = (950, -52, 100), (600, -61, 100)


def _counted(contents: Contents, kind: count.Kind, heard: list) -> Result:
    counting = contents.begin_count(kind, {})
    while counting.wants_more():
        counting.add(heard)
    return counting.result()


def _doubtful() -> Contents:
    """Return contents after a session whose count was not sure of B."""
    contents = Contents({"A": GOOD, "B": POOR})
    contents.record(_counted(contents, count.FIRST, [("A", -52)]))
    assert list(contents.doubts) == ["B"]
    return contents


def test_a_doubt_that_the_second_count_does_not_hear_is_gone():
    contents = _doubtful()

    result = _counted(contents, count.SECOND, [("A", -52)])
    assert contents.news(result) == ([], ["B"], [])
    contents.settle(result)

    assert list(contents.stable or {}) == ["A"] and contents.doubts == {}


def test_a_doubt_that_the_second_count_hears_is_back():
    contents = _doubtful()

    result = _counted(contents, count.SECOND, [("A", -52), ("B", -61)])
    assert contents.news(result) == (["B"], [], [])
    contents.settle(result)

    assert sorted(contents.stable or {}) == ["A", "B"] and contents.doubts == {}


def test_nobody_else_is_asked_for_a_doubt_or_charged_with_it():
    contents = _doubtful()
    contents.opened()

    result = _counted(contents, count.FIRST, [("A", -52)])

    assert result.taken == [] and result.unsure == []


def test_what_a_second_count_is_not_sure_of_is_unseen_and_leaves_the_set():
    contents = Contents({"A": GOOD, "B": (200, -66, 200)})

    result = _counted(contents, count.HURRIED, [("A", -52)])
    assert contents.news(result) == ([], [], ["B"])
    contents.settle(result)

    assert list(contents.stable or {}) == ["A"]


def test_a_tag_found_in_another_compartment_is_forgotten():
    contents = _doubtful()

    assert contents.forget(["B", "C"]) and not contents.forget(["C"])

    assert list(contents.stable or {}) == ["A"] and contents.doubts == {}


def test_an_idle_count_learns_and_notices_what_vanishes():
    contents = Contents({"A": GOOD, "B": GOOD})

    assert not contents.learn(_counted(contents, count.IDLE, [("A", -52), ("B", -52)]))
    assert contents.learn(_counted(contents, count.IDLE, [("A", -52)]))

    # The count that is wanted then says it, not this one.
    assert sorted(contents.stable or {}) == ["A", "B"]


def test_a_feeble_stranger_that_idle_counts_hear_again_and_again_wants_a_better_count():
    contents = Contents({"A": GOOD})
    rounds = [[("A", -52)] + [("X", -64)] * (number % 3 == 0) for number in range(60)]
    wanted = []

    for _minute in range(20):
        counting = contents.begin_count(count.IDLE, {})
        while counting.wants_more():
            counting.add(rounds[counting.rounds])
        wanted.append(contents.learn(counting.result()))

    assert not wanted[0] and any(wanted)


def test_a_stranger_in_hands_before_the_glass_wants_no_better_count():
    contents = Contents({"A": GOOD})
    rounds = [[("A", -52)] + [("X", -71)] * (number == 3) for number in range(60)]

    for _minute in range(20):
        counting = contents.begin_count(count.IDLE, {})
        while counting.wants_more():
            counting.add(rounds[counting.rounds])
        assert not contents.learn(counting.result())


def test_a_record_found_after_a_power_cut_changes_the_set():
    contents = Contents({"A": GOOD, "B": POOR, "C": GOOD})

    contents.apply(["A"], ["D"], ["B"])

    assert sorted(contents.stable or {}) == ["B", "C", "D"] and list(contents.doubts) == ["B"]


def test_a_note_of_an_older_firmware_is_understood():
    assert Contents({"A": [95, -52]}).stable == {"A": (950, -52, count.START_ROUNDS)}
