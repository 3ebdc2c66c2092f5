"""A crash can be replayed from its events, in which nobody can be found."""

import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.core.events import Answered, Event, Press
from kiosk.core.model import Model
from kiosk.core.selfcheck import flow
from kiosk.core.update import update
from kiosk.services.incident import INCIDENTS_MAX, Recorder, Replayed, replay
from tests.kiosk.seeker import OLD_TOWN, Seeker
from tests.kiosk.visit import DUE, LIN, Visit, entry


class Recorded(Visit):
    """A visit whose events are noted."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        super().__init__()

    def on(self, *events: Event) -> "Recorded":
        for event in events:
            self.recorder.note(self.model, event, self.now_ms)
            super().on(event)
        return self


def lending(folder: Path) -> Recorded:
    visit = Recorded(Recorder(folder))
    visit.wait(100).card().welcome_reader(books=[entry("E3")]).wait(2).lay("E1", "E2")
    visit.press("confirm").answer("lend", due=DUE, books=[entry("E1"), entry("E2", "limit")])
    return visit


def states(steps: list[Replayed]) -> list[str]:
    found = [step.state for step in steps]
    return [state for state, before in zip(found, ["", *found], strict=False) if state != before]


def test_a_visit_is_replayed_to_the_same_states_each_time(tmp_path: Path) -> None:
    path = lending(tmp_path).recorder.write("7-2")

    first, again = list(replay(path)), list(replay(path))

    assert first == again
    assert states(first) == ["looking", "tray", "review", "working", "result"]


def test_nobody_can_be_found_in_an_incident(tmp_path: Path) -> None:
    said = lending(tmp_path).recorder.write("7-2").read_text()

    assert (LIN in said, "林" in said) == (False, False)
    assert "person 1" in said


def test_the_error_comes_again_and_the_program_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = lending(tmp_path)
    path = visit.recorder.write("7-2")

    def broken(model: Model, event: Event, now_ms: int) -> None:
        raise ValueError("a step that fails")

    monkeypatch.setitem(flow.TABLE, ("working", "answered"), broken)

    assert list(replay(path))[-1].error == "ValueError('a step that fails')"


def test_the_program_replays_a_file(tmp_path: Path) -> None:
    path = lending(tmp_path).recorder.write("7-2")
    command = [sys.executable, "-m", "kiosk", "replay", str(path)]

    said = subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.splitlines()[-1].split() == ["Written", "result"]


def test_an_incident_begins_where_nobody_was_known(tmp_path: Path) -> None:
    recorder, seeker = Recorder(tmp_path), Seeker().wait(70)
    assert seeker.state == "attract"
    for event in _typed(seeker):
        recorder.note(seeker.model, event, seeker.now_ms)
        seeker.model, _effects = update(seeker.model, event, seeker.now_ms)

    assert states(list(replay(recorder.write("1-1")))) == ["finding", "title"]


def _typed(seeker: Seeker) -> list[Event]:
    visit = seeker.model.world.visit
    found = {"ok": True, "titles": [OLD_TOWN]}
    return [
        Press("wake"),
        Press("key.s"),
        Answered(visit, "search", found, 0, "s"),
        Press("book.1"),
    ]


def test_only_the_newest_incidents_are_kept(tmp_path: Path) -> None:
    recorder = lending(tmp_path).recorder

    for number in range(INCIDENTS_MAX + 3):
        recorder.write(f"7-{number}")

    assert len(list(tmp_path.glob("*.jsonl"))) == INCIDENTS_MAX
