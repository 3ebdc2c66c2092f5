"""What rounds say: misses, weak tags, neighbours, books in hands."""

from bookcase_fw.count import ROUNDS_MAX, Count, rounds_needed

GOOD, POOR = (95, -52), (60, -61)


def _count(before: dict, rounds: list, elsewhere: dict | None = None) -> Count:
    """Count with the rounds in turn, the last one for ever, as long as more are wanted."""
    count = Count(before, elsewhere or {})
    while count.wants_more():
        count.add(rounds[min(count.rounds, len(rounds) - 1)])
    return count


def test_rounds_that_rule_out_chance():
    for rate, rounds in ((95, 7), (99, 7), (90, 9), (80, 13), (55, 27)):
        assert rounds_needed(rate) == rounds, rate


def test_nothing_changed():
    result = _count({"A": GOOD, "B": GOOD}, [[("A", -52), ("B", -53)]]).result()

    assert (result.taken, result.new, result.unsure) == ([], [], [])
    assert result.rounds == 4 and sorted(result.stable) == ["A", "B"]


def test_a_tag_that_is_gone_is_taken_after_enough_rounds():
    result = _count({"A": GOOD, "B": GOOD}, [[("A", -52)]]).result()

    assert result.taken == ["B"] and result.rounds == 7 and sorted(result.stable) == ["A"]


def test_a_tag_missed_a_few_times_is_not_taken():
    for missed in (1, 3, 6):
        rounds = [[]] * missed + [[("A", -52)]]
        assert _count({"A": GOOD}, rounds).result().taken == []


def test_a_tag_that_is_read_badly_is_unsure_rather_than_taken():
    result = _count({"A": POOR}, [[]]).result()

    assert result.taken == [] and result.unsure == ["A"] and "A" in result.stable
    assert result.evidence == [{"tag": "A", "heard": 0, "rounds": 12, "dbm": 0, "door": 0}]


def test_what_was_found_before_the_reader_was_asked_counts_too():
    first = _count({"A": POOR}, [[]]).result()
    assert first.unsure == ["A"]

    count = Count({"A": POOR}, {}, first.leans)
    while count.wants_more():
        count.add([])

    assert count.result().taken == ["A"] and count.rounds < ROUNDS_MAX


def test_a_tag_put_in_is_new():
    result = _count({"A": GOOD}, [[("A", -52), ("B", -55)]]).result()

    assert result.new == ["B"] and result.stable["B"] == (95, -55)


def test_a_book_in_hands_is_neither_new_nor_inside():
    rounds = [[("B", -71), ("C", -70)]] + [[]] * 20

    result = _count({"B": GOOD}, rounds).result()

    assert result.taken == ["B"] and result.new == [] and result.rounds < ROUNDS_MAX


def test_a_book_in_hands_that_is_heard_once_and_loudly_is_not_inside():
    rounds = [[("A", -62)]] + [[]] * 20

    assert _count({"A": (95, -58)}, rounds).result().taken == ["A"]


def test_a_book_moved_into_the_shadow_is_still_inside():
    rounds = [[], [("A", -63)], [], [("A", -64)], [("A", -63)], [("A", -64)]]

    result = _count({"A": GOOD}, rounds).result()

    assert result.taken == [] and result.unsure == []


def test_a_tag_of_the_neighbour_is_told_apart_by_what_was_recorded():
    count = _count({}, [[("N", -66)]], elsewhere={"N": -52})

    assert not count.wants_neighbours()
    assert count.result().new == []


def test_a_book_moved_here_from_the_neighbour_is_new_when_it_is_louder_here():
    count = _count({}, [[("N", -53)]], elsewhere={"N": -52})
    assert count.wants_neighbours()

    count.add_neighbour(2, [("N", -68)])
    assert count.result().new == ["N"]


def test_a_book_between_two_antennas_stays_where_it_was():
    count = _count({}, [[("N", -53)]], elsewhere={"N": -52})
    count.add_neighbour(2, [("N", -54)])

    assert count.result().new == []


def test_a_tag_through_the_wall_that_nobody_recorded_is_the_louder_ones():
    count = _count({}, [[("N", -66)]])
    assert count.wants_neighbours()

    count.add_neighbour(2, [("N", -52)])
    assert count.result().new == []


def test_a_tag_that_is_heard_loudly_needs_no_neighbours():
    assert not _count({}, [[("A", -52)]]).wants_neighbours()


def test_a_rate_is_learnt_slowly_and_never_believed_beyond_the_limit():
    stable = {"A": (95, -52)}
    for _count_number in range(10):
        count = Count(stable, {})
        for number in range(12):
            count.add([("A", -60)] if number % 3 else [])
        stable = count.result().stable

    assert stable["A"][0] < 75 and stable["A"][1] < -56
    assert _count({"A": (95, -52)}, [[("A", -52)]]).result().stable["A"][0] == 95


def test_what_is_seen_so_far():
    count = Count({"A": GOOD}, {})
    count.add([("B", -50)])

    assert count.seen_so_far() == (["A"], ["B"])
