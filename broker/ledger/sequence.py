"""In which order a copy was seen, where some times lie only between two others.  Pure.

A machine's own facts have a strict order, and so have all facts whose time is sure.  Between them
the copy itself is a witness: it can only be taken where it stands, and put down by who has it.  Of
all orders that the windows allow, those count that contradict it least; when they are not one, they
may lead to different loans, and the fold looks at the earliest and at the latest of them.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from broker.ledger.schema import TRANSIT, UNKNOWN
from broker.ledger.state import Observation

TAKES = ("took", "lent", "removed", "lost", "claimed")
PUTS = ("put", "back", "returned", "stocked", "found", "written")
CLOSE_MAX = 24  # Observations that are weighed against each other; of more the guess stands.
AWAY = UNKNOWN  # Stands for whoever has it.

Story = list[Observation]


class Stories(NamedTuple):
    """The same observations in up to three orders; they are equal when nothing is in doubt."""

    likely: Story
    early: Story  # What is not sure happened as early as it can.
    late: Story

    @property
    def in_doubt(self) -> bool:
        causes = [[(seen.cause, seen.verb) for seen in story] for story in self]
        return causes[1] != causes[0] or causes[2] != causes[0]


def order(seen: Observation) -> tuple[int, int, int, int, str]:
    """Return the sort key of an observation: time, then a rule that knows no arrival.

    The cause is last but one: it only tells apart two journals of one device.
    """
    return seen.happened_ms, seen.device, seen.number, seen.cause, seen.verb


def stories(observations: Iterable[Observation], *, placed: int) -> Stories:
    """Return the orders that fit a copy that stood at first where it was placed."""
    told = sorted(observations, key=order)
    if all(seen.sure for seen in told):
        return Stories(told, told, told)
    return Stories(*(_ordered(told, placed, prefer) for prefer in (0, -1, 1)))


def _ordered(told: Story, placed: int, prefer: int) -> Story:
    story: Story = []
    at = AWAY if placed == TRANSIT else placed
    clusters = list(_clusters(told))
    for number, cluster in enumerate(clusters):
        witness = clusters[number + 1][:1] if number + 1 < len(clusters) else []
        best = _Search(cluster, witness, prefer).best(at) if len(cluster) > 1 else cluster
        for seen in best:
            at = _after(seen, at)
            happened_ms = max(seen.happened_ms, story[-1].happened_ms if story else 0)
            story.append(seen._replace(happened_ms=happened_ms))
    return _no_later_than_sure(story)


def _no_later_than_sure(story: Story) -> Story:
    """Guesses give way to what is known: none is later than the next sure time."""
    bounded: Story = []
    for seen in reversed(story):
        at_ms = min(seen.happened_ms, bounded[-1].happened_ms) if bounded else seen.happened_ms
        bounded.append(seen._replace(happened_ms=at_ms))
    return bounded[::-1]


def _clusters(told: Story) -> Iterator[Story]:
    """Yield what can have happened in more than one order, together."""
    cluster: Story = []
    end_ms = 0
    for seen in sorted(told, key=lambda one: (one.window[0], order(one))):
        if cluster and seen.window[0] > end_ms:
            yield sorted(cluster, key=order)
            cluster, end_ms = [], 0
        cluster.append(seen)
        end_ms = max(end_ms, seen.window[1])
    yield sorted(cluster, key=order)


class _Search:
    """The cheapest way through a cluster: each step takes the next observation of a sequence.

    Sequences: what is sure, and what is not of each device.
    """

    def __init__(self, cluster: Story, witness: Story, prefer: int) -> None:
        """prefer: -1 wants what is not sure first, 1 last, and 0 by the guesses."""
        self._cluster, self._witness, self._prefer = cluster, witness, prefer
        devices = sorted({seen.device for seen in cluster if not seen.sure})
        self._sequences = [[seen for seen in cluster if seen.sure]] + [
            sorted(
                (seen for seen in cluster if not seen.sure and seen.device == device),
                key=lambda seen: (seen.cause, seen.verb),
            )
            for device in devices
        ]
        self._known: dict[tuple[tuple[int, ...], int], tuple[int, int]] = {}

    def best(self, at: int) -> Story:
        if len(self._cluster) > CLOSE_MAX:
            return self._cluster
        story: Story = []
        positions = (0,) * len(self._sequences)
        while len(story) < len(self._cluster):
            _cost, chosen = self._cheapest(positions, at)
            seen = self._sequences[chosen][positions[chosen]]
            positions, at = _stepped(positions, chosen), _after(seen, at)
            story.append(seen)
        return story

    def _cheapest(self, positions: tuple[int, ...], at: int) -> tuple[int, int]:
        """Return (contradictions from here on, the sequence that goes on)."""
        known = self._known.get((positions, at))
        if known:
            return known
        heads = [
            (sequence[position], number)
            for number, (sequence, position) in enumerate(
                zip(self._sequences, positions, strict=True)
            )
            if position < len(sequence)
        ]
        if not heads:
            return sum(_contradicts(seen, at) for seen in self._witness), 0
        found = None
        for seen, number in sorted(heads, key=self._wish):
            if any(other.window[1] < seen.window[0] for other, _number in heads):
                continue
            ahead, _chosen = self._cheapest(_stepped(positions, number), _after(seen, at))
            cost = ahead + _contradicts(seen, at)
            if found is None or cost < found[0]:
                found = cost, number
        assert found, "what begins first is never barred"
        self._known[positions, at] = found
        return found

    def _wish(self, head: tuple[Observation, int]) -> tuple[object, ...]:
        seen, number = head
        if not self._prefer:
            return order(seen)
        return (seen.sure if self._prefer < 0 else not seen.sure), number


def _stepped(positions: tuple[int, ...], number: int) -> tuple[int, ...]:
    return (*positions[:number], positions[number] + 1, *positions[number + 1 :])


def _after(seen: Observation, at: int) -> int:
    """Return where a copy is after an observation; AWAY is with whoever has it."""
    if seen.verb in PUTS:
        return seen.place
    if seen.verb in TAKES or (seen.verb == "gone" and at == seen.place):
        return AWAY
    return at


def _contradicts(seen: Observation, at: int) -> bool:
    """Say whether a copy cannot have been where an observation has it from."""
    if seen.verb in PUTS:
        return at != AWAY
    return (seen.verb in TAKES or seen.verb == "gone") and at != seen.place
