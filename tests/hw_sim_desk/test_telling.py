"""What a desk tells on the terminal."""

import pytest

from hw_sim.desk.telling import Telling
from hw_sim.world.truth import Happening


def telling(*, quiet: bool = False) -> Telling:
    made = Telling(quiet=quiet, broken=lambda: None)
    made.titles = {"MH00000001": "三体"}
    return made


def test_a_happening_is_one_line_that_names_the_book(capsys: pytest.CaptureFixture[str]) -> None:
    taken = Happening(1000, "MH00000001", "", "SG00000012 took it from bc01/2")

    telling().happening(taken)

    assert capsys.readouterr().out.endswith("  hands   SG00000012 took 《三体》 from bc01/2\n")


def test_a_happening_at_a_machine_names_the_machine(capsys: pytest.CaptureFixture[str]) -> None:
    telling().happening(Happening(1000, "", "bc02", "its network is cut"))

    assert capsys.readouterr().out.endswith("  hands   bc02: its network is cut\n")


def test_doors_that_open_and_shut_are_too_much_to_tell(capsys: pytest.CaptureFixture[str]) -> None:
    telling().happening(Happening(1000, "", "bc02", "door bc02/1 was shut"))

    assert capsys.readouterr().out == ""


def test_a_quiet_one_tells_only_what_needs_a_look(capsys: pytest.CaptureFixture[str]) -> None:
    quiet = telling(quiet=True)

    quiet.happening(Happening(1000, "", "bc02", "its network is cut"))
    quiet.desk("starting the service")
    quiet.desk("bc01 was ended by SIGSEGV; it is started again")

    assert "bc01 was ended by SIGSEGV" in capsys.readouterr().out
