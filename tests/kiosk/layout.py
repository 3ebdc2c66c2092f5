"""Prints what does not fit on the screens, a line each: `python -m tests.kiosk.layout FOLDER`.

A process of its own, because a process has one Kivy.
"""

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kiosk.config import Panel
from kiosk.core.present import present
from kiosk.services.picture import png
from tests.kiosk import pseudo
from tests.kiosk.gallery import Look, bookcase, look_name, views, words_of

LANGUAGES = ("zh", "en", pseudo.LANGUAGE)
# Contrast moves nothing, so it is looked at once, large; a child has the type of large text.
LOOKS: list[Look] = [
    *((language, False, False, False) for language in LANGUAGES),
    ("zh", True, False, False),
    (pseudo.LANGUAGE, True, False, False),
    ("zh", False, False, True),
    ("en", False, False, True),
    ("en", True, True, False),
]
TALL = Panel(diagonal_in=55, viewing_mm=1500, bottom_mm=650)
TARGET_MM = 20
TIDY_EVERY = 20
SLACK_PX = 1.5  # Rounding to pixels.


def main(folder: Path) -> None:
    from kiosk.ui import env

    env.prepare(Panel(), folder / ".kivy")
    from kivy.base import EventLoop

    from kiosk.ui.window import Kiosk

    kiosk = Kiosk(Panel(), send=lambda word: None)
    kiosk._run_prepare()
    EventLoop.start()
    count = 0
    for look in LOOKS:
        for name, view in views(*look):
            kiosk.show(view, words_of(look[0])["separator"])
            tidy(count)
            screen = kiosk._canvas.children[0]
            path = folder / f"{name}-{look_name(look)}.png"
            for problem in problems(screen, Panel()):
                print(f"{path.stem}: {problem}")
            count += 1
            if name in ("welcome", "review_3", "result_mixed", "receipt"):
                EventLoop.idle()
                path.write_bytes(png(kiosk.picture(540)))
    for problem in within_reach():
        print(problem)
    print(f"{count} screens looked at")


def tidy(count: int) -> None:
    """Let the clock run now and then: what was drawn before is freed by it only."""
    from kivy.base import EventLoop

    if count % TIDY_EVERY == 0:
        EventLoop.idle()


def within_reach() -> Iterator[str]:
    """Give what does not fit on a bookcase's tall panel, whole and in reach of a seated hand."""
    from kiosk.ui.theme import band
    from kiosk.ui.window import Kiosk

    tall = Kiosk(TALL, send=lambda word: None)
    low, high = band(TALL)
    for language, reach in itertools.product(LANGUAGES, (False, True)):
        for name, model in bookcase().items():
            seen = model._replace(language=language, reach=reach)
            words = words_of(language)
            tall.show(present(seen, words), words["separator"])
            screen = tall._canvas.children[0]
            look = f"{name}-{language}" + ("-reach" if reach else "")
            yield from (f"{look}: {problem}" for problem in problems(screen, TALL))
            if reach and not (screen.y >= low and screen.top <= low + high):
                yield f"{look}: out of reach"


def problems(screen: Any, panel: Panel) -> Iterator[str]:
    from kiosk.ui.panels import Headline, PartPanel
    from kiosk.ui.text import Text
    from kiosk.ui.widgets import CoverPicture, Row, Touchable

    smallest = TARGET_MM * panel.px_per_mm - SLACK_PX
    for widget in screen.walk(restrict=True):
        if isinstance(widget, Touchable) and min(widget.size) < smallest:
            yield f"{widget.word} is smaller than {TARGET_MM} mm"
        if isinstance(widget, Text):
            if widget.texture.width > widget.allowed_width + SLACK_PX:
                yield f"too wide: {widget.text!r}"
            if not _inside(widget, widget.parent):
                yield f"leaves its box: {widget.text!r}"
        if widget is not screen and not _inside(widget, screen):
            yield f"leaves the screen: {type(widget).__name__}"
    blocks = [
        child
        for child in screen.children
        if isinstance(child, Touchable | Text | PartPanel | CoverPicture | Row | Headline)
    ]
    for one, other in itertools.combinations(blocks, 2):
        if _overlap(one, other):
            yield f"{_name(one)} lies on {_name(other)}"


def _name(widget: Any) -> str:
    return f"{type(widget).__name__} {getattr(widget, 'word', getattr(widget, 'text', ''))!r}"


def _inside(widget: Any, box: Any) -> bool:
    return bool(
        widget.x >= box.x - SLACK_PX - _hang(widget)
        and widget.y >= box.y - SLACK_PX
        and widget.right <= box.right + SLACK_PX
        and widget.top <= box.top + SLACK_PX
    )


def _hang(widget: Any) -> float:
    return float(getattr(widget, "font_size", 0)) / 2


def _overlap(one: Any, other: Any) -> bool:
    """Lines of text reach a little into each other's leading; that clips nothing."""
    wide = min(one.right, other.right) - max(one.x, other.x)
    high = min(one.top, other.top) - max(one.y, other.y)
    return bool(wide > SLACK_PX and high > SLACK_PX)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
