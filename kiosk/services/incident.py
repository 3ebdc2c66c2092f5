"""The events of a visit that crashed, kept without a reader: written, read, and run once more.

One JSON object a line.  The first has the world as the visit found it; each other one an event
with its time in ms since then.  Names and pseudonyms of readers are replaced by numbers in the
order in which they came, so that the same reader stays the same and nobody can be found again.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, get_args

from kiosk.core import events
from kiosk.core import states as at
from kiosk.core.model import Model, Timings, World
from kiosk.core.update import update

EVENTS_MAX = 5_000  # Of a visit, more than half an hour: a longer one is not replayed.
INCIDENTS_MAX = 20  # Files; the oldest go.
_KINDS = {kind.__name__: kind for kind in get_args(events.Event)}
_NAMELESS = ("reader", "name")  # Fields that say who.


class Replayed(NamedTuple):
    """How an event ended: the state after it, or the error that it raised."""

    event: str
    state: str
    error: str = ""


class Recorder:
    """Remembers a visit's events: begun anew whenever nobody is known any more."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._first = Model()
        self._began_ms = 0
        self._events: list[tuple[int, events.Event]] = []

    def note(self, model: Model, event: events.Event, now_ms: int) -> None:
        """Take an event, before the step; `model` is what the step starts from."""
        if _bare(model) == Model(world=model.world):
            self._first, self._began_ms, self._events = model, now_ms, []
        if len(self._events) < EVENTS_MAX:
            self._events.append((now_ms - self._began_ms, _blank(model, event)))

    def write(self, name: str) -> Path:
        """Write what led to a crash; return the file, which is new."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{name}.jsonl"
        people: dict[str, str] = {}
        first = self._first
        times = {"since_ms": first.since_ms, "deadline_ms": first.deadline_ms}
        begun = {name: ms - self._began_ms if ms else 0 for name, ms in times.items()}
        world = _plain(first.world, people)
        rows: list[Any] = [{"world": world, "state": first.state, "page": first.page} | begun]
        rows += [
            {"ms": ms, "event": type(event).__name__, "fields": _plain(event, people)}
            for ms, event in self._events
        ]
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        for old in sorted(self._folder.glob("*.jsonl"), key=_age)[:-INCIDENTS_MAX]:
            old.unlink()
        return path


def replay(path: Path) -> Iterator[Replayed]:
    """Run an incident through the core, the same each time; ends with the error, if one comes."""
    first, *rows = (json.loads(line) for line in path.read_text().splitlines())
    model = Model(**first | {"world": _world(first["world"])})
    for row in rows:
        event = _KINDS[row["event"]](**{n: _frozen(v) for n, v in row["fields"].items()})
        try:
            model, _effects = update(model, event, row["ms"])
        except Exception as error:
            yield Replayed(row["event"], model.state, repr(error))
            return
        yield Replayed(row["event"], model.state)


def _blank(model: Model, event: events.Event) -> events.Event:
    """Return an event without the digit that was typed: of a PIN or a code nothing is kept."""
    if model.state not in (at.CODE, "pin"):
        return event
    if isinstance(event, events.Key) and event.name.isdecimal():
        return event._replace(name="0")
    if isinstance(event, events.Press) and event.word[-1:].isdecimal():
        return event._replace(word="digit.0")
    return event


def _bare(model: Model) -> Model:
    """Return a model without where it stands: what is left is of nobody, between two visits."""
    return model._replace(state=Model().state, page=0, since_ms=0, deadline_ms=0)


def _plain(record: Any, people: dict[str, str]) -> Any:
    """Return a record as JSON's values, with numbers for who somebody is."""
    if hasattr(record, "_asdict"):
        record = record._asdict()
    if isinstance(record, dict):
        return {
            name: _number(value, people) if name in _NAMELESS and value else _plain(value, people)
            for name, value in record.items()
        }
    if isinstance(record, tuple | list):
        return [_plain(item, people) for item in record]
    return record


def _number(person: str, people: dict[str, str]) -> str:
    return people.setdefault(person, f"person {len(people) + 1}")


def _world(fields: dict[str, Any]) -> World:
    inside = tuple(events.Inside(**copy) for copy in fields["inside"])
    others = {n: _frozen(v) for n, v in fields.items() if n not in ("timings", "inside")}
    return World(**others)._replace(timings=Timings(**fields["timings"]), inside=inside)


def _frozen(value: Any) -> Any:
    """Lists of events are tuples; of dicts in an answer they may stay."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        if "door" in value[0] and "tag" in value[0] and "ok" not in value[0]:
            return tuple(events.Inside(**copy) for copy in value)
        if "metres" in value[0]:
            return tuple(events.Near(**near) for near in value)
        return value
    return tuple(value) if isinstance(value, list) else value


def _age(path: Path) -> int:
    return path.stat().st_mtime_ns


def said(steps: Sequence[Replayed]) -> str:
    """Return a replay as lines for an engineer."""
    return "\n".join(f"{step.event:12} {step.state:10} {step.error}".rstrip() for step in steps)
