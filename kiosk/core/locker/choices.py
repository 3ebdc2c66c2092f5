"""What can be chosen at a pick-up locker.

By keypad alone: scan the card; or go (type a code), six digits, go; then the door's digit.
"""

from kiosk.core import states as at
from kiosk.core.led.choices import choices as led
from kiosk.core.model import Model


def choices(model: Model) -> tuple[str, ...]:
    if model.state == at.WELCOME:
        return () if model.shown.locked else ("code",)
    return led(model)
