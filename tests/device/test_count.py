"""What rounds say: misses, weak tags, neighbours, books in hands."""

from bookcase_fw import count
from bookcase_fw.count import Count, rounds_needed

# Rate per mille, dBm, rounds that this rests on.
GOOD, HIDDEN, POOR = (950, -52, 100), (820, -57, 200), (600, -61, 100)
FEEBLE = (360, -64, 150)


def _count(
    before: dict,
    rounds: list,
    elsewhere: dict | None = None,
    kind: count.Kind = count.FIRST,
    leans: dict | None = None,
) -> Count:
    """Count with the rounds in turn, the last one for ever, as long as more are wanted."""
    counting = Count(before, elsewhere or {}, kind, leans)
    while counting.wants_more():
        counting.add(rounds[min(counting.rounds, len(rounds) - 1)])
    return counting


def test_rounds_that_rule_out_chance():
    for rate, rounds in ((950, 7), (990, 7), (900, 8), (800, 12), (550, 24)):
        assert rounds_needed(rate) == rounds, rate


def test_nothing_changed():
    result = _count({"A": GOOD, "B": GOOD}, [[("A", -52), ("B", -53)]]).result()

    assert (result.taken, result.new, result.unsure) == ([], [], [])
    assert result.rounds == 4 and sorted(result.stable) == ["A", "B"]


def test_a_tag_that_is_gone_is_taken_after_enough_rounds():
    result = _count({"A": GOOD, "B": GOOD}, [[("A", -52)]]).result()

    # More than chance asks for: it may have been put where it is hardly heard.
    assert result.taken == ["B"] and result.rounds == 8 and sorted(result.stable) == ["A"]


def test_a_tag_in_the_shadow_is_taken_after_a_few_more_rounds():
    result = _count({"A": HIDDEN}, [[]]).result()

    assert result.taken == ["A"] and result.rounds == 11


def test_a_tag_missed_a_few_times_is_not_taken():
    for missed in (1, 3, 6):
        rounds = [[]] * missed + [[("A", -52)]]
        assert _count({"A": GOOD}, rounds).result().taken == []


def test_a_tag_that_is_read_badly_is_unsure_rather_than_taken():
    result = _count({"A": POOR}, [[]]).result()

    assert result.taken == [] and result.unsure == ["A"] and "A" in result.stable
    assert result.evidence == [{"tag": "A", "heard": 0, "rounds": 16, "dbm": 0, "door": 0}]


def test_a_rate_that_rests_on_few_rounds_is_not_believed():
    assert _count({"A": (760, -60, 14)}, [[]]).result().unsure == ["A"]


def test_what_was_found_before_the_reader_was_asked_counts_too():
    first = _count({"A": POOR}, [[]]).result()
    assert first.unsure == ["A"]

    again = _count({"A": POOR}, [[]], kind=count.AGAIN, leans=first.leans)

    assert again.result().taken == ["A"] and again.rounds < 12


def test_a_feeble_chip_may_be_hidden_and_is_charged_after_long_silence_only():
    first = _count({"A": FEEBLE}, [[]]).result()
    assert first.unsure == ["A"]

    again = _count({"A": FEEBLE}, [[]] * 60 + [[("A", -72)]], kind=count.AGAIN, leans=first.leans)
    gone = _count({"A": FEEBLE}, [[]], kind=count.AGAIN, leans=first.leans)

    assert again.result().taken == []
    assert gone.result().taken == ["A"] and gone.rounds > 60


def test_a_chip_heard_often_by_luck_is_not_charged_when_it_falls_silent():
    lucky = (579, -58, 29)
    first = _count({"A": lucky}, [[("A", -68)], [], [("A", -69)]] + [[]] * 20).result()
    assert first.unsure == ["A"]

    again = _count({"A": lucky}, [[]] * 11 + [[("A", -70)]], kind=count.AGAIN, leans=first.leans)

    assert again.result().taken == []


def test_a_doubt_without_evidence_is_weighed_from_the_beginning():
    result = _count({"A": GOOD}, [[]], kind=count.SECOND, leans={"A": None}).result()

    assert result.taken == ["A"] and result.rounds == 16


