"""The real process killed while it writes; `python -m tests.firmware.kills 5000` for thousands."""

from pathlib import Path

from tests.firmware import kills

KILLS = 40


def test_what_was_confirmed_is_there_after_every_kill(tmp_path: Path) -> None:
    tally = kills.run(tmp_path, KILLS, seed=1)

    assert tally.kills == KILLS and tally.records > KILLS and tally.mid > 0
