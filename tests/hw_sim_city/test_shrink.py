"""A failing run becomes a short story: whatever does not matter is left out."""

from hw_sim.city.run import Order, Outcome
from hw_sim.city.shrink import as_test, shrunk
from hw_sim.city.story import Act
from hw_sim.oracle import Finding, Report

ACTS = [Act(f"visit 0 {number}", "somebody comes") for number in range(40)]
GUILTY = {"visit 0 3", "visit 0 17", "visit 0 31"}


def play(order: Order) -> Outcome:
    """Play a run that breaks R1 when three acts come together, and Q3 always."""
    acts = [act for act in ACTS if order.only is None or act.name in order.only]
    names = {act.name for act in acts}
    broken = [Finding("R1", "MH00000001", "is charged")] if names >= GUILTY else []
    report = Report([Finding("Q3", "", "is not online"), *broken], [], {})
    return Outcome(order, report, [], [], {}, acts, "", 0.0)


def test_only_the_guilty_acts_stay() -> None:
    failing = play(Order(seed=1))
    failing = failing._replace(
        report=failing.report._replace(violations=failing.report.violations[1:])
    )

    short = shrunk(failing, play=play)

    assert {act.name for act in short.acts} == GUILTY


def test_a_story_is_printed_as_a_test_that_runs() -> None:
    text = as_test(play(Order(seed=1, only=tuple(GUILTY))))

    compile(text, "test_story.py", "exec")
    assert '"visit 0 17",  # somebody comes' in text
    assert "# R1 MH00000001 is charged" in text
