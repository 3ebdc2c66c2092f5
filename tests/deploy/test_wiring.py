"""The drawn wiring is the board's: each pin of board.py stands on the picture, and no other."""

import importlib.util
import re
import sys

from hw_sim.desk.process import ROOT

# How the head of board.py names a pin.
WIRED = re.compile(
    r"\b(?:TX|RX|SDA|SCL|on|and|mains|water|tamper|smoke|red|green|blue|beeper) +(\d+)\b"
)
BOOT_BUTTON = 0  # Of boot.py.


def test_every_pin_of_the_board_is_drawn_and_no_other() -> None:
    spec = importlib.util.spec_from_file_location("wiring", ROOT / "deploy/hardware/wiring.py")
    assert spec
    assert spec.loader
    wiring = importlib.util.module_from_spec(spec)
    sys.modules["wiring"] = wiring
    spec.loader.exec_module(wiring)
    pins = " ".join(part.pins for part in (*wiring.LEFT, *wiring.RIGHT))
    head = (ROOT / "bookcase_fw/board.py").read_text().partition("\nimport")[0]

    drawn = {int(number) for number in re.findall(r"\b\d+\b", re.sub(r"UART \d", "", pins))}
    assert drawn == {int(number) for number in WIRED.findall(head)} | {BOOT_BUTTON}
    assert (ROOT / "docs/wiring.svg").read_text() == wiring.draw()
