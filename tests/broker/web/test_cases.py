"""The pages and the API of cases, on a ledger that real facts have filled."""

import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from broker.desk.requests import Answer
from broker.ledger import database
from broker.ledger.read import Reader
from broker.live import Hub
from broker.web.app import create_app
from broker.web.parts import DeskJob
from tests.broker.contract.counter import ANN, BEN, BOOK, DAY_MIN, LATER_MIN, OTHER, Counter
from tests.broker.desk import CARDS, MINUTE_MS, START_MS, TAGS
from tests.broker.staff.accounts import InTurn, link, staff_over
from tests.broker.web.browser import Browser, BrowserError
from tests.broker.web.conftest import TOKEN

NOW_MIN = LATER_MIN + 60
KEY = {"Idempotency-Key": "a-new-key-for-each"}
WORD = {"reason": "seen on the camera"}


class Office:
    """A counter with cases, and the application over it."""

    def __init__(self, folder: Path) -> None:
        self.counter = Counter(folder)
        self._tells()
        self.hub = Hub()
        self.engine = database.open_reader(folder)
        self.turn = InTurn(self.counter.desk.db)
        self.staff = staff_over(self.counter.desk.db, self.engine, self.now_ms, self.turn)
        self.app: FastAPI = create_app(
            read=Reader(self.engine),
            hub=self.hub,
            send_order=lambda *_order: "",
            at_desk=self.at_desk,
            token=TOKEN,
            timezone="Asia/Shanghai",
            device_key=lambda _device: None,
            now_ms=self.now_ms,
            staff=self.staff,
        )

    def now_ms(self) -> int:
        return START_MS + NOW_MIN * MINUTE_MS

    def _tells(self) -> None:
        """A copy taken by nobody, an overdue one that another took, and a claim."""
        counter = self.counter
        counter.session("bc01", 5, took=[BOOK], how="nobody")
        counter.session("bc01", 20, ANN, took=[OTHER, TAGS[2]], due=20261216)
        counter.session("bc02", 60 * DAY_MIN, BEN, took=[OTHER], due=20270301)
        for name in ("bc01", "bc02"):
            counter.tells(name)
        counter.say(LATER_MIN, "declared", tag=TAGS[2], what="claimed")

    def at_desk(self, job: DeskJob) -> Answer:
        with self.turn.lock:
            return self.counter.write(
                lambda now_ms: job(self.counter.desk.exchange.desk, now_ms), NOW_MIN
            )

    def close(self) -> None:
        self.hub.close()
        self.engine.dispose()
        assert self.counter.differences() == []
        self.counter.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def client(office: Office) -> Iterator[TestClient]:
    with TestClient(office.app, base_url="http://127.0.0.1", follow_redirects=False) as client:
        yield client


@pytest.fixture
def staff(client: TestClient) -> TestClient:
    client.headers["Authorization"] = f"Bearer {TOKEN}"
    return client


def number(office: Office, kind: str) -> int:
    return office.counter.case(kind)


# --- The API.


def test_a_case_is_settled_over_http_once(staff: TestClient, office: Office) -> None:
    case = number(office, "taken_unknown")

    first = staff.post(f"/v1/cases/{case}/reverse", json=WORD, headers=KEY)
    again = staff.post(f"/v1/cases/{case}/reverse", json=WORD, headers=KEY)

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert office.counter.holder(1) == "bc01/1"
    assert staff.get(f"/v1/cases/{case}").json()["closed_ms"] > 0


@pytest.mark.parametrize(
    ("action", "body", "headers", "status", "name"),
    [
        ("accept", WORD | {"reason": ""}, KEY, 422, "wrong_value"),
        ("accept", WORD | {"reason": "  "}, KEY, 422, "no_reason"),
        ("accept", WORD, {}, 422, "wrong_value"),
        ("burn", WORD, KEY, 422, "wrong_value"),
        ("waive", WORD, KEY, 409, "other_action"),
        ("write", WORD, KEY, 422, "unknown_place"),
        ("write", WORD | {"place": {"place": "shelf", "site": "x"}}, KEY, 422, "unknown_place"),
    ],
    ids=range(7),
)
def test_what_cannot_be_done_with_a_case_is_a_problem(
    staff: TestClient,
    office: Office,
    action: str,
    body: dict[str, object],
    headers: dict[str, str],
    status: int,
    name: str,
) -> None:
    case = number(office, "taken_unknown")

    answer = staff.post(f"/v1/cases/{case}/{action}", json=body, headers=headers)

    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:shugui:problem:{name}")
    assert "taken_unknown" in office.counter.cases()


