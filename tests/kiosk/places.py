"""Where a finger goes: `python -m tests.kiosk.places FOLDER NAME…` prints each choice's centre.

NAME is a picture of the gallery.  One JSON object: name -> word -> [x, y] in px from the top left.
"""

import json
import sys
from pathlib import Path

from kiosk.config import Panel, texts
from kiosk.core.present import present
from tests.kiosk.gallery import models


def main(folder: Path, names: list[str]) -> None:
    from kiosk.ui import env

    panel = Panel()
    env.prepare(panel, folder / ".kivy")
    from kiosk.ui.widgets import Touchable
    from kiosk.ui.window import Kiosk

    words, known = texts("zh"), models()
    kiosk = Kiosk(panel, send=lambda word: None)
    found = {}
    for name in names:
        kiosk.show(present(known[name], words), words["separator"])
        found[name] = {
            widget.word: [int(widget.center_x), int(panel.height - widget.center_y)]
            for widget in kiosk._canvas.walk(restrict=True)
            if isinstance(widget, Touchable)
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
