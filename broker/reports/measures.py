"""What the library counts: each measure with its definition and version, and how a sum is shown.

A figure is only as good as its definition.  A measure that is counted in another way takes a new
version; a closed month keeps the figures of the version by which it was closed.  Pure.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

UNITS = (
    ("copies", "whole copies"),
    ("visits", "whole visits"),
    ("cards", "whole cards"),
    ("times", "how often"),
    ("ms", "milliseconds"),
    ("ratio", "thousandths: 1523 is 1.523"),
    ("share", "thousandths of the whole: 998 is 99.8 %"),
)


class Measure(NamedTuple):
    """`counts` says in words what one is, `counts_zh` in Chinese; `unit` is a word of UNITS."""

    name: str
    version: int
    unit: str
    zh: str
    en: str
    counts_zh: str
    counts: str


# Counted in the ledger, cell by cell: see queries.py.
# fmt: off
COUNTED = (
    Measure("loans", 1, "copies", "外借册次", "Loans",
            "期内开始的一次借阅；作废的不算，续借不算",
            "a loan that began in the period; one that was void never was a loan; a renewal is "
            "none"),
    Measure("returns", 1, "copies", "还回册次", "Returns",
            "期内因书归还而结束的一次借阅，看见的或推定的",
            "a loan that ended in the period because the copy came back, seen or inferred"),
    Measure("renewals", 1, "copies", "续借册次", "Renewals",
            "期内在借图书的一次应还日顺延",
            "a due day that was moved on in the period while its copy was on loan"),
    Measure("circulating_visits", 1, "visits", "流通人次", "Circulating visits",
            "一位读者在一处的一次开门或一次到访，其间有书借出或归还；其中有少儿书即计为少儿",
            "a patron at one site in one door session or visit in which a loan began or a copy was "
            "seen coming back; juvenile when any copy in it is"),
    Measure("cards_issued", 1, "cards", "新办读者证", "Cards issued",
            "期内发出的一张证；成人或少儿依读者",
            "a card that was issued in the period; audience is that of its reader"),
    Measure("stock", 1, "copies", "在架册数", "On the shelf",
            "期末在柜格或书架上的一册书",
            "a copy in a compartment or on a shelf when the period ends"),
    Measure("on_loan", 1, "copies", "在借册数", "On loan",
            "期末在读者手中的一册书，计在借出处",
            "a copy with a reader when the period ends, at the place that lent it"),
    Measure("underway", 1, "copies", "在途册数", "Under way",
            "期末在车上、袋中或馆员处的一册书",
            "a copy in a van, in a bag or with staff when the period ends"),
    Measure("missing", 1, "copies", "下落不明", "Nobody knows where",
            "期末不知在谁处的一册书",
            "a copy that nobody is known to hold when the period ends"),
    Measure("served_ms", 1, "ms", "在线时长", "Time served",
            "机器在线且应答的毫秒数，断电时段不计",
            "milliseconds in which a machine was connected and answered, dark hours left out"),
    Measure("expected_ms", 1, "ms", "应在线时长", "Time expected",
            "自机器首次联系起的毫秒数，所在地断电时段不计",
            "milliseconds since a machine was first heard, dark hours of its place left out"),
    Measure("outages", 1, "times", "中断次数", "Outages",
            "机器在断电时段之外失去联系一次",
            "a machine that went out of reach outside the dark hours of its place"),
)
# Made of the sums of counted ones, never of other derived figures' averages.
DERIVED = (
    Measure("loans_plus_returns", 1, "copies", "流通册次", "Items circulated",
            "外借与还回之和，同年鉴口径",
            "loans and returns together, as the district's yearbook prints it"),
    Measure("turnover", 1, "ratio", "周转率", "Turnover",
            "期内外借册次除以期末该处图书册数，在架与在借合计",
            "loans of the period for each copy of the place at its end, on the shelf or on loan"),
    Measure("uptime", 1, "share", "在线率", "Uptime",
            "在线时长占应在线时长的比例",
            "time served of the time expected"),
)
# fmt: on
MEASURES = {measure.name: measure for measure in (*COUNTED, *DERIVED)}

Sums = Mapping[str, int]


def _share(part: int, whole: int) -> int | None:
    """Thousandths, rounded half up; nothing where there is nothing to divide by."""
    return (2000 * part + whole) // (2 * whole) if whole else None


# name: (measures that it is made of, how)
FORMULAS: dict[str, tuple[tuple[str, ...], Callable[[Sums], int | None]]] = {
    "loans_plus_returns": (("loans", "returns"), lambda of: of["loans"] + of["returns"]),
    "turnover": (
        ("loans", "stock", "on_loan"),
        lambda of: _share(of["loans"], of["stock"] + of["on_loan"]),
    ),
    "uptime": (
        ("served_ms", "expected_ms"),
        lambda of: _share(of["served_ms"], of["expected_ms"]),
    ),
}
# What stands at one moment is not added up over months: the last one counts.
AT_THE_END = ("stock", "on_loan", "underway", "missing")


def parts(name: str) -> tuple[str, ...]:
    """Return the counted measures that a figure is made of."""
    return FORMULAS[name][0] if name in FORMULAS else (name,)


def value(name: str, sums: Sums) -> int | None:
    """Return a figure made of sums; None where it has no value."""
    return FORMULAS[name][1](sums) if name in FORMULAS else sums[name]