def test_a_key_is_for_one_request(staff: TestClient, office: Office) -> None:
    one, other = number(office, "taken_unknown"), number(office, "inferred")
    staff.post(f"/v1/cases/{one}/accept", json=WORD, headers=KEY)

    answer = staff.post(f"/v1/cases/{other}/accept", json=WORD, headers=KEY)

    assert (answer.status_code, answer.json()["type"]) == (422, "urn:shugui:problem:key_reused")
    assert "inferred" in office.counter.cases()

    new = {"Idempotency-Key": "another-key"}
    assert staff.post("/v1/cases/99/accept", json=WORD, headers=new).status_code == 404


def test_staff_say_what_a_copy_is_and_where(staff: TestClient, office: Office) -> None:
    lost = {"what": "lost"} | WORD
    shelf = {"place": "shelf", "site": "lib01"} | WORD

    said = staff.post("/v1/copies/MH00000005/declarations", json=lost, headers=KEY)
    assert said.status_code == 200
    assert office.counter.holder(5) == "unknown"

    other = {"Idempotency-Key": "another-key"}
    assert staff.post("/v1/copies/MH00000005/place", json=shelf, headers=other).status_code == 200
    assert office.counter.holder(5) == "lib01"
    assert staff.post("/v1/copies/MH9/place", json=shelf, headers=other).status_code == 404


# --- The page.


def form(staff: TestClient, case: int, **fields: str) -> dict[str, str]:
    key = re.search('name="key" value="([0-9a-f]+)"', staff.get(f"/cases/{case}").text)
    assert key
    return {"key": key[1], "reason": "seen"} | fields


def test_a_form_is_sent_and_the_page_says_who_decided_what_and_why(
    staff: TestClient, office: Office
) -> None:
    case = number(office, "inferred")
    fields = form(staff, case, action="waive", reason="the screen <b>said</b> so")

    sent = staff.post(f"/cases/{case}", data=fields)
    page = staff.get(sent.headers["location"], headers={"Accept-Language": "en"}).text

    assert (sent.status_code, sent.headers["location"]) == (303, f"/cases/{case}")
    assert "Waive" in page
    assert "the screen &lt;b&gt;said&lt;/b&gt; so" in page
    assert "console · " in page
    assert "inferred" not in office.counter.cases()


def test_a_form_that_is_refused_keeps_what_was_written(staff: TestClient, office: Office) -> None:
    case = number(office, "taken_unknown")

    answer = staff.post(
        f"/cases/{case}", data=form(staff, case, action="write", reason="on a cart")
    )

    assert answer.status_code == 409
    assert "请选择书在哪里" in answer.text
    assert "on a cart" in answer.text
    assert "taken_unknown" in office.counter.cases()


def test_another_sites_form_settles_nothing(client: TestClient, office: Office) -> None:
    case = number(office, "taken_unknown")
    client.get(f"/?key={link(office.staff)}")
    fields = form(client, case, action="accept")

    for origin in ("http://evil.example", "null", ""):
        answer = client.post(f"/cases/{case}", data=fields, headers={"Origin": origin})
        assert answer.status_code == 403
    assert "taken_unknown" in office.counter.cases()

    own = client.post(f"/cases/{case}", data=fields, headers={"Origin": "http://127.0.0.1"})
    assert own.status_code == 303


@pytest.mark.parametrize("path", ["/cases/1", "/cases"])
def test_a_stranger_sees_no_case(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 401
    assert client.post(path, data={"action": "accept"}).status_code == 401


def test_no_page_of_cases_shows_a_whole_card(staff: TestClient, office: Office) -> None:
    for case in (number(office, "inferred"), number(office, "claimed")):
        assert "SG000000" not in staff.get(f"/cases/{case}").text


# --- In a browser.


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with Browser() as browser:
        yield browser


@pytest.fixture
def address(office: Office) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(office.app, log_level="warning"))
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    office.hub.close()
    server.should_exit = True
    thread.join(timeout=20)
    listening.close()


@pytest.fixture
def browser(chromium: Browser, address: str, office: Office) -> Browser:
    chromium.size(1440, 1000)
    chromium.open(f"{address}/?key={link(office.staff)}&lang=zh&theme=light")
    chromium.until("document.getElementById('pulse').classList.contains('alive')")
    chromium.complaints.clear()  # Those of a page whose server has ended.
    return chromium


