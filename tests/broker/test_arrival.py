"""However late the facts of two machines arrive, and however often, the ledger is the same."""

import tempfile
from pathlib import Path
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broker.ledger import audit
from tests.broker.desk import MINUTE_MS, READERS, START_MS, TAGS, Desk, Machine, day
from tests.postgres import Postgres

NOW_MS = START_MS + 24 * 60 * MINUTE_MS
NAMES = ("bc01", "bc02")
WHO = (*READERS[:2], "")


class Told(NamedTuple):
    """A fact at one of the machines; its time is its place in the story."""

    machine: int
    kind: str
    reader: str
    tag: str


STORY = st.lists(
    st.builds(
        Told,
        machine=st.integers(0, 1),
        kind=st.sampled_from(("took", "put", "back", "gone", "stocked", "removed")),
        reader=st.sampled_from(WHO),
        tag=st.sampled_from(TAGS[:2]),
    ),
    max_size=10,
)


def write(machines: list[Machine], story: list[Told]) -> None:
    for number, told in enumerate(story):
        machine, uptime_ms = machines[told.machine], number * 7 * MINUTE_MS
        tags = {told.kind: [told.tag]}
        if told.kind in ("took", "put"):
            machine.session(uptime_ms, told.reader, **tags)
        elif told.kind in ("back", "gone"):
            machine.fact("counted", uptime_ms=uptime_ms, id="1.9", door=1, count=0, **tags)
        else:
            machine.fact(told.kind, uptime_ms=uptime_ms, door=1, tags=[told.tag])


def ledger(
    story: list[Told], turns: list[int], repeats: int, server: Postgres | None
) -> list[object]:
    """Tell a story, the machines taking turns, and return what the ledger holds then."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), server.ledger() if server else "")
        if not server:
            desk.db.execute("PRAGMA synchronous = OFF")
        machines = [Machine(name, journal="00000000") for name in NAMES]
        for machine in machines:
            desk.hear(machine.says("hello", machine.hello()))
        write(machines, story)
        told = [0, 0]
        for turn in [*turns, *[0] * len(story), *[1] * len(story)]:
            if told[turn] < len(machines[turn].records):
                told[turn] += 1
                first = max(1, told[turn] - repeats)
                payload = machines[turn].payload(first, told[turn])
                desk.hear(machines[turn].says("fact", payload, NOW_MS))
        assert audit.check(desk.folder, day, desk.url) == []
        found: list[object] = [
            desk.rows(statement)
            for statement in (
                "SELECT copy, kind, device, door, account, since_ms FROM copy_state"
                " JOIN holder ON holder.id = copy_state.holder WHERE copy < 3 ORDER BY copy",
                "SELECT copy, account, out_ms, due, in_ms, state, over_limit FROM loan"
                " ORDER BY copy, out_ms",
                "SELECT kind, copy, account, opened_ms FROM exception_case"
                " WHERE closed_ms IS NULL ORDER BY kind, copy, opened_ms",
            )
        ]
        desk.db.close()
        if server:
            server.give_back(desk.url)
        return found


ANY_TURNS = st.lists(st.integers(0, 1), max_size=10)
OFTEN = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@OFTEN
@given(STORY, ANY_TURNS, st.integers(0, 2))
def test_the_order_of_arrival_changes_nothing(
    story: list[Told], turns: list[int], repeats: int
) -> None:
    in_order = [told.machine for told in story]

    assert ledger(story, turns, repeats, None) == ledger(story, in_order, 0, None)


@settings(OFTEN, max_examples=20)
@given(STORY, ANY_TURNS, st.integers(0, 2))
def test_nor_does_it_on_postgresql_where_the_ledger_is_the_same(
    postgres: Postgres, story: list[Told], turns: list[int], repeats: int
) -> None:
    in_order = [told.machine for told in story]

    assert ledger(story, turns, repeats, postgres) == ledger(story, in_order, 0, None)
