"""What an ended loan costs by the rules and the calendar in force.  Pure."""

from broker.accounts.money import Reason
from broker.accounts.settle import Charge, CostOf, Ended
from broker.circulation import late
from broker.circulation.calendar import Calendar
from broker.circulation.rules import Rules

LOST = Reason("图书遗失赔偿", "a lost book is paid for")


def by(rules: Rules, calendar: Calendar) -> CostOf:
    """Return the function that settlement asks."""

    def cost_of(ended: Ended) -> list[Charge]:
        fine = late.fine(ended.loan, ended.in_day, rules, calendar)
        reason = Reason(fine.words_zh, fine.words_en, "; ".join(fine.lines), str(calendar.version))
        charges = [Charge("fine", fine.fen, reason)]
        if ended.state == "lost":
            charges += _replacement(ended, rules, calendar)
        return charges

    return cost_of


def _replacement(ended: Ended, rules: Rules, calendar: Calendar) -> list[Charge]:
    loan = ended.loan
    line = rules.find(
        "charge lost", ended.in_day, item=loan.item, type=loan.type, patron=loan.patron
    )
    if line is None:
        return []
    reason = LOST._replace(rule=line.quoted, calendar=str(calendar.version))
    return [Charge("lost_item", line.value, reason)]
