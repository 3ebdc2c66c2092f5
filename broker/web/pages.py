"""The dashboard's pages, drawn on the server; a page asks for its parts again when news comes."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any, NamedTuple
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from broker.catalogue.query import TEXT_MAX
from broker.fleet import ordered
from broker.ledger.views import Book, Machine
from broker.web import atlas, cabinet, clock, health, ordertexts
from broker.web.draw import language, page
from broker.web.parts import Parts, Use

router = APIRouter(include_in_schema=False)

NEWS_LIMIT = 40
FOUND_LIMIT = 30  # Titles.
COPIES_SHOWN = 4  # Of each; its own page has all.


class Row(NamedTuple):
    """A machine as the list shows it."""

    machine: Machine
    name: str
    signs: list[health.Sign]
    ill: bool
    cabinet: cabinet.Cabinet | None
    pictured: bool  # Whether its screen's picture is known.


class Summary(NamedTuple):
    """The headline's numbers."""

    serving: int
    ill: int
    cases: int
    loans_today: int
    loans: int


@router.get("/")
def overview(request: Request, use: Use) -> Response:
    context: dict[str, Any] = {}
    for section in ("map", "news", "cases", "counters"):
        context |= SECTIONS[section](use, language(request))
    return page(request, use, "overview.html", **context)


@router.get("/parts/{name}")
def part(name: str, request: Request, use: Use) -> Response:
    """Return one section of the overview anew."""
    if name not in SECTIONS:
        return page(request, use, "nothing.html", status=404)
    context = SECTIONS[name](use, language(request))
    return page(request, use, f"parts/{name}.html", **context)


@router.get("/parts/machines/{device}")
def machine_part(device: str, request: Request, use: Use) -> Response:
    """Return one machine's line of the list anew."""
    found = _rows(use, language(request), device)
    if not found:
        return page(request, use, "nothing.html", status=404)
    return page(request, use, "parts/machine.html", row=found[0])


@router.get("/machines/{device}")
def machine(device: str, request: Request, use: Use) -> Response:
    found = _rows(use, language(request), device)
    if not found:
        return page(request, use, "nothing.html", status=404)
    books: dict[int, list[Book]] = defaultdict(list)
    for book in use.read.books(device):
        books[book.door].append(book)
    return page(
        request,
        use,
        "machine.html",
        row=found[0],
        books=books,
        news=use.read.news(NEWS_LIMIT, device) if found[0].machine.installed else [],
        picture=use.pictures.newest(device),
        orders=ordered.newest(use.read.engine, device, use.now_ms()),
        o=partial(ordertexts.say, language=language(request)),
        why=partial(ordertexts.why, language=language(request)),
    )


@router.get("/titles/{title}")
def title(title: str, request: Request, use: Use) -> Response:
    found = use.catalogue.title(title)
    if found is None:
        return page(request, use, "nothing.html", status=404)
    return page(request, use, "title.html", found=found)


@router.get("/find")
def find(
    request: Request, use: Use, q: Annotated[str, Query(max_length=TEXT_MAX)] = ""
) -> Response:
    """Find machines and titles; what can only be meant for one of them leads there at once."""
    word = q.strip()
    machines = _named(use, word) if word else []
    copy = use.read.copy(word.upper()) if word and not machines else None
    if copy:
        return RedirectResponse(f"/copies/{quote(copy.barcode)}", 303)
    if word and not machines and use.read.reader(word.upper()):
        return RedirectResponse(f"/readers/{quote(word.upper())}", 303)
    titles = use.catalogue.search(word, FOUND_LIMIT) if word else []
    if len(machines) == 1 and not titles:
        return RedirectResponse(f"/machines/{quote(machines[0].device)}", 303)
    if len(titles) == 1 and not machines:
        return RedirectResponse(f"/titles/{quote(titles[0].id)}", 303)
    return page(
        request,
        use,
        "found.html",
        word=word,
        machines=machines,
        titles=titles,
        shown=COPIES_SHOWN,
    )


def _rows(use: Parts, speech: str, device: str = "") -> list[Row]:
    """Return the machines: ill ones first, then by name; those never heard of last."""
    books: dict[str, list[Book]] = defaultdict(list)
    for book in use.read.books(device):
        books[book.device].append(book)
    now_ms = use.now_ms()
    machines = [use.read.machine(device)] if device else use.read.machines()
    rows = [
        _row(m, books[m.device], now_ms, speech, pictured=use.pictures.newest(m.device) is not None)
        for m in machines
        if m is not None
    ]
    return sorted(rows, key=lambda row: (not row.machine.installed, not row.ill))


def _row(
    machine: Machine, books: Sequence[Book], now_ms: int, speech: str, *, pictured: bool
) -> Row:
    signs = health.signs(machine, now_ms, speech)
    name = machine.site.name_zh if speech == "zh" else machine.site.name_en
    drawn = cabinet.draw(machine, books) if machine.doors else None
    return Row(machine, name, signs, any(sign.ill for sign in signs), drawn, pictured)


def _summary(use: Parts, rows: Sequence[Row]) -> Summary:
    totals = use.read.totals(clock.midnight_ms(use.now_ms(), use.timezone))
    return Summary(
        serving=sum(row.machine.served for row in rows),
        ill=sum(row.ill for row in rows),
        cases=totals.cases,
        loans_today=totals.loans_today,
        loans=totals.loans,
    )


def _sheet(rows: Sequence[Row]) -> atlas.Sheet:
    return atlas.draw(
        atlas.Spot(
            ref=row.machine.device,
            name=row.name,
            lat=row.machine.site.lat,
            lon=row.machine.site.lon,
            named=row.machine.installed,
        )
        for row in rows
    )


def _named(use: Parts, word: str) -> list[Machine]:
    return [
        machine
        for machine in use.read.machines()
        if word.lower() == machine.device
        or word.lower() in f"{machine.site.name_zh} {machine.site.name_en}".lower()
    ]


def _with_machines(use: Parts, speech: str) -> dict[str, Any]:
    rows = _rows(use, speech)
    return {
        "rows": rows,
        "by_device": {row.machine.device: row for row in rows},
        "summary": _summary(use, rows),
        "sheet": _sheet(rows),
    }


# What each section of the overview shows.
SECTIONS: dict[str, Callable[[Parts, str], dict[str, Any]]] = {
    "summary": _with_machines,
    "machines": _with_machines,
    "map": _with_machines,
    "news": lambda use, _speech: {"news": use.read.news(NEWS_LIMIT)},
    "cases": lambda use, _speech: {"doubts": use.read.doubts("open")},
    "counters": lambda use, _speech: {"counters": use.read.counters()},
}
