"""The screens as they are drawn: everything fits, can be touched and can be read."""

import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.config import Panel
from kiosk.ui import wrap
from kiosk.ui.theme import CHILD, CONTRAST, PAPER, Colours, rgba, theme
from tests.kiosk.layout import LOOKS

PNG = b"\x89PNG\r\n\x1a\n"


def test_every_screen_fits_in_both_languages_and_all_looks(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.kiosk.layout", str(tmp_path)]

    said = subprocess.run(command, capture_output=True, text=True, timeout=900)

    assert said.returncode == 0, said.stderr
    *problems, count = said.stdout.splitlines()
    assert problems == []
    assert int(count.split()[0]) > 250
    pictures = list(tmp_path.glob("*.png"))
    assert len(pictures) == 4 * len(LOOKS)
    assert all(path.read_bytes().startswith(PNG) for path in pictures)
    # A screen that is only ground is a small file.
    assert min(path.stat().st_size for path in pictures) > 8_000


def test_after_every_visit_the_picture_is_that_of_a_machine_nobody_used(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.kiosk.afterwards", str(tmp_path)]

    said = subprocess.run(command, capture_output=True, text=True, timeout=900)

    assert said.returncode == 0, said.stderr
    *problems, count = said.stdout.splitlines()
    assert problems == []
    assert int(count.split()[0]) > 30


TEXT, SHAPE = 7, 3  # Contrast at the least.
PAIRS = (
    ("ink", "ground"), ("soft", "ground"), ("soft", "slip"), ("main_ink", "main"), ("main", "slip"),
    ("ink", "leaf_ground"), ("ink", "amber_ground"), ("amber", "amber_ground"),
    ("sky", "sky_ground"), ("ink", "slip"),
)  # fmt: skip


@pytest.mark.parametrize("colours", [PAPER, CHILD, CONTRAST])
def test_text_stands_out_from_its_ground(colours: Colours) -> None:
    for text, ground in PAIRS:
        assert contrast(getattr(colours, text), getattr(colours, ground)) >= TEXT, (text, ground)
    for cover in colours.covers:
        assert contrast(colours.cover_ink, cover) >= TEXT, cover
    assert contrast(colours.seal, colours.ground) >= SHAPE


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgba(colour)[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("panel", "smallest_px"),
    [(Panel(21.5, 600), 40), (Panel(32, 600), 27), (Panel(55, 1500), 39)],
)
def test_the_smallest_text_is_seven_tenths_of_a_degree_high(panel: Panel, smallest_px: int) -> None:
    assert round(theme(panel).type(0)) == pytest.approx(smallest_px, abs=1)


def _units(text: str) -> float:
    return sum(2 if ord(character) > 0x2E80 else 1 for character in text)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("看到三本书，是这些吗？", 12, ["看到三本书，", "是这些吗？"]),
        ("一二三四五六，七", 12, ["一二三四五", "六，七"]),
        ("还可以借 12 本", 12, ["还可以借", "12 本"]),
        ("Lay your books on the tray", 15, ["Lay your books", "on the tray"]),
        ("《三体》", 20, ["《三体》"]),
    ],
)
def test_lines_break_where_a_reader_would(text: str, width: float, lines: list[str]) -> None:
    assert wrap.lines(text, width, _units) == lines


def test_what_is_too_long_ends_in_an_ellipsis() -> None:
    assert wrap.lines("从一到无穷大科学中的事实", 12, _units, most=1) == ["从一到无穷…"]
    assert wrap.lines("The Old Man and the Sea", 12, _units, most=1) == ["The Old M..."]
