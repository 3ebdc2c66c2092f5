"""What is done between touches, so that no touch waits for it: faces are opened, garbage goes.

Opening a face at a size takes 8 ms, and a full search for garbage among all that was imported
100 ms: each in the middle of a changed picture would be seen.
"""

import gc
from collections.abc import Iterator

from kivy.clock import Clock

from kiosk.config import Panel
from kiosk.ui.text import measure
from kiosk.ui.theme import theme

STEPS = range(6)  # Of type; see theme.py.
GENERATIONS = 2  # What lived through a whole picture is looked at again with each picture.


def prepare(panel: Panel) -> None:
    """From the first frame on: garbage is searched for when `tidy` says so, and at no other time.

    What is there now stays for good and is never searched again.
    """
    gc.collect()
    gc.freeze()
    gc.disable()
    faces = _faces(panel)
    # One a frame; the clock ends it when there are no more.
    Clock.schedule_interval(lambda _passed: next(faces, False), 0)


def tidy() -> None:
    """Free the screen before this one, once this one has been drawn."""
    Clock.schedule_once(lambda _passed: gc.collect(GENERATIONS), 0)


def _faces(panel: Panel) -> Iterator[bool]:
    for large in (False, True):
        look = theme(panel, large=large)
        for step in STEPS:
            for bold in (False, True):
                measure("书", look.type(step), bold)
                yield True
