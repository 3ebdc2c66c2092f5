"""What can be chosen on each screen of the loan machine, in the order of the digits.

By keypad alone, from welcome (`go` presses what has the focus, at first the main choice; a digit
chooses at once; back is *, help is #, the language is 0):

    borrow  scan the card, lay the books down, go (yes, these), go (the result), go (the receipt)
    return  2, lay the books down, go (yes, these), go (the result); put the books into the box
"""

from kiosk.core import states as at
from kiosk.core.model import BATCH_MAX, BORROW, NOT_LENT, Model, book, fresh, roomy

PRINTS_NOTHING = ("cover", "no_paper", "fault")  # Words of escpos.STATUS.
_GIVEN = ("printing", "printed")
# Who is refused for these may borrow again once something was returned.
_RETURN_HELPS = ("limit", "limit_of_kind", "overdue")
_CHOICES = {
    at.WELCOME: ("borrow", "return"),
    at.CARD: ("leave",),
    at.LOOKING: ("leave",),
    at.REFUSED: ("leave",),
    at.TRAY: ("leave",),
    at.REVIEW: ("confirm", "leave"),
    at.WORKING: (),
    at.RESULT: ("done", "more"),
    at.PHONE: ("back", "done"),
    at.TAKE: ("leave",),
    at.GOODBYE: (),
    at.RENEWING: (),
    at.SORRY: ("leave",),
}


def choices(model: Model) -> tuple[str, ...]:
    if model.state == at.WELCOME:
        return () if "tray" in model.world.faults else _welcome(model)
    if model.state == at.REFUSED:
        ways = ("return",) if model.why in _RETURN_HELPS else ()
        return (*ways, *(("loans",) if has_account(model) else ()), "leave")
    if model.state == at.TRAY and has_account(model):
        return ("loans", "leave")
    if model.state == at.RECEIPT:
        paper = (
            ()
            if model.world.printer is None or greyed(model) or model.receipt in _GIVEN
            else ("paper",)
        )
        return ("done", *paper, "phone")
    if model.state == at.LOANS:
        return _loans(model)
    if model.state == at.REVIEW:
        return _review(model)
    if model.state == at.RESULT and model.page < _pages(model) - 1:
        return ("next", "done")
    return _CHOICES[model.state]


def greyed(model: Model) -> tuple[tuple[str, str], ...]:
    """Return what a reader misses here, and why: to borrow, or paper."""
    if model.state == at.WELCOME and "scanner" in model.world.faults and choices(model):
        return (("borrow", "grey.scanner"),)
    if model.state == at.RECEIPT and model.world.printer in PRINTS_NOTHING:
        return (("paper", f"grey.{model.world.printer}"),)
    return ()


def has_account(model: Model) -> bool:
    """Say whether there is anything on the card to look at."""
    return bool(model.owned or model.fines)


def _loans(model: Model) -> tuple[str, ...]:
    """Once is enough: what was refused would be refused again."""
    turns = ("next",) if loan_pages(model) > model.page + 1 else ()
    renews = ("renew",) if _renewable(model) else ()
    return (*renews, *turns, "back")


def _renewable(model: Model) -> bool:
    return bool(model.owned) and model.world.served and not model.renewed


def loan_pages(model: Model) -> int:
    """Return how many pages the loans take: one for so many due days or reasons."""
    if model.renewed:
        kinds = {(done.outcome, done.due, done.why) for done in model.renewed}
    else:
        kinds = {(str(loan.late_days > 0), loan.due, "") for loan in model.owned}
    return -(-len(kinds) // parts_max(model))


def parts_max(model: Model) -> int:
    """Return how many kinds of outcome one page of a result says."""
    return 2 if roomy(model) else 3


def _pages(model: Model) -> int:
    kinds = {
        (done.outcome, done.due, done.why if done.outcome == NOT_LENT else "")
        for done in model.done
    }
    return -(-len(kinds) // parts_max(model))


def _welcome(model: Model) -> tuple[str, ...]:
    """Without a scanner nobody can say who borrows; returns need no card."""
    return ("return",) if "scanner" in model.world.faults else _CHOICES[at.WELCOME]


def _review(model: Model) -> tuple[str, ...]:
    if len(fresh(model)) > BATCH_MAX:
        return ("leave",)
    if model.mode == BORROW and any(book(model, tag).mine for tag in fresh(model)):
        return ("confirm", "switch", "leave")
    return _CHOICES[at.REVIEW]
