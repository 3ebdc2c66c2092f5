"""Stories that broke a rule once, each with what was mended; they stay true."""

from typing import NamedTuple

import pytest

from hw_sim.city.run import Order, run


class Found(NamedTuple):
    mended: str
    order: Order


# fmt: off
FOUND = (
    Found("a hello was answered with what is committed; an old flash let go of others",
          Order(seed=9, visits=50, cases=1, faults="rollback")),
    Found("the same, over hours out of reach: the wrong reader stayed charged",
          Order(seed=12, visits=50, cases=1, faults="rollback")),
    Found("put in and taken out at one opening, a copy stays with whoever it was lent to",
          Order(seed=6, visits=50, cases=1, faults="rollback")),
    Found("an order to release a door waited for an hour for a lost frame",
          Order(seed=2007, visits=100)),
    Found("a feeble chip that no count had found was taken, and lent to nobody",
          Order(seed=2009, visits=100, only=("visit 0 56",))),
    Found("two power cuts out of reach: by the guesses a copy was put down before it was taken",
          Order(seed=60061, visits=100)),
    Found("power failed amid a session, told hours later: the book had come back elsewhere",
          Order(seed=100088, kiosks=2)),
)
# fmt: on


@pytest.mark.parametrize("found", FOUND, ids=[found.mended for found in FOUND])
def test_what_was_found_stays_mended(found: Found) -> None:
    outcome = run(found.order)

    assert outcome.violations == 0, outcome.story()
