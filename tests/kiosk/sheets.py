"""The gallery on sheets, one for each role and look: `python -m tests.kiosk.sheets FOLDER`."""

import sys
from collections.abc import Sequence
from pathlib import Path

from kiosk.config import Panel
from kiosk.services.picture import Pixels, png
from tests.kiosk.gallery import Look, look_name, views, words_of
from tests.kiosk.layout import tidy

WIDTH, ACROSS, GAP = 270, 8, 12  # A quarter of the panel: halved twice.
PAPER = b"\xff\xff\xff\xff"
LOOKS: tuple[Look, ...] = (
    ("zh", False, False, False),
    ("en", False, False, False),
    ("zh", True, False, False),
    ("zh", False, True, False),
    ("zh", False, False, True),
)
# Of the rest of the names, all are the loan machine's.
ROLES = ("bookcase", "locker", "belt", "return24", "opac")


def main(folder: Path) -> None:
    from kiosk.ui import env

    env.prepare(Panel(), Path("var") / "sheets")
    from kivy.base import EventLoop

    from kiosk.ui.window import Kiosk

    kiosk = Kiosk(Panel(), send=lambda word: None)
    kiosk._run_prepare()
    EventLoop.start()
    folder.mkdir(parents=True, exist_ok=True)
    for look in LOOKS:
        drawn: dict[str, list[Pixels]] = {}
        for count, (name, view) in enumerate(views(*look)):
            tidy(count)
            kiosk.show(view, words_of(look[0])["separator"])
            role = next((role for role in ROLES if name.startswith(role)), "selfcheck")
            drawn.setdefault(role, []).append(kiosk.picture(WIDTH))
        for role, pictures in drawn.items():
            (folder / f"{role}-{look_name(look)}.png").write_bytes(png(sheet(pictures)))


def sheet(pictures: Sequence[Pixels]) -> Pixels:
    """Return the pictures, all of one size, side by side in rows."""
    width, height = pictures[0].width, pictures[0].height
    across = min(ACROSS, len(pictures))
    whole = across * (width + GAP) + GAP
    between = PAPER * whole * GAP
    rows = [between]
    for start in range(0, len(pictures), across):
        row = pictures[start : start + across]
        blank = PAPER * ((across - len(row)) * (width + GAP))
        for line in range(height):
            part = slice(line * width * 4, (line + 1) * width * 4)
            inside = b"".join(picture.data[part] + PAPER * GAP for picture in row)
            rows.append(PAPER * GAP + inside + blank)
        rows.append(between)
    data = b"".join(rows)
    return Pixels(whole, len(data) // (whole * 4), data)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
