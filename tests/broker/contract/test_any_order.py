"""Whatever is said, true or not, by machines and by staff: the order of arrival never matters."""

import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.broker.contract.counter import ANN, BEN, BOOK, OTHER, Counter
from tests.broker.contract.world import projections
from tests.broker.desk import START_MS

STREAMS = ("bc01", "bc02", "kx01", "desk")
STEP_MIN = 7
NEVER_SEEN = {"heard": 0, "rounds": 12, "dbm": 0}


class Said(NamedTuple):
    """A fact; its time is its place in the story."""

    stream: str
    what: str
    tag: str
    reader: str
    door: int


MACHINE = ("took", "put", "unsure", "back", "gone", "stocked", "removed")
TABLE = ("lent", "returned", "renewed")
DESK = ("lost", "found", "claimed", "damaged", "repaired", "disinfect", "renewed", "promised",
        "moved")  # fmt: skip
_common = {
    "tag": st.sampled_from((BOOK, OTHER)),
    "reader": st.sampled_from((ANN, BEN, "")),
    "door": st.integers(1, 2),
}
STORY = st.lists(
    st.one_of(
        st.builds(Said, st.sampled_from(("bc01", "bc02")), st.sampled_from(MACHINE), **_common),
        st.builds(Said, st.just("kx01"), st.sampled_from(TABLE), **_common),
        st.builds(Said, st.just("desk"), st.sampled_from(DESK), **_common),
    ),
    min_size=1,
    max_size=12,
)


def write(counter: Counter, number: int, said: Said) -> None:
    """A machine writes what it saw; the desk has no journal that waits."""
    name, what, tag, reader, door = said
    minute = number * STEP_MIN
    if what in ("took", "put"):
        counter.session(name, minute, reader, door=door, **{what: [tag]})
    elif what == "unsure":
        counter.session(name, minute, reader, door=door, unsure=[{"tag": tag} | NEVER_SEEN])
    elif what in ("back", "gone"):
        # It settles the session that this machine told last, if any.
        before = (number - 1) * STEP_MIN
        counter.counted(name, minute, session=before, door=door, **{what: [tag]})
    elif what in ("stocked", "removed"):
        counter.fact(name, minute, what, door=door, tags=[tag])
    else:
        more: dict[str, Any] = {} if what == "returned" else {"due": 20261216 + number}
        counter.fact(name, minute, what, visit="1.1", reader=reader or ANN, tag=tag, **more)


def say(counter: Counter, number: int, said: Said) -> None:
    _stream, what, tag, reader, door = said
    minute = number * STEP_MIN
    if what == "renewed":
        counter.say(minute, what, tag=tag, reader=reader or ANN, due=20270101 + number)
    elif what == "promised":
        counter.say(minute, what, tag=tag, reader=reader)
    elif what == "moved":
        counter.say(minute, what, tag=tag, place="compartment", device="bc02", door=door)
    else:
        until_ms = START_MS if what == "disinfect" else 0
        counter.say(minute, "declared", tag=tag, what=what, until_ms=until_ms)


def ledger(story: list[Said], turns: list[str]) -> list[Any]:
    """Tell a story, the streams taking turns as far as they have something to tell."""
    with tempfile.TemporaryDirectory() as folder:
        counter = Counter(Path(folder))
        counter.desk.db.execute("PRAGMA synchronous = OFF")
        waiting = {name: [n for n, said in enumerate(story) if said.stream == name] for name in
                   STREAMS}  # fmt: skip
        for name in [*turns, *(said.stream for said in story)]:
            if waiting[name]:
                number = waiting[name].pop(0)
                if name == "desk":
                    say(counter, number, story[number])
                else:
                    write(counter, number, story[number])
                    counter.tells(name)
        assert counter.differences() == []
        found = projections(counter)
        conditions = "SELECT copy, damaged, withdrawn, disinfect_ms FROM copy_condition"
        promises = "SELECT copy, account, until_ms, state FROM copy_promise"
        found += [sorted(counter.desk.rows(query)) for query in (conditions, promises)]
        counter.close()
        return found


@settings(
    max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(STORY, st.lists(st.sampled_from(STREAMS), max_size=14))
def test_the_order_of_arrival_never_matters(story: list[Said], turns: list[str]) -> None:
    assert ledger(story, turns) == ledger(story, [])
