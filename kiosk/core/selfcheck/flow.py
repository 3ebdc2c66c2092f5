"""Lending and returning as a table: (state, event) -> step.  Every other pair changes nothing."""

from typing import Any

from kiosk.core import states as at
from kiosk.core.books import titles
from kiosk.core.role import Role
from kiosk.core.selfcheck import choices, screens, steps
from kiosk.core.steps import home

EVENTS = (
    # chosen by a person
    "borrow", "return", "confirm", "switch", "more", "next", "done", "leave",
    "loans", "renew", "back", "paper", "phone",
    # scanned, seen
    "card", "barcode", "other_code", "seen",
    # learned
    "answered", "written", "printed", "timeout",
)  # fmt: skip

TABLE: dict[tuple[str, str], Any] = {
    (at.WELCOME, "borrow"): steps.borrow,
    (at.WELCOME, "return"): steps.give_back,
    (at.WELCOME, "card"): steps.look_up,
    (at.WELCOME, "barcode"): steps.book_barcode,
    (at.WELCOME, "other_code"): steps.other_code,
    (at.WELCOME, "timeout"): home,
    (at.CARD, "card"): steps.look_up,
    (at.CARD, "barcode"): steps.book_barcode,
    (at.CARD, "other_code"): steps.other_code,
    (at.CARD, "leave"): home,
    (at.CARD, "timeout"): steps.farewell,
    (at.LOOKING, "answered"): steps.account,
    (at.LOOKING, "card"): steps.second_card,
    (at.LOOKING, "leave"): home,
    (at.LOOKING, "timeout"): steps.unanswered,
    (at.REFUSED, "return"): steps.give_back,
    (at.REFUSED, "loans"): steps.loans,
    (at.REFUSED, "card"): steps.look_up,
    (at.REFUSED, "leave"): steps.farewell,
    (at.REFUSED, "timeout"): steps.farewell,
    (at.TRAY, "seen"): steps.look,
    (at.TRAY, "answered"): titles,
    (at.TRAY, "card"): steps.second_card,
    (at.TRAY, "barcode"): steps.book_barcode,
    (at.TRAY, "loans"): steps.loans,
    (at.LOANS, "renew"): steps.renew,
    (at.LOANS, "next"): steps.turn,
    (at.LOANS, "back"): steps.back,
    (at.LOANS, "card"): steps.second_card,
    (at.LOANS, "timeout"): steps.farewell,
    (at.RENEWING, "answered"): steps.renewed,
    (at.RENEWING, "card"): steps.second_card,
    (at.RENEWING, "timeout"): steps.not_renewed,
    (at.TRAY, "leave"): steps.leave,
    (at.TRAY, "timeout"): steps.farewell,
    (at.REVIEW, "confirm"): steps.confirm,
    (at.REVIEW, "switch"): steps.switch,
    (at.REVIEW, "seen"): steps.look,
    (at.REVIEW, "answered"): titles,
    (at.REVIEW, "card"): steps.second_card,
    (at.REVIEW, "barcode"): steps.book_barcode,
    (at.REVIEW, "leave"): steps.leave,
    (at.REVIEW, "timeout"): steps.farewell,
    (at.WORKING, "seen"): steps.lift,
    (at.WORKING, "answered"): steps.lend,
    (at.WORKING, "written"): steps.written,
    (at.WORKING, "card"): steps.second_card,
    (at.WORKING, "timeout"): steps.unanswered,
    (at.RESULT, "more"): steps.look,
    (at.RESULT, "next"): steps.turn,
    (at.RESULT, "done"): steps.leave,
    (at.RESULT, "answered"): titles,
    (at.RESULT, "card"): steps.next_reader,
    (at.RESULT, "timeout"): steps.farewell,
    (at.RECEIPT, "done"): steps.leave,
    (at.RECEIPT, "paper"): steps.paper,
    (at.RECEIPT, "phone"): steps.phone,
    (at.RECEIPT, "printed"): steps.printed,
    (at.RECEIPT, "card"): steps.next_reader,
    (at.RECEIPT, "timeout"): steps.farewell,
    (at.PHONE, "back"): steps.to_receipt,
    (at.PHONE, "done"): steps.leave,
    (at.PHONE, "printed"): steps.printed,
    (at.PHONE, "card"): steps.next_reader,
    (at.PHONE, "timeout"): steps.farewell,
    (at.TAKE, "seen"): steps.taken,
    (at.TAKE, "leave"): home,
    (at.TAKE, "card"): steps.next_reader,
    (at.TAKE, "timeout"): home,
    (at.GOODBYE, "card"): steps.next_reader,
    (at.GOODBYE, "timeout"): home,
    (at.SORRY, "card"): steps.look_up,
    (at.SORRY, "leave"): home,
    (at.SORRY, "timeout"): home,
}

# Changes nothing.  Every other pair is in TABLE: a test counts them.
_LOANS, _SLIP = "loans renew back ", "paper phone printed "
_CHOSEN = "borrow return confirm switch more next done leave " + _LOANS + _SLIP
_OTHERS = _LOANS + _SLIP
IGNORED = {
    # What the antenna sees is known to the world before any step; these screens do not show it.
    at.WELCOME: _OTHERS + "confirm switch more next done leave seen answered written",
    at.CARD: _OTHERS + "borrow return confirm switch more next done seen answered written",
    at.LOOKING: _OTHERS
    + "borrow return confirm switch more next done barcode other_code seen written",
    at.REFUSED: _SLIP + "renew back "
    "borrow confirm switch more next done barcode other_code seen answered written",
    at.TRAY: _SLIP + "renew back borrow return confirm switch more next done other_code written",
    at.REVIEW: _OTHERS + "borrow return more next done other_code written",
    # Between "yes, these" and the outcome nothing can be chosen.
    at.WORKING: _CHOSEN + "barcode other_code",
    at.RESULT: _OTHERS + "borrow return confirm switch leave barcode other_code seen written",
    at.RECEIPT: _LOANS + "borrow return confirm switch more next leave "
    "barcode other_code seen answered written",
    at.PHONE: "loans renew paper phone borrow return confirm switch more next leave "
    "barcode other_code seen answered written",
    at.TAKE: _OTHERS
    + "borrow return confirm switch more next done barcode other_code answered written",
    at.GOODBYE: _CHOSEN + "barcode other_code seen answered written",
    at.SORRY: _OTHERS + "borrow return confirm switch more next done "
    "barcode other_code seen answered written",
    at.LOANS: _SLIP + "borrow return confirm switch more done leave loans "
    "barcode other_code seen answered written",
    at.RENEWING: _CHOSEN + "barcode other_code seen written",
}

SELFCHECK = Role(
    events=EVENTS,
    table=TABLE,
    ignored=IGNORED,
    screens=screens.SCREENS,
    choices=choices.choices,
    status=screens.status,
    helps=screens.HELPS,
    parts=("tray", "scanner", "keypad", "printer"),
    needs=("tray", "scanner"),
    greyed=choices.greyed,
    lends=True,
)
