"""The library's figures over HTTP: as JSON, as files, and as a page with a chart."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from broker.reports import asked, chart, forms, texts
from broker.reports.asked import TooLong
from broker.reports.build import Report
from broker.reports.chart import Chart
from broker.reports.layouts import BY_NAME, LAYOUTS, Layout
from broker.reports.measures import COUNTED, DERIVED
from broker.reports.waiting import say
from broker.web.draw import language, page
from broker.web.parts import Parts, Use
from broker.web.problem import Problem

router = APIRouter()

PROBLEM = {"content": {"application/problem+json": {}}, "description": "what, why, what to do"}
Name = Annotated[str, Path(description="a report's name: see /v1/reports")]
Day = Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$", description="as 2020-11-01")]
Form = Annotated[Literal["json", "csv", "xlsx"], Query(alias="format", description="of the answer")]
Year = Annotated[int, Query(ge=0, le=9999, description="a whole year; 0 for none")]
Month = Annotated[int, Query(ge=0, le=999912, description="a whole month, yyyymm; 0 for none")]


# What `forms.plain` gives, for whoever reads the API's description.
_FIELDS = {
    "report": ("string", "its name"),
    "from": ("string", "first day of the period"),
    "to": ("string", "last day of the period"),
    "status": ("string", "final, or provisional while a machine still has something to tell"),
    "waiting": ("array", "the machines that have, each with why, records and since_ms"),
    "closed_months": ("array", "months that are closed, yyyymm"),
    "corrections": ("array", "dated lines that correct closed months"),
    "rules": ("array", "the rulesets that were in force"),
    "line": ("string", "what a line is: month, site, machine …"),
    "columns": ("array", "the columns, each with its measure and heading"),
    "lines": ("array", "the lines, each with its key and values in the columns' order"),
    "total": ("array", "the values of the whole period"),
    "definitions": ("array", "the measures, each with the version of its definition"),
    "made_ms": ("integer", "when it was made"),
}
ANSWER: dict[str, Any] = {
    "description": "the report; as a file in another format",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "properties": {
                    name: {"type": kind, "description": meaning}
                    for name, (kind, meaning) in _FIELDS.items()
                },
            }
        }
    },
}


@router.get("/v1/reports", summary="The reports that there are, and what they count")
def reports() -> dict[str, Any]:
    return {
        "reports": [
            {
                "name": layout.name,
                "line": layout.line,
                "zh": layout.zh,
                "en": layout.en,
                "columns": [column.key for column in layout.columns],
            }
            for layout in LAYOUTS
        ],
        "definitions": [measure._asdict() for measure in (*COUNTED, *DERIVED)],
    }


@router.get("/v1/reports/{name}", summary="A report of a period; without one, of this year",
            responses={200: ANSWER, 404: PROBLEM, 422: PROBLEM})  # fmt: skip
def report(
    name: Name,
    request: Request,
    use: Use,
    first: Annotated[Day, Query(alias="from")] = "",
    last: Annotated[Day, Query(alias="to")] = "",
    year: Year = 0,
    month: Month = 0,
    form: Form = "json",
) -> Response:
    layout = BY_NAME.get(name)
    if layout is None:
        raise Problem("not_found", f"no report {name}")
    try:
        built = _built(use, layout, year=year, month=month, first=first, last=last)
    except ValueError as error:
        raise Problem("wrong_value", str(error)) from None
    kind, write = forms.FORMATS[form]
    answer = Response(write(built, language(request)), media_type=kind)
    if form != "json":
        file = f"{layout.name}-{built.period.first}-{built.period.last}.{form}"
        answer.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return answer


@router.get("/reports", include_in_schema=False)
def first_page(request: Request, use: Use) -> Response:
    return report_page(LAYOUTS[0].name, request, use)


@router.get("/reports/{name}", include_in_schema=False)
def report_page(
    name: str,
    request: Request,
    use: Use,
    first: Annotated[str, Query(alias="from")] = "",
    last: Annotated[str, Query(alias="to")] = "",
    year: Year = 0,
) -> Response:
    layout = BY_NAME.get(name)
    if layout is None:
        return page(request, use, "nothing.html", status=404)
    wrong = ""
    try:
        built = _built(use, layout, year=year, first=first, last=last)
    except ValueError as error:
        wrong, built = str(error), _built(use, layout)
    speech = language(request)
    return page(
        request,
        use,
        "report.html",
        w=_words(speech),
        report=built,
        layouts=LAYOUTS,
        wrong=wrong,
        columns=_columns(built, speech),
        chart=_chart(built, speech),
        notes=[say(reason, speech) for reason in built.waiting],
        named=lambda of: forms.name(of, speech),
        shown=forms.shown,
        query=f"from={built.period.first}&to={built.period.last}",
        year=_whole_year(built.period.first, built.period.last),
    )


def _built(use: Parts, layout: Layout, **said: Any) -> Report:
    """Raises ValueError, TooLong among them, for what is no period."""
    now_ms = use.now_ms()
    period = asked.period(layout, **said) or asked.usual(layout, now_ms, use.timezone)
    if layout.line == "day" and (period.last - period.first).days >= asked.DAYS_MAX:
        raise TooLong(f"more than {asked.DAYS_MAX} days")
    return asked.report(use.read.engine, layout, period, zone=use.timezone, now_ms=now_ms)


def _words(speech: str) -> Callable[..., str]:
    return lambda key, **values: texts.say(key, speech, **values)


def _columns(report: Report, speech: str) -> list[tuple[str, str, bool]]:
    """Return (head, measure, whether it is a part of the column before)."""
    return [
        (forms.head(column, speech), column.measure, bool(column.zh) and column.zh[:2] == "其中")
        for column in report.layout.columns
    ]


def _chart(report: Report, speech: str) -> Chart | None:
    number = [column.key for column in report.layout.columns].index(report.layout.drawn)
    values = [line.values[number] or 0 for line in report.lines]
    if not any(values):
        return None
    if report.layout.line == "month":
        names = [str(int(line.key[4:])) for line in report.lines]
        return chart.standing(names, values)
    if report.layout.line == "day":
        return chart.standing([str(int(line.key[6:])) for line in report.lines], values)
    return chart.lying([forms.name(line, speech) for line in report.lines], values)


def _whole_year(first: date, last: date) -> int:
    """Return the year when the period is one; else 0."""
    whole = (first.month, first.day, last.month, last.day) == (1, 1, 12, 31)
    return first.year if whole and first.year == last.year else 0
