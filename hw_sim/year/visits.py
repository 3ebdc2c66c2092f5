"""A day's visits: who comes when to which machine, brings what back and takes how much.

Each visit has books of one audience.  Who brings something back is often who takes something new;
one brings the books of the whole family.
"""

import random
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hw_sim.year.quotas import Quota, Stream
from hw_sim.year.town import Machine

ZONE = ZoneInfo("Asia/Shanghai")
LOANS_MAX = (8, 9, 10)  # Copies that are taken at once; the last only where it must be: a limit.
NOON_MS = 43_200_000
SLOT = (0, 1440)  # When a 24-hour return takes books.


def midnight_ms(day: date) -> int:
    return int(datetime.combine(day, datetime.min.time(), ZONE).timestamp()) * 1000


class Visit(NamedTuple):
    """So many copies come back and so many are taken; who takes them is seen when they come."""

    at_ms: int
    machine: Machine
    stream: Stream
    returns: int
    loans: int


def visits(
    chance: random.Random,
    stream: Stream,
    quota: Quota,
    *,
    machines: Sequence[Machine],
    hours: tuple[int, int],
) -> list[Visit]:
    """Return a day's visits in order; `hours` are minutes of the day, the last one not included."""
    # Who only takes must be able to carry it home; who brings back may come with a barrow.
    most = quota.items if quota.returns else LOANS_MAX[0]
    items = _shared(chance, quota.items, quota.visits, most)
    loans = _loans(chance, items, quota.loans)
    weights = [machine.weight or 1.0 for machine in machines]
    chosen = chance.choices(machines, weights, k=quota.visits)
    minutes = [chance.uniform(*hours) for _visit in items]
    times = sorted(midnight_ms(quota.day) + int(minute * 60_000) for minute in minutes)
    return [
        Visit(at_ms, machine, stream, count - taken, taken)
        for at_ms, machine, count, taken in zip(times, chosen, items, loans, strict=True)
    ]


def _shared(chance: random.Random, items: int, visits: int, most: int) -> list[int]:
    """Each visit has one, and everything else falls where it falls, if there is room."""
    found = [1] * visits
    assert items <= visits * most
    left = items - visits
    while left:
        for visit in chance.choices(range(visits), k=left):
            if found[visit] < most:
                found[visit] += 1
                left -= 1
    return found


def _loans(chance: random.Random, items: Sequence[int], loans: int) -> list[int]:
    """Say which of the visits' items are loans."""
    each = [visit for visit, count in enumerate(items) for _item in range(count)]
    chance.shuffle(each)
    found = [0] * len(items)
    for most in LOANS_MAX:
        for visit in each:
            if loans and found[visit] < min(most, items[visit]):
                found[visit] += 1
                loans -= 1
    assert not loans
    return found
