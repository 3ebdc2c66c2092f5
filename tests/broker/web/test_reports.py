"""Reports over HTTP: as JSON, as files, and as a page that fits a phone."""

import csv
import io
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from broker.reports.layouts import LAYOUTS
from tests.broker.web.browser import Browser
from tests.broker.web.conftest import House

ALIVE = "document.getElementById('pulse').classList.contains('alive')"
NAMES = [layout.name for layout in LAYOUTS]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with Browser() as browser:
        yield browser


def test_every_report_and_every_definition_is_listed(staff: TestClient) -> None:
    answer = staff.get("/v1/reports").json()

    assert [report["name"] for report in answer["reports"]] == NAMES
    assert {"name", "version", "counts", "unit"} <= answer["definitions"][0].keys()


def test_the_description_names_every_field(staff: TestClient) -> None:
    path = staff.get("/openapi.json").json()["paths"]["/v1/reports/{name}"]
    schema = path["get"]["responses"]["200"]["content"]["application/json"]["schema"]

    assert set(staff.get("/v1/reports/monthly").json()) == set(schema["properties"])


@pytest.mark.parametrize("name", NAMES)
def test_a_report_is_the_same_in_every_form(staff: TestClient, name: str) -> None:
    asked = f"/v1/reports/{name}?month=202611"
    report = staff.get(asked).json()
    lines = list(csv.reader(io.StringIO(staff.get(f"{asked}&format=csv").text)))
    book = load_workbook(io.BytesIO(staff.get(f"{asked}&format=xlsx").content))

    assert report["status"] == "provisional"
    keys = [column["key"] for column in report["columns"]]
    assert lines[0] == [report["line"], *keys]
    assert len(lines) == len(report["lines"]) + 1
    whole = [column["unit"] not in ("ratio", "share") for column in report["columns"]]
    for line, shown in zip(report["lines"], lines[1:], strict=True):
        told = [
            str(v) for v, is_whole in zip(line["values"].values(), whole, strict=True) if is_whole
        ]
        assert [cell for cell, is_whole in zip(shown[1:], whole, strict=True) if is_whole] == told
    assert len(list(book.worksheets[0].iter_rows(min_row=5))) == len(report["lines"]) + 1
    assert book.worksheets[1].max_row >= len(report["definitions"])


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/v1/reports/none", 404),
        ("/v1/reports/monthly?from=2020-02-30", 422),
        ("/v1/reports/monthly?from=2020-03-02&to=2020-03-01", 422),
        ("/v1/reports/daily?year=2020", 422),
        ("/v1/reports/monthly?month=202013", 422),
        ("/reports/none", 404),
        ("/reports/monthly?from=2020-03-02&to=2020-03-01", 200),
    ],
)
def test_what_is_no_report_or_no_period_is_said(
    staff: TestClient, address: str, status: int
) -> None:
    assert staff.get(address).status_code == status


@pytest.mark.parametrize("name", ["monthly", "daily", "machines"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_report_fits_a_phone_and_complains_of_nothing(
    chromium: Browser, address: str, house: House, name: str, language: str
) -> None:
    chromium.open(f"{address}/?key={house.key()}&lang={language}")
    chromium.until(ALIVE)
    chromium.complaints.clear()
    chromium.size(360, 740)

    chromium.open(f"{address}/reports/{name}?lang={language}")
    chromium.until(ALIVE)

    assert chromium.ask("document.documentElement.scrollWidth") == 360
    assert chromium.ask("document.querySelectorAll('table.report tbody tr').length > 0")
    assert chromium.complaints == []
