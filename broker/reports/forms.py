"""A report as text for a terminal, as CSV, XLSX and JSON.

CSV has the columns' keys, so that programs can read it; the others have their names.  Ratios are
decimal numbers in CSV and XLSX, and whole thousandths in JSON.
"""

import csv
import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from rich.console import Console
from rich.table import Table

from broker.reports.build import Line, Report
from broker.reports.layouts import Column, Layout
from broker.reports.measures import MEASURES
from broker.reports.waiting import say

WIDTH = 160  # Of a table that is not shown in a terminal.
INK, SOFT, LINE, WASH = "1D2430", "4A5260", "DDD7C9", "FBF8F1"
WORDS = {
    "final": ("定稿", "final"),
    "provisional": ("暂定", "provisional"),
    "corrected": ("更正 {when} {month} {measure} {value:+d}",
                  "corrected {when}: {month} {measure} {value:+d}"),
    "closed": ("已结账：{months}", "closed: {months}"),
    "rules": ("借阅规则 {rules}", "rules {rules}"),
    "definition": ("{name} v{version}：{counts}", "{name} v{version}: {counts}"),
    "status": ("状态", "Status"),
    "definitions": ("口径", "Definitions"),
    "line": ("项目", "Line"),
}  # fmt: skip


def word(key: str, language: str, **values: object) -> str:
    return WORDS[key][_index(language)].format(**values)


def head(column: Column, language: str) -> str:
    """Return what a column is called."""
    measure = MEASURES[column.measure]
    return (column.zh or measure.zh, column.en or measure.en)[_index(language)]


def name(of: Layout | Line, language: str) -> str:
    return (of.zh, of.en)[_index(language)]


def shown(figure: int | None, measure: str) -> str:
    """Return a figure as people read it."""
    if figure is None:
        return "–"
    unit = MEASURES[measure].unit
    if unit == "share":
        return f"{figure / 10:.1f} %"
    return f"{figure / 1000:.2f}" if unit == "ratio" else f"{figure:,}"


def span(report: Report) -> str:
    return f"{report.period.first} – {report.period.last}"


def notes(report: Report, language: str) -> list[str]:
    """Return what a reader must know besides the figures, a sentence each."""
    found = [word("final" if report.final else "provisional", language)]
    if not report.final:
        found += [say(reason, language) for reason in report.waiting]
        found += [reason for month in report.closed for reason in month.waiting]
    if report.closed:
        months = ", ".join(str(month.month) for month in report.closed)
        found.append(word("closed", language, months=months))
    for line in report.corrections:
        measure = MEASURES[line.measure]
        values = {
            "when": datetime.fromtimestamp(line.recorded_ms / 1000, report.zone).date(),
            "month": line.month,
            "measure": (measure.zh, measure.en)[_index(language)],
            "value": line.value,
        }
        found.append(word("corrected", language, **values))
    if report.rules:
        found.append(word("rules", language, rules=", ".join(r[:12] for r in report.rules)))
    return found


def table(report: Report, language: str, *, width: int = WIDTH) -> str:
    drawn = Table(
        title=f"{name(report.layout, language)}  {span(report)}",
        title_justify="left",
        title_style="bold",
        box=None,
        pad_edge=False,
    )
    drawn.add_column("")
    for column in report.layout.columns:
        drawn.add_column(head(column, language), justify="right", overflow="fold")
    for line in report.lines:
        drawn.add_row(name(line, language), *_shown(report, line))
    drawn.add_section()
    drawn.add_row(name(report.total, language), *_shown(report, report.total), style="bold")
    out = io.StringIO()
    console = Console(file=out, width=width, highlight=False)
    console.print(drawn)
    console.print()
    for note in notes(report, language):
        console.print(note, soft_wrap=True)
    return "\n".join(row.rstrip() for row in out.getvalue().splitlines()) + "\n"