def test_staff_decide_in_a_browser(browser: Browser, address: str, office: Office) -> None:
    case = number(office, "taken_unknown")
    browser.open(f"{address}/cases/{case}")
    browser.ask("document.querySelector('[name=reason]').value = '看过监控'")

    browser.ask("document.querySelector('button[value=reverse]').click()")

    assert decided(browser) == "看过监控"
    assert office.counter.holder(1) == "bc01/1"
    assert browser.complaints == []


def decided(browser: Browser) -> str:
    """Return the reason that the page shows after the form was sent."""
    while True:
        try:
            return str(browser.until("document.querySelector('.settled blockquote')?.innerText"))
        except BrowserError as error:
            # The page that was asked is being left.
            if "navigated" not in str(error):
                raise


def test_without_a_reason_the_browser_sends_nothing(
    browser: Browser, address: str, office: Office
) -> None:
    browser.open(f"{address}/cases/{number(office, 'taken_unknown')}")

    browser.ask("document.querySelector('button[value=accept]').click()")

    assert browser.ask("document.activeElement.name") == "reason"
    assert "taken_unknown" in office.counter.cases()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ["/cases", "/cases?state=closed", "/cases/1", "/cases/3"])
def test_a_page_of_cases_fits_a_phone(
    browser: Browser, address: str, path: str, language: str
) -> None:
    browser.size(360, 740)

    browser.open(f"{address}{path}{'&' if '?' in path else '?'}lang={language}")

    assert browser.ask("document.documentElement.scrollWidth") == 360
    assert browser.complaints == []


# --- A reader's loans.


def test_staff_renew_a_readers_loans_in_their_own_name(staff: TestClient, office: Office) -> None:
    office.counter.session("bc01", 60 * DAY_MIN + 5, BEN, took=[TAGS[4]], due=20270302)
    office.counter.tells("bc01")

    first = staff.post(f"/v1/readers/{CARDS[1]}/renewals", json={}, headers=KEY)
    again = staff.post(f"/v1/readers/{CARDS[1]}/renewals", json={}, headers=KEY)
    unknown = staff.post("/v1/readers/SG9/renewals", json={}, headers=KEY)

    assert (first.status_code, first.json()) == (200, again.json())
    assert {book["barcode"] for book in first.json()} == {"MH00000005", "MH00000002"}
    assert unknown.status_code == 404
    said = office.counter.desk.rows("SELECT body FROM inbox WHERE kind = 'renewed'")
    assert all('"actor":"console"' in str(body) for (body,) in said)


def test_not_mine_stops_the_clock_and_opens_a_case(staff: TestClient, office: Office) -> None:
    said = {"barcode": "MH00000002", "what": "not_mine", "reason": "was abroad"}

    done = staff.post(f"/v1/readers/{CARDS[1]}/claims", json=said, headers=KEY)
    twice = staff.post(
        f"/v1/readers/{CARDS[1]}/claims", json=said, headers={"Idempotency-Key": "another-key"}
    )

    assert (done.status_code, twice.status_code) == (200, 409)
    loans = office.counter.desk.rows("SELECT state FROM loan WHERE copy = 2 ORDER BY id")
    assert loans[-1] == ("claimed",)
    found = [row for row in staff.get("/v1/cases").json() if row["barcode"] == "MH00000002"]
    assert [row["kind"] for row in found if row["kind"] == "claimed"] == ["claimed"]


# --- The page of a copy.


def test_a_copy_is_lost_and_found_on_its_page(staff: TestClient, office: Office) -> None:
    page = "/copies/MH00000005"
    lost = {"act": "lost", "reason": "not on the shelf", "key": "k-lost-01"}
    found = {"act": "write", "reason": "behind", "place": "transit", "key": "k-found-1"}

    assert staff.post(page, data=lost).status_code == 303
    assert staff.get("/v1/copies/MH00000005").json()["holder"]["kind"] == "unknown"
    assert staff.post(page, data=found).status_code == 303

    assert staff.get("/v1/copies/MH00000005").json()["holder"]["kind"] == "transit"


@pytest.mark.parametrize(
    ("form", "zh"),
    [
        ({"act": "lost", "reason": " "}, "请写明理由。"),
        ({"act": "write", "reason": "seen"}, "请选择书在哪里。"),
        ({"act": "burn", "reason": "seen"}, "表单不完整，请重来。"),
    ],
)
def test_a_copys_page_says_why_not(staff: TestClient, form: dict[str, str], zh: str) -> None:
    answer = staff.post(
        "/copies/MH00000005", data=form | {"key": "k-wrong-1"}, headers={"Accept-Language": "zh"}
    )

    assert (answer.status_code, zh in answer.text) == (409, True)
    assert form["reason"].strip() in answer.text
