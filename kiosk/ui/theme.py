"""How it looks: colours, type and distances, in mm and degrees of view rather than pixels."""

import math
from pathlib import Path
from typing import NamedTuple

from kiosk.config import Panel

CAP_HEIGHT = 0.733  # Of Noto Sans CJK, in em.
LINE_HEIGHT = 1.448  # Its natural line, in em: Chinese wants 1.4 at least.
DESCENT = 0.288
VISUAL_ANGLE = 0.7  # Degrees that a capital H takes at the least (EN 301 549, 5.1.4).
RATIO = 1.33
SMALLEST_MM = 9.93  # The smallest text in mm of the layout, at 600 mm from a panel of 21.5 inches.
RADIUS_MM, CHILD_RADIUS_MM = 3.0, 9.0
REACH_MM = (700, 1220)  # Above the floor: within a seated hand's reach, eyes included.
REACH_VIEWING_MM = 800
LARGE = 1.25
FONTS = Path(__file__).parent.parent.parent / ".cache/fonts"
REGULAR, BOLD = (str(FONTS / f"NotoSansSC-{weight}.otf") for weight in ("Regular", "Bold"))

Colour = tuple[float, float, float, float]


class Colours(NamedTuple):
    ground: str
    ink: str
    soft: str
    rule: str
    slip: str
    main: str
    main_ink: str
    seal: str
    leaf: str
    leaf_ground: str
    amber: str
    amber_ground: str
    sky: str
    sky_ground: str
    covers: tuple[str, ...]
    cover_ink: str


PAPER = Colours(
    ground="#FBF8F1",
    ink="#1D2430",
    soft="#4A5260",
    rule="#D9D2C3",
    slip="#FFFFFF",
    main="#0B5450",
    main_ink="#FFFFFF",
    seal="#A32A1B",
    leaf="#14532D",
    leaf_ground="#DCEFE0",
    amber="#6B4400",
    amber_ground="#F7E7C6",
    sky="#123F73",
    sky_ground="#DBE6F4",
    covers=(
        "#3F5862", "#6B4B4B", "#495942", "#594E75", "#6B4F2D", "#3A5775", "#72485E", "#52545B",
    ),
    cover_ink="#FBF8F1",
)  # fmt: skip
_DARK, _LIGHT = "#000000", "#FFE45C"
CONTRAST = Colours(
    ground=_DARK, ink=_LIGHT, soft=_LIGHT, rule=_LIGHT, slip=_DARK, main=_LIGHT, main_ink=_DARK,
    seal=_LIGHT, leaf=_LIGHT, leaf_ground=_DARK, amber=_LIGHT, amber_ground=_DARK, sky=_LIGHT,
    sky_ground=_DARK, covers=(_DARK,) * 8, cover_ink=_LIGHT,
)  # fmt: skip

# A child's paper is sunnier; what must be told apart is told apart as before.
CHILD = PAPER._replace(ground="#FFF3CF", rule="#E0CE96", slip="#FFFDF5")


class Theme(NamedTuple):
    colours: Colours
    unit: float  # Pixels of a mm of the layout: grows with the distance from which one reads.
    smallest: float  # Font size in px of the smallest text.
    scale: float
    width: int
    height: int
    radius: float  # Of corners, in mm of the layout.
    bottom: int  # Where it begins, in px from the panel's lower edge.

    def mm(self, length: float) -> float:
        return length * self.unit

    def type(self, step: int) -> float:
        """Return a font size: step 0 is the smallest, each step a third larger."""
        return round(self.smallest * RATIO**step * (self.scale if step else 1))

    @property
    def outlined(self) -> bool:
        """Whether shapes are told from the ground by a line, because colours do not."""
        return self.colours is CONTRAST


def theme(
    panel: Panel,
    large: bool = False,
    contrast: bool = False,
    reach: bool = False,
    child: bool = False,
) -> Theme:
    """Return the looks of a panel; in reach, of that part of it that a seated hand reaches."""
    viewing_mm = min(panel.viewing_mm, REACH_VIEWING_MM) if reach else panel.viewing_mm
    cap_mm = viewing_mm * math.tan(math.radians(VISUAL_ANGLE))
    smallest = cap_mm / CAP_HEIGHT * panel.px_per_mm
    bottom, height = band(panel) if reach else (0, panel.height)
    return Theme(
        colours=CONTRAST if contrast else CHILD if child else PAPER,
        # Never less than true mm, so that a target of 20 of them is one.
        unit=max(panel.px_per_mm, smallest / SMALLEST_MM),
        smallest=smallest,
        scale=LARGE if large or child else 1.0,
        width=panel.width,
        height=height,
        radius=CHILD_RADIUS_MM if child else RADIUS_MM,
        bottom=bottom,
    )


def band(panel: Panel) -> tuple[int, int]:
    """Return (px from the panel's lower edge, height in px) of what is within reach."""
    low = max(0.0, REACH_MM[0] - panel.bottom_mm) * panel.px_per_mm
    high = min(float(panel.height), (REACH_MM[1] - panel.bottom_mm) * panel.px_per_mm)
    if high - low < panel.height * 0.25:
        return 0, panel.height  # It hangs so that reach mode would help nobody.
    return round(low), round(high - low)


def rgba(colour: str, alpha: float = 1.0) -> Colour:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue, alpha
