"""The command of the year: the one line that it says, and what it leaves alone."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from hw_sim.__main__ import app
from hw_sim.year import command
from hw_sim.year.replay import Year


def test_a_folder_that_is_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "ledger.sqlite"
    kept.write_text("mine")

    said = CliRunner().invoke(app, ["year", "--folder", str(tmp_path)])

    assert said.exit_code == 2
    assert kept.read_text() == "mine"


def test_an_interrupted_run_says_so_and_the_next_one_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "year"

    def interrupted(_year: Year) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Year, "run", interrupted)
    for _time in range(2):
        said = CliRunner().invoke(app, ["year", "--folder", str(folder), "--share", "0.005"])

        assert said.exit_code == 130
        assert "is whole" in said.output
    assert (folder / command.MARK).exists()
