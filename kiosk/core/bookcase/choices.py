"""What can be chosen on a bookcase's screen.

By keypad alone: scan the card, the door's digit, open, take or return, shut, * (all is well).
"""

from kiosk.core import states as at
from kiosk.core.bookcase.steps import pages
from kiosk.core.led.choices import choices as led
from kiosk.core.model import Model


def choices(model: Model) -> tuple[str, ...]:
    if model.state == at.WELCOME:
        return ("inside",) if model.world.inside else ()
    if model.state == at.INSIDE:
        return ("next", "back") if pages(model) > 1 else ("back",)
    return led(model)
