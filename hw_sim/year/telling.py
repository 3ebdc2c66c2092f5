"""What is told of a replayed year: the printed tables beside the ledger's, assumptions, plots."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from broker.reports import periods
from broker.reports.build import Report
from hw_sim.year import drawing, printed
from hw_sim.year.drawing import BLUE, GREEN, GREY, RED, Mark, Series
from hw_sim.year.page import Block, Head, Plot, Points, Table, Text
from hw_sim.year.replay import BOOKCASES, Outcome, Year
from hw_sim.year.tables import COLUMNS

MONTHS = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
WEEK = timedelta(days=7)
MARKED = (  # Announcements that can be seen in the days, in a few words.
    (20200123, "closed"),
    (20200313, "returns"),
    (20200324, "adult loans"),
    (20200612, "juvenile loans"),
    (20201027, "limit 15"),
)
ASSUMED = (
    "On a day on which nothing is open, books come back through the slot of a 24-hour return: as "
    "many a day as in February.",
    "Of the days of a month, one on which books are lent and taken back counts twice one on which "
    "they are only taken back, and a Saturday or Sunday 1.6 times another day. The library prints "
    "neither days nor hours; visits are spread evenly over the hours in which the desk is open.",
    "Loans and returns are printed for the whole year only, in hundreds. Of what circulates while "
    "lending is open, one share is loans, the same all year, such that the year's loans are those "
    "printed. The street branches lend by the same share.",
    "The street branches' juvenile share and items a visit are those of the library's same month.",
    "When the year ends, as many copies are out as four weeks of December lent. What was out when "
    "it began follows from that; it was lent in December 2019, before the report begins. What has "
    "been out longest comes back first.",
    "A visit has books of one audience. Who brings books back may bring those of others.",
    "Half of the copies stand in the street branches. Since 12 November one in twenty of the "
    "library's visits goes to one of the 20 bookcases, which staff fill when they have too little.",
    "Nobody is turned away: a visitor who may not borrow does not come. Renewals, fines and holds "
    "are not printed and not replayed.",
    "Valid cards are not replayed: the ledger does not know cards that were given back. One card "
    "is printed for March, when the desk issued none; it is issued on a day of returns.",
)


def blocks(year: Year, outcome: Outcome, figures: Mapping[str, object]) -> list[Block]:
    """Return the page: `figures` are those of the run's JSON line."""
    monthly = year.report("monthly")
    equal = f"{figures['figures_equal']} of {figures['figures']}"
    return [
        Head(1, "2020, replayed"),
        Text(
            "A district library's printed year went visit by visit through the product: machines' "
            "records and asks, the rules and the calendar as they were known on each day, the "
            "ledger, and the monthly report over it, which knows nothing of where the visits come "
            "from. Where the report says what the library printed, the whole way between is right."
        ),
        Text(
            f"This run: scale {figures['share']}, seed {figures['seed']}; "
            f"{outcome.items:,} items in {outcome.visits:,} visits; {equal} printed figures are "
            f"equal; {figures['violations']} violations. It took {figures['cpu_s']} s of processor "
            f"time, {figures['took_s']} s in all. make year-2020 does it again, "
            "with --pages docs in ARGS it writes this page."
        ),
        Head(2, "The printed table and the ledger's"),
        Text("Each figure is the ledger's; where the print says another, it stands in brackets."),
        _table(outcome),
        _months(monthly),
        _street(monthly),
        _share(monthly),
        Head(2, "Days"),
        Text("Loans up, returns down, at the library, its bookcases and the street branches."),
        _days(year),
        Head(2, "Bookcases"),
        _bookcases(year),
        Head(2, "Announcements"),
        Text("What the service was asked on the eve and on the day, and what it answered."),
        _events(outcome),
        Head(2, "What was assumed"),
        Points(ASSUMED),
        Head(2, "What was checked beside the figures"),
        Points(_CHECKED),
    ]


_CHECKED = (
    "At the end of each month: where each copy is, who has it and until when, in the ledger and in "
    "truth; that no case was opened and no message refused.",
    "At the end: every copy's life is folded anew from its facts and compared with the ledger.",
    "No visitor who may borrow was refused, and every announcement took effect on its day.",
)


def _table(outcome: Outcome) -> Table:
    names = {
        "items_circulated": "items",
        "items_circulated_juvenile": "of which juvenile",
        "visits_circulating": "visits",
        "visits_circulating_juvenile": "of which juvenile",
        "items_circulated_street_branches": "street branches",
        "new_cards": "cards",
        "new_cards_juvenile": "of which juvenile",
    }
    found = {(pair.month, pair.column): pair for pair in outcome.pairs}
    rows = []
    for number, name in enumerate(MONTHS, 1):
        pairs = [found[number, column] for column, _field in COLUMNS]
        rows.append([name, *(_figure(pair.reported, pair.printed) for pair in pairs)])
    sums = []
    for column, _field in COLUMNS:
        pairs = [pair for pair in outcome.pairs if pair.column == column]
        sums.append(
            _figure(sum(pair.reported for pair in pairs), sum(pair.printed for pair in pairs))
        )
    return Table(["2020", *(names[column] for column, _field in COLUMNS)], [*rows, ["", *sums]])


