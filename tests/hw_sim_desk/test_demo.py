"""The demo's language, and what a desk says when a part of it is missing."""

from pathlib import Path

import pytest

from hw_sim import demo
from hw_sim.desk import station
from hw_sim.desk.process import ProcessError


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LC_MESSAGES": "zh_TW", "LANG": "de_DE.UTF-8"}, "zh"),
        ({}, "en"),
    ],
)
def test_the_demo_speaks_the_language_of_its_environment(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], language: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert demo.language_of_locale() == language


def test_a_missing_interpreter_is_named_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(station, "MICROPYTHON", tmp_path / "micropython")

    with pytest.raises(ProcessError, match="make setup"):
        station.firmware(tmp_path / "bc01.json")
