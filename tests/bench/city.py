"""P10 and P12: the city's speed on one core, and how many of its door sessions need a person.

SEEDS=20 for another number of runs.  All faults are on, the oracle judges each run, and a run that
breaks a rule ends the bench.  People do odd things as seldom as they do; as many runs more, with
kiosks and with people as errors need them, say which conditions were met.  Bookcases hold some 30
copies; a count has at least four rounds.
"""

import logging
import os
import time
from collections import Counter

import structlog

from hw_sim.city.run import Order, Outcome, run
from hw_sim.city.sometimes import CONDITIONS, Tally
from tests.bench import figures

SEEDS = 10
FIRST_SEED = 50_001
VISITS = 200
KIOSKS = 2


def measure() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    seeds = range(FIRST_SEED, FIRST_SEED + int(os.environ.get("SEEDS", SEEDS)))
    counts: Counter[str] = Counter()
    tally = Tally()
    began_s = time.process_time()
    for seed in seeds:
        outcome = _judged(Order(seed, visits=VISITS, usual=True))
        counts.update(outcome.counts)
        tally.add(outcome.counts)
    took_s = time.process_time() - began_s
    for seed in seeds:
        tally.add(_judged(Order(seed, visits=VISITS, kiosks=KIOSKS)).counts)
    _report(counts, tally, took_s)


def _judged(order: Order) -> Outcome:
    outcome = run(order)
    assert outcome.violations == 0, f"seed {order.seed}\n{outcome.story()}"
    return outcome


def _report(counts: Counter[str], tally: Tally, took_s: float) -> None:
    sessions = counts["sessions"]
    note = f"{tally.runs // 2} runs, {sessions} sessions, {counts['facts']} facts, all faults on"
    figures.report(
        "P10", "door sessions of the city", sessions / took_s, "a second a core",
        goal=500, better="higher", note=note,
    )  # fmt: skip
    left = {name: count for name, count in counts.items() if name.startswith("open_case_")}
    kinds = ", ".join(f"{name.removeprefix('open_case_')} {n}" for name, n in sorted(left.items()))
    figures.report(
        "P12", "cases that are left for a person", 1000 * sum(left.values()) / sessions,
        "of 1,000 sessions", goal=5, better="lower", note=f"{note}; {kinds or 'none'}",
    )  # fmt: skip
    figures.report(
        "P12", "conditions that were met", len(CONDITIONS) - len(tally.never),
        f"of {len(CONDITIONS)}", goal=len(CONDITIONS), better="higher",
        note="never: " + (", ".join(tally.never) or "none"),
    )  # fmt: skip