def _figure(reported: int, wanted: int) -> str:
    return f"{reported:,}" + (f" ({wanted:,})" if reported != wanted else "")


def _column(report: Report, key: str) -> list[int]:
    number = [column.key for column in report.layout.columns].index(key)
    return [line.values[number] or 0 for line in report.lines]


def _at(line: str, report: Report, key: str) -> int:
    """Return a figure of a line; a report has no line for what did nothing."""
    lines = [one.key for one in report.lines]
    return _column(report, key)[lines.index(line)] if line in lines else 0


def _months(monthly: Report) -> Plot:
    whole, young = (
        _column(monthly, key) for key in ("items_circulated", "items_circulated_juvenile")
    )
    adult = [a - b for a, b in zip(whole, young, strict=True)]
    title = "Items circulated by the library, by month"
    series = (Series("adult", BLUE, adult), Series("juvenile", GREEN, young))
    return Plot("year-2020-months.svg", title, drawing.bars(title, MONTHS, series, stacked=True))


def _street(monthly: Report) -> Plot:
    own, street = (
        _column(monthly, key) for key in ("items_circulated", "items_circulated_street_branches")
    )
    title = "The library and the street branches"
    series = (Series("library", BLUE, own), Series("street branches", GREY, street))
    return Plot("year-2020-street.svg", title, drawing.bars(title, MONTHS, series, stacked=False))


def _share(monthly: Report) -> Plot:
    title = "Juvenile share, in percent"
    series = [
        Series(name, colour, _percent(_column(monthly, f"{key}_juvenile"), _column(monthly, key)))
        for name, colour, key in (
            ("of items", GREEN, "items_circulated"),
            ("of visits", RED, "visits_circulating"),
        )
    ]
    return Plot("year-2020-juvenile.svg", title, drawing.lines(title, MONTHS, series))


def _percent(parts: Sequence[int], wholes: Sequence[int]) -> list[float]:
    return [100 * part / max(1, whole) for part, whole in zip(parts, wholes, strict=True)]


def _days(year: Year) -> Plot:
    lent: list[int] = []
    back: list[int] = []
    months = []
    for number, name in enumerate(MONTHS, 1):
        months.append(Mark(len(lent), name))
        daily = year.report("daily", periods.month(printed.YEAR * 100 + number))
        lent += _column(daily, "loans")
        back += _column(daily, "returns")
    first = date(printed.YEAR, 1, 1)
    marks = [
        Mark((date(day // 10000, day // 100 % 100, day % 100) - first).days, name)
        for day, name in MARKED
    ]
    title = "Loans and returns by day"
    svg = drawing.days(
        title, Series("loans", BLUE, lent), Series("returns", GREEN, back), marks, months
    )
    return Plot("year-2020-days.svg", title, svg)


def _bookcases(year: Year) -> Plot:
    """By week, from the Monday before they were all in service."""
    monday = BOOKCASES - timedelta(days=BOOKCASES.weekday())
    labels, lent, back = [], [], []
    while monday.year == printed.YEAR:
        last = min(monday + WEEK - timedelta(days=1), date(printed.YEAR, 12, 31))
        channels = year.report("channels", periods.Period(monday, last))
        labels.append(f"{monday.day} {MONTHS[monday.month - 1]}")
        lent.append(_at("bookcase", channels, "loans"))
        back.append(_at("bookcase", channels, "returns"))
        monday += WEEK
    title = "Loans and returns at the 20 bookcases, by week"
    series = (Series("loans", BLUE, lent), Series("returns", GREEN, back))
    return Plot(
        "year-2020-bookcases.svg", title, drawing.bars(title, labels, series, stacked=False)
    )


def _events(outcome: Outcome) -> Table:
    rows = [
        [_day(one.probe.day), one.probe.asked, _said(one.before), _said(one.after)]
        for one in outcome.answered
    ]
    return Table(["day", "asked", "on the eve", "on the day"], rows, words=4)


def _day(day: int) -> str:
    return f"{day // 10000}-{day // 100 % 100:02}-{day % 100:02}"


def _said(answer: object) -> str:
    """Return an answer in a word; no reason to refuse is a yes."""
    return {"": "—", None: "none", True: "yes", False: "no"}.get(answer, str(answer))  # type: ignore[call-overload,no-any-return]
