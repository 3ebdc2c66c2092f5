"""Draws docs/wiring.svg: which part hangs on which pins of the reference board.

The pins are those of bookcase_fw/board.py; a test holds the two against each other.
"""

from pathlib import Path
from typing import NamedTuple

TARGET = Path(__file__).parents[2] / "docs" / "wiring.svg"
WIDTH, HEIGHT = 1000, 640
PART_WIDTH, PART_HEIGHT, GAP = 270, 84, 16
BOARD_X, BOARD_WIDTH = 330, 340
INK, PALE, LINE, PAPER = "#241f1b", "#4a443e", "#7a2f2a", "#fbf9f4"


class Part(NamedTuple):
    name: str
    pins: str
    lines: tuple[str, str]


# fmt: off
LEFT = (
    # name                   pins                    two lines about it
    Part("Scanner or card reader", "UART 0: TX 43, RX 44",
         ("GM65 9600, or PN532 115200", "5 V")),
    Part("Lock boards", "UART 1: TX 17, RX 18",
         ("RS-485, 120 Ω at both ends", "WJL 9600, CU16 19200, CU48 115200")),
    Part("Contacts to ground", "10, 11, 12, 13",
         ("mains, water, tamper, smoke", "closed: all is well")),
    Part("Lamp", "38, 39, 40", ("red, green, blue", "through transistors")),
    Part("Beeper", "41", ("PWM", "through a transistor")),
    Part("BOOT button", "0", ("held at a start: the prompt is free", "inside the box only")),
)
RIGHT = (
    Part("Screen", "USB", ("panel PC with Linux", "its own 12 V")),
    Part("UHF reader R200 or YRM100", "UART 2: TX 15, RX 16",
         ("or one HF reader (Feig)", "5 V, 115200")),
    Part("RF switch, 1 to 4", "4, 5",
         ("between reader and antennas, 50 Ω", "one antenna for each compartment")),
    Part("Climate and clock", "I2C: SDA 8, SCL 9", ("SHT3x, DS3231", "3.3 V, 4.7 kΩ to 3.3 V")),
    Part("Network", "Wi-Fi", ("4G router in the same box", "its aerial outside the metal")),
    Part("Supply", "VIN", ("from 12 V, 3 A", "locks: their own supply and battery")),
)
# fmt: on


def draw() -> str:
    """Return the picture."""
    board_height = len(LEFT) * (PART_HEIGHT + GAP) - GAP
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-label="Wiring of the reference board" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>',
        _box(BOARD_X, 20, BOARD_WIDTH, board_height),
        _text(BOARD_X + BOARD_WIDTH // 2, 42, "ESP32-S3", "middle", bold=True),
        _text(BOARD_X + BOARD_WIDTH // 2, 58, "8 MB flash, 8 MB PSRAM", "middle"),
    ]
    for number, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True)):
        y = 20 + number * (PART_HEIGHT + GAP)
        drawn += _part(20, y, left, BOARD_X, "start")
        drawn += _part(WIDTH - 20 - PART_WIDTH, y, right, BOARD_X + BOARD_WIDTH, "end")
    words = "Controller and RS-485 line: behind a cover with a tamper switch, out of reach."
    drawn += [_text(WIDTH // 2, HEIGHT - 10, words, "middle"), "</svg>"]
    return "\n".join(drawn) + "\n"


def _part(x: int, y: int, part: Part, edge: int, anchor: str) -> list[str]:
    near = x + PART_WIDTH if anchor == "start" else x
    middle = y + PART_HEIGHT // 2 + 14
    inside = edge + (8 if anchor == "start" else -8)
    return [
        f'<path d="M{near} {middle} H{edge}" stroke="{LINE}" stroke-width="2"/>',
        _box(x, y, PART_WIDTH, PART_HEIGHT),
        _text(x + 12, y + 26, part.name, "start", bold=True),
        _text(x + 12, y + 48, part.lines[0], "start"),
        _text(x + 12, y + 66, part.lines[1], "start"),
        _text(inside, middle + 4, part.pins, anchor),
    ]


def _box(x: int, y: int, width: int, height: int) -> str:
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="#fff" '
        f'stroke="{INK}" stroke-width="1.2"/>'
    )


def _text(x: int, y: int, words: str, anchor: str, *, bold: bool = False) -> str:
    weight, colour = (' font-weight="bold"', INK) if bold else ("", PALE)
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{colour}"{weight}>{words}</text>'


if __name__ == "__main__":
    TARGET.write_text(draw())
