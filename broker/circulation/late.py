"""When a loan is due, how late it came back, and what that costs.  Pure; money is integer fen.

Nobody can bring anything back to a library that is closed: a due day on which no returns are taken
moves to the first day on which they are, and days without returns are not counted, also when the
closure became known only afterwards.  So lateness is reckoned when a loan is settled, by the
calendar of that day, and never before.
"""

from typing import NamedTuple

from broker.circulation import days, texts
from broker.circulation.calendar import ALWAYS, Calendar
from broker.circulation.rules import Rules
from broker.circulation.terms import ANY, ANYWHERE, Place


class Loan(NamedTuple):
    """What of a loan decides.  `place` is where it was lent."""

    due: int
    item: str = ANY
    type: str = "book"
    patron: str = ANY
    guarantee: str = ANY
    place: Place = ANYWHERE


class Late(NamedTuple):
    """`days` that count; `forgiven` days that the library was closed; at most one of `fen` and
    `suspension_days` is not 0.  `lines` are the rule's and those of the calendar that forgave."""

    days: int
    forgiven: int
    fen: int
    suspension_days: int
    lines: tuple[str, ...]
    words_zh: str
    words_en: str


def due(
    rules: Rules,
    today: int,
    *,
    item: str,
    patron: str,
    type: str = "book",
    place: Place = ANYWHERE,
    guarantee: str = ANY,
    calendar: Calendar = ALWAYS,
) -> tuple[int, str]:
    """Return the due day of a loan that begins today and the lines that say so.

    (0, line) when the rules say that it is not lent; (0, "") when they say nothing.
    """
    line = rules.find(
        "loan",
        today,
        item=item,
        type=type,
        patron=patron,
        level=place.level,
        channel=place.channel,
        guarantee=guarantee,
    )
    if line is None or not line.value:
        return 0, line.quoted if line else ""
    return moved(calendar, days.plus(today, line.value), item, place, line.quoted)


def moved(calendar: Calendar, day: int, audience: str, place: Place, line: str) -> tuple[int, str]:
    """Return the first day from `day` on when returns are taken, and the lines that decided."""
    closing = calendar.closed_by("return", audience, place, day)
    if closing is None:
        return day, line
    opening = calendar.next_open("return", audience, place, day)
    return (opening, f"{line}; {closing.quoted}") if opening else (day, line)


def days_late(loan: Loan, on: int, calendar: Calendar) -> int:
    """Return on how many days since it was due a loan could have been brought back until `on`."""
    if not loan.due or on <= loan.due:
        return 0
    due_day, _line = moved(calendar, loan.due, loan.item, loan.place, "")
    return calendar.days_counted(days.plus(due_day, 1), on, loan.item, loan.place)


def fine(loan: Loan, in_day: int, rules: Rules, calendar: Calendar) -> Late:
    """Return what a loan that came back on `in_day` costs, by the rules and calendar given."""
    between = max(0, days.between(loan.due, in_day)) if loan.due else 0
    count = days_late(loan, in_day, calendar)
    line = rules.find(
        "late",
        in_day,
        item=loan.item,
        type=loan.type,
        patron=loan.patron,
        level=loan.place.level,
        channel=loan.place.channel,
        guarantee=loan.guarantee,
    )
    charged = max(0, count - line.after) if line else 0
    amount = charged * line.value if line else 0
    if line and line.most:
        amount = min(amount, line.most)
    fen = amount if line and line.unit == "fen" else 0
    suspension = amount if line and line.unit == "days" else 0
    lines = [line.quoted] if line and between else []
    if between > count:
        lines += _closings(calendar, loan, in_day)
    said = [
        texts.late(
            language,
            days=count,
            forgiven=between - count,
            free=count - charged,
            fen=fen,
            capped=bool(line and line.most and charged * line.value > line.most),
            suspension=suspension,
        )
        for language in texts.LANGUAGES
    ]
    return Late(count, between - count, fen, suspension, tuple(lines), *said)


def _closings(calendar: Calendar, loan: Loan, in_day: int) -> list[str]:
    """Return the lines of the calendar that closed returns between the due day and the return."""
    found: dict[str, None] = {}
    day = loan.due
    while day <= in_day:
        line = calendar.closed_by("return", loan.item, loan.place, day)
        if line:
            found[line.quoted] = None
        day = days.plus(day, 1)
    return list(found)
