"""How Kivy is started: imported before anything else of Kivy.  Sizes come from the panel."""

import os
import sys
from pathlib import Path

from kiosk.config import Panel


def prepare(panel: Panel, home: Path) -> None:
    """Set what Kivy reads once, at its import: no arguments, no files, one input, no surprises.

    Whatever it keeps for itself goes below `home`.
    """
    os.environ.setdefault("KIVY_HOME", str(home))
    os.environ.setdefault("KIVY_NO_ARGS", "1")
    os.environ.setdefault("KIVY_NO_CONFIG", "1")
    os.environ.setdefault("KIVY_NO_FILELOG", "1")
    # The default mode takes stderr over, and tracebacks vanish with it.
    os.environ.setdefault("KIVY_LOG_MODE", "PYTHON")
    os.environ.setdefault("KIVY_METRICS_DENSITY", "1")
    os.environ.setdefault("KIVY_DPI", "96")
    os.environ.setdefault("KIVY_WINDOW", "sdl2")
    if not os.environ.get("DISPLAY") and "SDL_VIDEODRIVER" not in os.environ:
        os.environ["SDL_VIDEODRIVER"] = "offscreen"
        print("no DISPLAY: drawing offscreen, the picture goes to the service", file=sys.stderr)

    from kivy.config import Config

    # The default section opens every touch panel twice.
    Config.remove_section("input")
    Config.add_section("input")
    Config.set("input", "mouse", "mouse,disable_multitouch")
    graphics = {
        "width": panel.width, "height": panel.height, "borderless": 1, "resizable": 0,
        "fullscreen": 0, "multisamples": 0, "maxfps": 60, "vsync": 0,
    }  # fmt: skip
    for name, value in graphics.items():
        Config.set("graphics", name, str(value))
    Config.set("kivy", "exit_on_escape", "0")
    Config.set("kivy", "desktop", "0")
    Config.set("kivy", "log_level", "warning")
