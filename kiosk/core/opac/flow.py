"""A catalogue machine as a table: find a title, see where it is, wait for it, take it along.

No card is needed until somebody wants a hold, and nothing of the card stays.
"""

from typing import Any

from kiosk.core import states as at
from kiosk.core.opac import screens, steps
from kiosk.core.opac.choices import choices, taps
from kiosk.core.role import Role

EVENTS = (
    # touched, or by keypad
    "key", "tap", "book", "next", "hold", "phone", "back", "leave", "wake",
    # scanned
    "card", "barcode", "other_code",
    # learned
    "answered", "served", "timeout",
)  # fmt: skip

TABLE: dict[tuple[str, str], Any] = {
    (at.WELCOME, "key"): steps.key,
    (at.WELCOME, "tap"): steps.tap,
    (at.WELCOME, "barcode"): steps.code,
    (at.WELCOME, "card"): steps.no_card,
    (at.WELCOME, "served"): steps.begin,
    (at.WELCOME, "timeout"): steps.rest,
    (at.ATTRACT, "wake"): steps.wake,
    (at.ATTRACT, "barcode"): steps.code,
    (at.ATTRACT, "card"): steps.wake,
    (at.ATTRACT, "timeout"): steps.rest,
    (at.FINDING, "key"): steps.key,
    (at.FINDING, "tap"): steps.tap,
    (at.FINDING, "book"): steps.choose,
    (at.FINDING, "next"): steps.turn,
    (at.FINDING, "leave"): steps.over,
    (at.FINDING, "card"): steps.no_card,
    (at.FINDING, "barcode"): steps.code,
    (at.FINDING, "answered"): steps.answered,
    (at.FINDING, "served"): steps.again,
    (at.FINDING, "timeout"): steps.rest,
    (at.TITLE, "hold"): steps.hold,
    (at.TITLE, "phone"): steps.phone,
    (at.TITLE, "back"): steps.to_list,
    (at.TITLE, "leave"): steps.over,
    (at.TITLE, "card"): steps.no_card,
    (at.TITLE, "barcode"): steps.code,
    (at.TITLE, "answered"): steps.places,
    (at.TITLE, "timeout"): steps.rest,
    (at.PHONE, "back"): steps.to_title,
    (at.PHONE, "leave"): steps.over,
    (at.PHONE, "answered"): steps.places,
    (at.PHONE, "timeout"): steps.rest,
    (at.CARD, "card"): steps.ask_hold,
    (at.CARD, "other_code"): steps.other_code,
    (at.CARD, "barcode"): steps.other_code,
    (at.CARD, "back"): steps.to_title,
    (at.CARD, "answered"): steps.places,
    (at.CARD, "timeout"): steps.rest,
    (at.HOLDING, "answered"): steps.held,
    (at.HOLDING, "timeout"): steps.not_told,
    (at.HELD, "back"): steps.to_list,
    (at.HELD, "leave"): steps.over,
    (at.HELD, "barcode"): steps.code,
    (at.HELD, "timeout"): steps.rest,
    (at.SORRY, "leave"): steps.over,
    (at.SORRY, "timeout"): steps.rest,
}

_TYPED, _CHOSEN = "key tap ", "book next hold phone back leave "
IGNORED = {
    at.WELCOME: _CHOSEN + "wake other_code answered",
    at.ATTRACT: _TYPED + _CHOSEN + "other_code answered served",
    at.FINDING: "hold phone back wake other_code",
    at.TITLE: _TYPED + "book next wake other_code served",
    at.PHONE: _TYPED + "book next hold phone wake card barcode other_code served",
    at.CARD: _TYPED + "book next hold phone leave wake served",
    at.HOLDING: _TYPED + _CHOSEN + "wake card barcode other_code served",
    at.HELD: _TYPED + "book next hold phone wake card other_code answered served",
    at.SORRY: _TYPED + "book next hold phone back wake card barcode other_code answered served",
}

OPAC = Role(
    events=EVENTS,
    table=TABLE,
    ignored=IGNORED,
    screens=screens.SCREENS,
    choices=choices,
    status=screens.status,
    helps=screens.HELPS,
    parts=("scanner", "keypad"),
    needs=(),
    taps=taps,
    choice=screens.choice,
)
