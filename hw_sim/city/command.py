"""The command of the city: one run, or many; a line of progress, and a JSON line at the end."""

import json
import os
import sys
from datetime import datetime, time
from typing import Annotated

import typer

from hw_sim.city import many
from hw_sim.city.rhythm import FIRST_DAY
from hw_sim.city.run import Order, Outcome, run
from hw_sim.city.shrink import as_test, shrunk
from hw_sim.city.troubles import TROUBLES

_FAULTS = ", ".join(row.name for row in TROUBLES)


def city(
    seed: Annotated[int, typer.Option(help="everything comes from it")] = 1,
    seeds: Annotated[int, typer.Option(min=1, help="so many runs, one seed after the other")] = 1,
    jobs: Annotated[
        int, typer.Option(min=1, help="processes that play them; by default one a core")
    ] = os.cpu_count() or 1,
    days: Annotated[int, typer.Option(min=1, help="days of the city")] = 1,
    start: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="its first day, in 2020")
    ] = datetime.combine(FIRST_DAY, time()),  # noqa: B008
    cases: Annotated[int, typer.Option(min=1, max=20, help="how many bookcases")] = 3,
    kiosks: Annotated[int, typer.Option(min=0, max=13, help="how many kiosks")] = 0,
    visits: Annotated[
        int, typer.Option(min=0, help="visits over all of them, on a weekday of November")
    ] = 60,
    faults: Annotated[str, typer.Option(help=f"all, none, or some of {_FAULTS}")] = "all",
    usual: Annotated[
        bool, typer.Option("--usual", help="people do odd things as seldom as they do")
    ] = False,
    sometimes: Annotated[
        bool, typer.Option("--sometimes", help="fail when something never happened")
    ] = False,
    mixed: Annotated[
        bool, typer.Option("--mixed", help="each seed draws its size, up to what is said here")
    ] = False,
    shrink: Annotated[
        bool, typer.Option("--shrink", help="make a failing run short, and print it as a test")
    ] = False,
) -> None:
    """Days of a district in seconds, with everything going wrong; does the ledger stay true?"""
    many.quiet()
    orders = [
        Order(number, days, cases, kiosks, visits, faults, start.date(), usual)
        for number in range(seed, seed + seeds)
    ]
    orders = [many.mixed(order) for order in orders] if mixed else orders
    if seeds > 1:
        raise typer.Exit(_play_many(orders, jobs, shrink=shrink, sometimes=sometimes))
    outcome = run(orders[0], _progress)
    _say(outcome)
    if shrink and outcome.violations:
        print(as_test(shrunk(outcome, _progress)))
    raise typer.Exit(1 if outcome.violations else 0)


def _play_many(orders: list[Order], jobs: int, *, shrink: bool, sometimes: bool) -> int:
    """Tell of the runs that fail, then the table of what happened, then the sum in one line."""
    summed = many.Sum()
    for outcome in many.outcomes(orders, jobs):
        summed.add(outcome)
        if outcome.violations:
            _say(outcome)
            if shrink:
                print(as_test(shrunk(outcome, _progress)))
        _progress(summed.progress())
    print(file=sys.stderr)
    print(*summed.tally.lines(), sep="\n")
    print(json.dumps(summed.said()))
    return 1 if summed.failed or (sometimes and summed.tally.never) else 0


def _progress(line: str) -> None:
    """Say where it stands, over what was said before."""
    if sys.stderr.isatty():
        print(f"\r{line}   ", end="", file=sys.stderr, flush=True)


def _say(outcome: Outcome) -> None:
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if outcome.violations:
        print(outcome.story())
    print(outcome.line(), flush=True)
