"""A film on the attract screen, by the window's own clock: `python -m tests.kiosk.moving FILM`.

Prints how many different pictures were seen, and "ended" once the next screen has no film running.
"""

import sys
import tempfile
from pathlib import Path

from kiosk.config import Panel
from kiosk.core.events import Poster, Promoted
from kiosk.core.present import present
from tests.kiosk.cabinet import Cabinet
from tests.kiosk.gallery import words_of

FRAME_MS = 40
LOOKS_MAX = 2000


def main(file: str) -> None:
    from kiosk.ui import env

    env.prepare(Panel(), Path(tempfile.mkdtemp()))
    from kivy.base import EventLoop

    from kiosk.ui.film import Film
    from kiosk.ui.window import Kiosk

    words = words_of("zh")
    kiosk = Kiosk(Panel(), send=lambda word: None)
    kiosk._run_prepare()
    EventLoop.start()
    cabinet = Cabinet().on(Promoted((Poster(file, FRAME_MS, 60_000),))).wait(61 + 2 * 9)
    kiosk.show(present(cabinet.model, words), words["separator"])
    (film,) = [widget for widget in kiosk._canvas.walk() if isinstance(widget, Film)]
    seen = {bytes(film._picture.texture.pixels)}
    for _look in range(LOOKS_MAX):
        if film._number == film._last:
            break
        EventLoop.idle()
        seen.add(bytes(film._picture.texture.pixels))
    print(len(seen))
    kiosk.show(present(cabinet.press("wake").model, words), words["separator"])
    if not film._next(0):
        print("ended")


if __name__ == "__main__":
    main(sys.argv[1])
