"""The screen of a 24-hour return with a belt as a table: its controller leads all of it."""

from kiosk.core import states as at
from kiosk.core.belt import screens
from kiosk.core.led import flow as led
from kiosk.core.led import screens as shared
from kiosk.core.led.choices import choices, greyed, taps
from kiosk.core.role import Role

EVENTS = ("shown", "unlinked", "stay", "timeout", "leave", "task", "door", "digit", "tap", "enter")
_OWN = (at.WELCOME, "put_in", "looking", "returned", "given_back", "shut")

BELT = Role(
    events=EVENTS,
    table=led.table(_OWN),
    ignored=led.ignored(EVENTS, led.HEARD | dict.fromkeys(_OWN, "shown unlinked stay")),
    screens=screens.SCREENS,
    choices=choices,
    status=shared.status,
    helps=screens.HELPS,
    parts=("panel", "keypad"),
    needs=("panel",),
    journals=False,
    taps=taps,
    greyed=greyed,
    choice=shared.choice,
)
