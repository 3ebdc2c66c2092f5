"""The reports that the library has, as tables: what is a line, what is a column.  Pure.

A column is a figure of measures.py for some of the cells only: `only` names a dimension and the
words of it that count.  `monthly` has the columns of the library's own yearbook, under its names.
"""

from typing import NamedTuple

Only = tuple[tuple[str, tuple[str, ...]], ...]

ALL: Only = ()
JUVENILE: Only = (("audience", ("juvenile", "both")),)
STREET: Only = (("level", ("street",)),)
# The yearbook prints the street branches beside the library, not within it.
OWN: Only = (("level", ("city", "district", "")),)


class Column(NamedTuple):
    """`zh` and `en` are its head; empty, it is called as its measure."""

    key: str
    measure: str
    only: Only = ALL
    zh: str = ""
    en: str = ""


class Layout(NamedTuple):
    """`line` is the dimension that makes its lines; `drawn` the column of its chart."""

    name: str
    line: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    drawn: str


DIMENSIONS = (
    # word       what tells one cell from another
    ("month", "the month in which it happened, yyyymm"),
    ("day", "the day on which it happened, yyyymmdd"),
    ("site", "the place"),
    ("level", "city, district or street: of the place"),
    ("machine", "the machine that saw it; empty for staff's shelves"),
    ("channel", "the kind of machine: bookcase, kiosk, desk; empty for none"),
    ("audience", "adult or juvenile: of the title, or of the reader for a card"),
    ("class", "first letter of the classification number"),
)

CIRCULATION = (
    Column("loans", "loans"),
    Column("returns", "returns"),
    Column("renewals", "renewals"),
    Column("circulating_visits", "circulating_visits"),
)
# fmt: off
LAYOUTS = (
    Layout("monthly", "month", "流通月报", "Circulation by month", (
        Column("items_circulated", "loans_plus_returns", OWN),
        Column("items_circulated_juvenile", "loans_plus_returns", OWN + JUVENILE,
               "其中：少儿", "of which juvenile"),
        Column("visits_circulating", "circulating_visits", OWN),
        Column("visits_circulating_juvenile", "circulating_visits", OWN + JUVENILE,
               "其中：少儿", "of which juvenile"),
        Column("items_circulated_street_branches", "loans_plus_returns", STREET,
               "街镇流通册次", "Street branches"),
        Column("loans", "loans", OWN),
        Column("loans_juvenile", "loans", OWN + JUVENILE, "其中：少儿", "of which juvenile"),
        Column("returns", "returns", OWN),
        Column("returns_juvenile", "returns", OWN + JUVENILE, "其中：少儿", "of which juvenile"),
        Column("renewals", "renewals"),
        Column("new_cards", "cards_issued"),
        Column("new_cards_juvenile", "cards_issued", JUVENILE, "其中：少儿", "of which juvenile"),
    ), "items_circulated"),
    Layout("daily", "day", "流通日报", "Circulation by day", CIRCULATION, "loans"),
    Layout("sites", "site", "各馆点流通", "By place", (
        *CIRCULATION, Column("stock", "stock"), Column("on_loan", "on_loan"),
        Column("turnover", "turnover"), Column("uptime", "uptime"), Column("outages", "outages"),
    ), "loans"),
    Layout("levels", "level", "按服务体系层级", "By level of place", (
        *CIRCULATION, Column("stock", "stock"), Column("turnover", "turnover"),
    ), "loans"),
    Layout("machines", "machine", "各机器运行", "By machine", (
        *CIRCULATION, Column("stock", "stock"), Column("turnover", "turnover"),
        Column("uptime", "uptime"), Column("outages", "outages"),
    ), "loans"),
    Layout("channels", "channel", "按服务方式", "By channel", CIRCULATION, "loans"),
    Layout("audiences", "audience", "按读者对象", "By audience", (
        *CIRCULATION, Column("stock", "stock"), Column("turnover", "turnover"),
    ), "loans"),
    Layout("classes", "class", "按分类", "By class", (
        Column("loans", "loans"), Column("returns", "returns"), Column("renewals", "renewals"),
        Column("stock", "stock"), Column("on_loan", "on_loan"), Column("turnover", "turnover"),
    ), "loans"),
    Layout("holdings", "site", "馆藏分布", "Where the copies are", (
        Column("stock", "stock"), Column("on_loan", "on_loan"), Column("underway", "underway"),
        Column("missing", "missing"),
    ), "stock"),
)
# fmt: on
BY_NAME = {layout.name: layout for layout in LAYOUTS}
