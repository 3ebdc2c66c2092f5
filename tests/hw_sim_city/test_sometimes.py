"""What never happened in a set of runs is said."""

from hw_sim.city.sometimes import CONDITIONS, Tally


def test_what_was_met_in_one_run_was_met() -> None:
    tally = Tally()

    tally.add({"loan_void": 2})
    tally.add({})

    assert tally.runs == 2
    assert tally.met["a copy back at once never was a loan"] == 1
    assert "a copy back at once never was a loan" not in tally.never
    assert "a copy comes back" in tally.never


def test_no_two_conditions_have_one_name() -> None:
    names = [row.name for row in CONDITIONS]

    assert len(names) == len(set(names))
