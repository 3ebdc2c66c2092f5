"""The command of the city: one run, or many; a line of progress, a JSON line for each run."""

import logging
import sys
from typing import Annotated

import structlog
import typer

from hw_sim.city.run import Order, Outcome, run
from hw_sim.city.shrink import as_test, shrunk
from hw_sim.city.sometimes import Tally
from hw_sim.city.troubles import TROUBLES

_FAULTS = ", ".join(row.name for row in TROUBLES)


def city(
    seed: Annotated[int, typer.Option(help="everything comes from it")] = 1,
    seeds: Annotated[int, typer.Option(min=1, help="so many runs, one seed after the other")] = 1,
    days: Annotated[int, typer.Option(min=1, help="days of the city")] = 1,
    cases: Annotated[int, typer.Option(min=1, max=20, help="how many bookcases")] = 3,
    kiosks: Annotated[int, typer.Option(min=0, max=13, help="how many kiosks")] = 0,
    visits: Annotated[int, typer.Option(min=0, help="visits a day, over all of them")] = 60,
    faults: Annotated[str, typer.Option(help=f"all, none, or some of {_FAULTS}")] = "all",
    usual: Annotated[
        bool, typer.Option("--usual", help="people do odd things as seldom as they do")
    ] = False,
    sometimes: Annotated[
        bool, typer.Option("--sometimes", help="fail when something never happened")
    ] = False,
    shrink: Annotated[
        bool, typer.Option("--shrink", help="make a failing run short, and print it as a test")
    ] = False,
) -> None:
    """Days of a district in seconds, with everything going wrong; does the ledger stay true?"""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    violations, tally = 0, Tally()
    for number in range(seed, seed + seeds):
        outcome = run(Order(number, days, cases, kiosks, visits, faults, usual), _progress)
        _say(outcome)
        violations += outcome.violations
        tally.add(outcome.counts)
        if shrink and outcome.violations:
            print(as_test(shrunk(outcome, _progress)))
    if seeds > 1:
        print(*tally.lines(), sep="\n", file=sys.stderr)
    missing = tally.never if sometimes else []
    print(*(f"never: {name}" for name in missing), sep="\n", file=sys.stderr)
    raise typer.Exit(1 if violations or missing else 0)


def _progress(line: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{line}   ", end="", file=sys.stderr, flush=True)


def _say(outcome: Outcome) -> None:
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if outcome.violations:
        print(outcome.story())
    print(outcome.line(), flush=True)
