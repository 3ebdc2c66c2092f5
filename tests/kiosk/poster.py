"""A poster without words, a row of spines, and a film of it: one after the other rises."""

from pathlib import Path
from zipfile import ZipFile

from kiosk.services.picture import Pixels, png
from kiosk.ui.theme import PAPER

SPINES = (0.62, 0.5, 0.72, 0.56, 0.8, 0.6, 0.46, 0.68)  # Heights, as shares of the poster's.
SHARE = 0.86  # Of its place, that a spine fills.
RISE = 0.08


def poster(width: int, height: int, risen: int = -1) -> bytes:
    """Return a PNG file; the spine of this number stands higher than it did."""
    ground = _pixel(PAPER.amber_ground)
    place = width // len(SPINES)
    rows = []
    for y in range(height):
        up = 1 - y / height
        row = b""
        for number, tall in enumerate(SPINES):
            base = 0.1 + (RISE if number == risen else 0)
            filled = int(place * SHARE) if base <= up <= base + tall else 0
            before = (place - filled) // 2
            row += ground * before + _pixel(PAPER.covers[number]) * filled
            row += ground * (place - filled - before)
        rows.append(row + ground * (width - place * len(SPINES)))
    return png(Pixels(width, height, b"".join(rows)))


def film(path: Path, width: int = 160, height: int = 120) -> Path:
    with ZipFile(path, "w") as archive:
        for number in range(len(SPINES)):
            archive.writestr(f"{number:03}.png", poster(width, height, number))
    return path


def _pixel(colour: str) -> bytes:
    return bytes.fromhex(colour[1:]) + b"\xff"


if __name__ == "__main__":
    Path(__file__).with_suffix(".png").write_bytes(poster(960, 1080))