def csv_bytes(report: Report, _language: str) -> bytes:
    """A line each and no total: as the library's own files are.  UTF-8 without a mark."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([report.layout.line, *(column.key for column in report.layout.columns)])
    for line in report.lines:
        writer.writerow([_key(line), *_numbers(report, line)])
    return out.getvalue().encode()


def xlsx(report: Report, language: str) -> bytes:
    """Two sheets: the figures, and what makes them trustworthy."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = name(report.layout, language)
    sheet.append([name(report.layout, language)])
    sheet.append([f"{span(report)}   {notes(report, language)[0]}"])
    sheet.append([])
    columns = report.layout.columns
    sheet.append([word("line", language), *(head(column, language) for column in columns)])
    for line in [*report.lines, report.total]:
        sheet.append([name(line, language), *_numbers(report, line)])
    _dress(sheet, [column.measure for column in columns])
    _explain(book.create_sheet(word("definitions", language)), report, language)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def plain(report: Report) -> dict[str, object]:
    """Return a report as JSON has it: what the API answers."""
    return {
        "report": report.layout.name,
        "from": str(report.period.first),
        "to": str(report.period.last),
        "status": "final" if report.final else "provisional",
        "waiting": [
            {"device": w.device, "why": w.why, "records": w.records, "since_ms": w.since_ms}
            for w in report.waiting
        ],
        "closed_months": [month.month for month in report.closed],
        "corrections": [line._asdict() for line in report.corrections],
        "rules": report.rules,
        "line": report.layout.line,
        "columns": [_column(column) for column in report.layout.columns],
        "lines": [_line(report, line) for line in report.lines],
        "total": _line(report, report.total)["values"],
        "definitions": [measure._asdict() for measure in report.measures],
        "made_ms": report.made_ms,
    }


def json_bytes(report: Report, _language: str) -> bytes:
    return msgspec.json.format(msgspec.json.encode(plain(report)), indent=2) + b"\n"


# name: (media type, how it is written)
FORMATS: dict[str, tuple[str, Callable[[Report, str], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", csv_bytes),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx),
    "json": ("application/json", json_bytes),
}


def _index(language: str) -> int:
    return ("zh", "en").index(language)


def _key(line: Line) -> int | str:
    return int(line.key) if line.key.isdigit() else line.key


def _shown(report: Report, line: Line) -> list[str]:
    pairs = zip(line.values, report.layout.columns, strict=True)
    return [shown(figure, column.measure) for figure, column in pairs]


def _numbers(report: Report, line: Line) -> list[int | float | None]:
    pairs = zip(line.values, report.layout.columns, strict=True)
    return [
        figure / 1000
        if figure is not None and MEASURES[column.measure].unit in ("ratio", "share")
        else figure
        for figure, column in pairs
    ]


def _column(column: Column) -> dict[str, object]:
    measure = MEASURES[column.measure]
    return {
        "key": column.key,
        "measure": measure.name,
        "version": measure.version,
        "unit": measure.unit,
        "only": {dimension: list(words) for dimension, words in column.only},
        "zh": head(column, "zh"),
        "en": head(column, "en"),
    }


def _line(report: Report, line: Line) -> dict[str, Any]:
    keys = [column.key for column in report.layout.columns]
    values = dict(zip(keys, line.values, strict=True))
    return {"key": line.key, "zh": line.zh, "en": line.en, "values": values}


def _dress(sheet: Any, measures: list[str]) -> None:
    """Paper and ink: a title, a head that stays in sight, a total under a rule."""
    sheet["A1"].font = Font(name="Noto Sans SC", size=16, bold=True, color=INK)
    sheet["A2"].font = Font(name="Noto Sans SC", size=10, color=SOFT)
    rule = Side(style="thin", color=INK)
    for cell in sheet[4]:
        cell.font = Font(name="Noto Sans SC", bold=True, color=INK)
        cell.fill = PatternFill("solid", fgColor=WASH)
        cell.border = Border(bottom=rule)
        cell.alignment = Alignment(
            wrap_text=True, vertical="bottom", horizontal="left" if cell.column == 1 else "right"
        )
    for cell in sheet[sheet.max_row]:
        cell.font = Font(name="Noto Sans SC", bold=True, color=INK)
        cell.border = Border(top=rule)
    formats = {"share": "0.0%", "ratio": "0.00"}
    for number, measure in enumerate(measures, start=2):
        sheet.column_dimensions[get_column_letter(number)].width = 14
        for (cell,) in sheet.iter_rows(min_row=5, min_col=number, max_col=number):
            cell.number_format = formats.get(MEASURES[measure].unit, "#,##0")
    sheet.column_dimensions["A"].width = 34
    sheet.freeze_panes = "B5"
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "4:4"


def _explain(sheet: Any, report: Report, language: str) -> None:
    for note in notes(report, language):
        sheet.append([word("status", language), note])
    for measure in report.measures:
        called = (measure.zh, measure.en)[_index(language)]
        counts = (measure.counts_zh, measure.counts)[_index(language)]
        values = {"name": called, "version": measure.version, "counts": counts}
        sheet.append([measure.name, word("definition", language, **values)])
    sheet.column_dimensions["A"].width = 26
    sheet.column_dimensions["B"].width = 110
    sheet.sheet_view.showGridLines = False
