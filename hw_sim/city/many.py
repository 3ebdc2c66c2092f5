"""Many runs of the city, over several processes: each seed is a run, and all are told as one."""

import logging
import multiprocessing
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import structlog

from hw_sim.city.chance import Chance
from hw_sim.city.run import Order, Outcome, run
from hw_sim.city.sometimes import Tally
from hw_sim.oracle import Finding, Report

LEFT = "open_case_"
A_PROCESS = 200  # Runs after which a process is made anew: what its caches hold is given back.


def mixed(order: Order) -> Order:
    """Return an order whose size, up to the one that is wanted, is drawn from its seed."""
    chance = Chance(order.seed)

    def drawn(name: str, least: int, most: int) -> int:
        return least + int(chance.of("mixed", name) * (most + 1 - least))

    return order._replace(
        cases=drawn("cases", 1, order.cases),
        kiosks=drawn("kiosks", 0, order.kiosks),
        visits=drawn("visits", order.visits // 2, order.visits),
    )


def outcomes(orders: Sequence[Order], jobs: int) -> Iterator[Outcome]:
    """Play each order, on so many cores, and yield what came of it, in whatever order."""
    if jobs == 1:
        yield from map(_played, orders)
        return
    made = multiprocessing.get_context("spawn")
    with made.Pool(jobs, initializer=quiet, maxtasksperchild=A_PROCESS) as pool:
        yield from pool.imap_unordered(_played, orders)


def quiet() -> None:
    """Say nothing but what is wrong: the product's log of a run is long."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


class Sum:
    """What all runs together have shown."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self.tally = Tally()
        self.failed: list[int] = []  # Seeds whose runs broke a rule.
        self._counts: Counter[str] = Counter()
        self._cpu_s = 0.0
        self._now_s, self._began_s = now_s, now_s()

    def add(self, outcome: Outcome) -> None:
        self.tally.add(outcome.counts)
        self._counts.update(outcome.counts)
        self._cpu_s += outcome.cpu_s
        if outcome.violations:
            self.failed.append(outcome.order.seed)

    def progress(self) -> str:
        """Return where it stands, in one line."""
        sessions, minutes = self._counts["sessions"], (self._now_s() - self._began_s) / 60
        runs = self.tally.runs
        pace = f"{runs / minutes:.0f} a minute" if minutes else ""
        return f"{runs} runs, {sessions} sessions, {len(self.failed)} failed, {pace}"

    def said(self) -> dict[str, object]:
        """Return the sum as it stands in the last line; `cpu_s` is of all processes."""
        sessions = self._counts["sessions"]
        left = {
            name.removeprefix(LEFT): times
            for name, times in sorted(self._counts.items())
            if name.startswith(LEFT)
        }
        return {
            "runs": self.tally.runs,
            "failed": sorted(self.failed),
            "sessions": sessions,
            "facts": self._counts["facts"],
            "cpu_s": round(self._cpu_s, 1),
            "sessions_a_second_a_core": round(sessions / max(self._cpu_s, 0.001), 1),
            "cases_left_of_1000": round(1000 * sum(left.values()) / max(sessions, 1), 2),
            "left": left,
            "never": self.tally.never,
        }


def _played(order: Order) -> Outcome:
    """Play one; an error that ends a run, as of the ledger's own triggers, is what it found."""
    try:
        return run(order)
    except Exception:
        error = Finding("CRASH", "", traceback.format_exc())
        return Outcome(order, Report([error], [], {}), [], [], {}, [], "", 0.0)