def test_a_tag_put_in_is_new():
    result = _count({"A": GOOD}, [[("A", -52), ("B", -55)]]).result()

    assert result.new == ["B"] and result.stable["B"][1] == -55


def test_a_book_in_hands_is_neither_new_nor_inside():
    rounds = [[("B", -71), ("C", -70)]] + [[]] * 20

    result = _count({"B": GOOD}, rounds).result()

    assert result.taken == ["B"] and result.new == []


def test_a_book_in_hands_that_is_heard_now_and_then_is_neither_new_nor_inside():
    rounds = [[("B", -69), ("C", -70)], [], [], [], [("B", -70), ("C", -69)]] + [[]] * 20

    result = _count({"B": GOOD}, rounds).result()

    assert result.taken == ["B"] and result.new == []


def test_a_book_that_somebody_brings_while_a_door_waits_for_its_count_is_not_inside():
    loudly = [[("A", -62)]] * 4 + [[]] * 20

    assert _count({}, loudly, kind=count.HURRIED).result().new == []
    assert _count({}, [[("A", -62)]], kind=count.HURRIED).result().new == ["A"]


def test_a_book_in_hands_that_is_heard_once_and_loudly_is_not_inside():
    rounds = [[("A", -62)]] + [[]] * 20

    assert _count({"A": (950, -58, 100)}, rounds).result().taken == ["A"]


def test_what_is_heard_long_after_the_door_was_shut_is_charged_to_nobody():
    rounds = [[("A", -70)]] + [[]] * 60

    result = _count({"A": GOOD}, rounds, kind=count.SECOND).result()

    assert result.taken == [] and result.unsure == ["A"]


def test_a_book_moved_into_the_shadow_is_still_inside():
    rounds = [[], [("A", -63)], [], [("A", -64)], [("A", -63)], [("A", -64)]]

    result = _count({"A": GOOD}, rounds).result()

    assert result.taken == [] and result.unsure == []


def test_a_tag_of_the_neighbour_is_told_apart_by_what_was_recorded():
    counting = _count({}, [[("N", -66)]], elsewhere={"N": -52})

    assert not counting.wants_neighbours()
    assert counting.result().new == []


def test_a_book_moved_here_from_the_neighbour_is_new_when_it_is_louder_here():
    counting = _count({}, [[("N", -53)]], elsewhere={"N": -52})
    assert counting.wants_neighbours()

    _neighbour(counting, [[("N", -68)], [], [], []])
    assert counting.result().new == ["N"]


def test_a_book_between_two_antennas_stays_where_it_was():
    counting = _count({}, [[("N", -53)]], elsewhere={"N": -52})
    _neighbour(counting, [[("N", -54)]] * 4)

    assert counting.result().new == []


def test_a_tag_through_the_wall_that_nobody_recorded_is_the_louder_ones():
    counting = _count({}, [[("N", -66)], [("N", -66)], []] * 7)
    assert counting.wants_neighbours()

    _neighbour(counting, [[("N", -52)]] * 4)
    assert counting.result().new == []


def test_a_tag_that_is_heard_loudly_needs_no_neighbours():
    assert not _count({}, [[("A", -52)]]).wants_neighbours()


def test_a_rate_is_learnt_slowly_and_never_believed_beyond_the_limit():
    stable = {"A": GOOD}
    for _count_number in range(10):
        counting = Count(stable, {})
        for number in range(12):
            counting.add([("A", -55)] if number % 3 else [])
        stable = counting.result().stable

    assert 660 < stable["A"][0] < 800 and stable["A"][1] < -53
    assert rounds_needed(_count({"A": GOOD}, [[("A", -52)]]).result().stable["A"][0]) == 7


def test_a_copy_that_is_heard_quite_differently_is_learnt_anew():
    stable = _count({"A": GOOD}, [[("A", -62)]]).result().stable

    assert stable["A"][1] == -62 and stable["A"][2] < 20


def test_what_is_seen_so_far():
    counting = Count({"A": GOOD}, {})
    for _round in range(4):
        counting.add([("B", -50)])

    assert counting.seen_so_far() == (["A"], ["B"])


def _neighbour(counting: Count, rounds: list):
    for heard in rounds:
        counting.add_neighbour(2, heard)
