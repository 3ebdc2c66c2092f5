"""A film without a player: pictures in a ZIP archive, shown one after the other, whole.

One picture is in memory at a time.  The last one stays; so does the newest when one cannot be read.
"""

import io
from pathlib import PurePath
from zipfile import ZipFile

import structlog
from kivy.clock import Clock
from kivy.core.image import Image
from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture

from kiosk.services.promotions import frames
from kiosk.ui.widgets import Box, Plain

log = structlog.get_logger()


def read(file: str, number: int = 0) -> Texture:
    """Return a picture, or that picture of a film; raises what Kivy's loaders raise."""
    if not (names := frames(file)):
        return Image(file, nocache=True).texture
    name = names[number]
    with ZipFile(file) as archive:
        data = io.BytesIO(archive.read(name))
    return Image(data, ext=PurePath(name).suffix[1:].lower(), nocache=True).texture


class Film(Plain):
    """It runs from when it is made until its screen is gone."""

    def __init__(self, file: str, first: Texture, frame_ms: int, box: Box) -> None:
        super().__init__(box)
        self._file, self._number = file, 0
        self._last = len(frames(file)) - 1
        with self.canvas:
            Color(1, 1, 1, 1)
            self._picture = Rectangle(texture=first, pos=self.pos, size=self.size)
        if self._last > 0:
            Clock.schedule_interval(self._next, frame_ms / 1000)

    def _next(self, _passed: float) -> bool:
        """Say whether there is more to come."""
        if not (self.parent and self.parent.parent):
            return False
        self._number += 1
        try:
            self._picture.texture = read(self._file, self._number)
        except Exception as error:  # Each of Kivy's loaders raises what it likes.
            log.warning("a film ends early", file=self._file, error=repr(error))
            return False
        return self._number < self._last
