"""Signing in and out: passwords, links, locks, sessions that end, programs' tokens."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from broker.ledger import database
from broker.ledger.read import Reader
from broker.ledger.store import Database
from broker.live import Hub
from broker.staff import notes, sessions
from broker.staff.openings import Openings
from broker.staff.people import StaffError
from broker.web.app import create_app
from tests.broker.desk import library
from tests.broker.staff.accounts import InTurn, staff_over

START_MS = 1_795_000_000_000
NAME, PASSWORD = "李雷", "correct horse battery"
OURS = {"Origin": "http://127.0.0.1"}


class Door:
    """An application with one manager, and a clock that is set by hand."""

    def __init__(self, folder: Path, url: str) -> None:
        self.now_ms = START_MS
        self.db: Database = library(folder, url)
        self.engine = database.open_reader(folder, url)
        self.turn = InTurn(self.db)
        self.staff = staff_over(self.db, self.engine, lambda: self.now_ms, self.turn)
        self.staff.put(NAME, "manager", "test")
        self.staff.set_password(NAME, PASSWORD, "test")

    def app(self) -> FastAPI:
        return create_app(
            read=Reader(self.engine),
            hub=Hub(),
            send_order=lambda *_order: "",
            at_desk=lambda _job: {},
            token="the-consoles",
            timezone="Asia/Shanghai",
            device_key=lambda _device: None,
            now_ms=lambda: self.now_ms,
            staff=self.staff,
            openings=Openings(
                do=self.turn, open_door=lambda *_asked: "o1", now_ms=lambda: self.now_ms
            ),
        )

    def log(self) -> list[str]:
        return [note.what for note in self.turn(lambda db: notes.newest(db, 20, NAME))]

    def kept(self, column: str, table: str) -> str:
        found = self.turn(lambda db: db.execute(f"SELECT {column} FROM {table}").fetchall())
        return " ".join(str(row[0]) for row in found)


@pytest.fixture
def door(tmp_path: Path, database_url: str) -> Iterator[Door]:
    made = Door(tmp_path / "data", database_url)
    yield made
    made.engine.dispose()
    made.db.close()


@pytest.fixture
def client(door: Door) -> Iterator[TestClient]:
    with TestClient(door.app(), "http://127.0.0.1", follow_redirects=False) as client:
        yield client


def sign_in(client: TestClient, password: str = PASSWORD, **fields: str) -> int:
    form = {"name": NAME, "password": password, "to": "/"} | fields
    return client.post("/sign-in", data=form, headers=OURS).status_code


def test_a_password_begins_a_session_and_leads_back(client: TestClient, door: Door) -> None:
    form = {"name": NAME, "password": PASSWORD, "to": "/cases?state=closed"}

    answer = client.post("/sign-in", data=form, headers=OURS)

    assert (answer.status_code, answer.headers["location"]) == (303, "/cases?state=closed")
    assert client.get("/v1/me").json()["name"] == NAME
    assert NAME in client.get("/").text
    assert door.log()[0] == "signed_in"


def test_nothing_that_lets_in_is_kept(client: TestClient, door: Door) -> None:
    key = door.staff.link(NAME, "test")
    token = door.staff.add_program("counter", "auditor", "test")
    sign_in(client)

    kept = door.kept("password", "staff") + door.kept("digest", "staff_session")
    kept += door.kept("digest", "staff_link") + door.kept("digest", "staff_program")

    assert kept.startswith("$argon2id$")
    for secret in (PASSWORD, key, token, client.cookies["staff"]):
        assert secret not in kept


@pytest.mark.parametrize("name", [NAME, "nobody"])
def test_a_wrong_password_and_an_unknown_name_look_alike(client: TestClient, name: str) -> None:
    form = {"name": name, "password": "guess guess guess", "to": "/"}

    answer = client.post("/sign-in", data=form, headers=OURS | {"Accept-Language": "en"})

    assert answer.status_code == 401
    assert "The name or the password is wrong." in answer.text
    assert client.get("/v1/me").status_code == 401


def test_five_wrong_passwords_lock_for_a_while(client: TestClient, door: Door) -> None:
    for _attempt in range(sessions.FAILURES_MAX):
        assert sign_in(client, "guess guess guess") == 401

    assert sign_in(client) == 401
    assert "locked" in door.log()
    door.now_ms += sessions.LOCK_MS
    assert sign_in(client) == 303


def test_a_right_password_forgets_the_wrong_ones(client: TestClient, door: Door) -> None:
    for _round in range(3):
        for _attempt in range(sessions.FAILURES_MAX - 1):
            sign_in(client, "guess guess guess")
        assert sign_in(client) == 303


@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
def test_another_site_signs_nobody_in(client: TestClient, origin: str) -> None:
    form = {"name": NAME, "password": PASSWORD}

    assert client.post("/sign-in", data=form, headers={"Origin": origin}).status_code == 403


def test_a_sign_in_leads_to_no_other_host(client: TestClient) -> None:
    for to in ("//evil.example", "/\\evil.example", "https://evil.example"):
        form = {"name": NAME, "password": PASSWORD, "to": to}
        answer = client.post("/sign-in", data=form, headers=OURS)
        assert answer.headers["location"].startswith("/")
        assert not answer.headers["location"].startswith("//")


def test_a_session_that_nobody_uses_ends(client: TestClient, door: Door) -> None:
    sign_in(client)
    for _hour in range(3):
        door.now_ms += sessions.IDLE_MS - 1
        assert client.get("/").status_code == 200

    door.now_ms += sessions.IDLE_MS
    assert client.get("/").status_code == 401


def test_a_page_that_renews_itself_keeps_nobody_signed_in(client: TestClient, door: Door) -> None:
    sign_in(client)
    door.now_ms += sessions.IDLE_MS - 1
    assert client.get("/", headers={"Sec-Fetch-Dest": "empty"}).status_code == 200

    door.now_ms += 1
    assert client.get("/").status_code == 401


def test_every_session_ends_after_a_working_day(client: TestClient, door: Door) -> None:
    sign_in(client)
    while door.now_ms < START_MS + sessions.DAY_MS - sessions.IDLE_MS:
        door.now_ms += sessions.IDLE_MS // 2
        assert client.get("/").status_code == 200

    door.now_ms = START_MS + sessions.DAY_MS
    assert client.get("/").status_code == 401


def test_who_signs_out_is_out(client: TestClient, door: Door) -> None:
    sign_in(client)
    cookie = client.cookies["staff"]

    assert client.post("/sign-out", headers=OURS).status_code == 303

    client.cookies.set("staff", cookie)
    assert client.get("/").status_code == 401
    assert "signed_out" in door.log()


def test_a_link_works_once_and_for_a_day(client: TestClient, door: Door) -> None:
    key, late = door.staff.link(NAME, "test"), door.staff.link(NAME, "test")

    assert client.get(f"/?key={key}").status_code == 303
    client.cookies.clear()
    again = client.get(f"/?key={key}", headers={"Accept-Language": "en"})
    door.now_ms += 2 * 86_400_000

    assert (again.status_code, "used before" in again.text) == (401, True)
    assert client.get(f"/?key={late}").status_code == 401


def test_a_new_password_ends_every_other_session(client: TestClient, door: Door) -> None:
    sign_in(client)
    elsewhere = client.cookies["staff"]
    new = {"old": PASSWORD, "password": "another one, longer", "again": "another one, longer"}

    wrong = client.post("/me", data=new | {"old": "guess guess guess"}, headers=OURS)
    kept = client.post("/me", data=new, headers=OURS)

    assert (wrong.status_code, kept.status_code) == (409, 303)
    assert client.get("/me").status_code == 200
    client.cookies.clear()
    client.cookies.set("staff", elsewhere)
    assert client.get("/me").status_code == 401
    assert sign_in(client) == 401
    assert sign_in(client, "another one, longer") == 303


def test_who_has_ended_is_out_at_once(client: TestClient, door: Door) -> None:
    door.staff.put("other", "manager", "test")
    sign_in(client)

    door.staff.end(NAME, "other")

    assert client.get("/").status_code == 401
    assert sign_in(client) == 401


def test_somebody_can_always_manage(door: Door) -> None:
    with pytest.raises(StaffError, match="last_manager"):
        door.staff.end(NAME, "test")
    with pytest.raises(StaffError, match="last_manager"):
        door.staff.put(NAME, "desk", "test")


def test_a_programs_token_has_its_role_and_ends(client: TestClient, door: Door) -> None:
    client.headers["Authorization"] = f"Bearer {door.staff.add_program('counter', 'desk', 't')}"

    assert client.get("/v1/me").json()["role"] == "desk"
    assert client.get("/v1/staff").status_code == 403
    door.staff.end_program("counter", "test")
    assert client.get("/v1/me").status_code == 401
    door.staff.add_program("counter", "desk", "test")


def test_what_staff_do_is_logged_under_their_name(client: TestClient, door: Door) -> None:
    sign_in(client)

    client.post("/v1/staff/ann/links", headers=OURS)

    (note,) = [n for n in door.turn(lambda db: notes.newest(db, 9, NAME)) if n.what == "did"]
    assert note.about == "POST /v1/staff/ann/links 404"


def test_the_log_forgets_after_six_months(door: Door) -> None:
    door.now_ms += notes.KEPT_MS + 1

    assert door.turn(lambda db: notes.prune(db, door.now_ms)) > 0
    assert door.log() == []


def test_a_manager_makes_accounts_on_a_page(client: TestClient, door: Door) -> None:
    sign_in(client)

    made = client.post("/staff", data={"act": "put", "name": "ann", "role": "desk"}, headers=OURS)
    linked = client.post("/staff", data={"act": "link", "name": "ann"}, headers=OURS)
    refused = client.post("/staff", data={"act": "end", "name": NAME}, headers=OURS)

    assert (made.status_code, linked.status_code, refused.status_code) == (200, 200, 409)
    key = linked.text.partition("/?key=")[2].partition("<")[0]
    client.cookies.clear()
    assert client.get(f"/?key={key}").status_code == 303
    assert client.get("/v1/me").json()["role"] == "desk"


def test_two_of_staff_open_a_door_for_a_reader(door: Door) -> None:
    wish = {"act": "ask", "door": "bc01/1", "card": "SG00000001", "reason": "she is on the phone"}
    with (
        TestClient(door.app(), "http://127.0.0.1", follow_redirects=False) as one,
        TestClient(door.app(), "http://127.0.0.1", follow_redirects=False) as other,
    ):
        sign_in(one)
        door.staff.put("ann", "desk", "test")
        other.get(f"/?key={door.staff.link('ann', 'test')}")

        asked = one.post("/openings", data=wish, headers=OURS)
        own = one.post("/openings", data={"act": "approve", "id": "1"}, headers=OURS)
        page = other.get("/openings", headers={"Accept-Language": "en"}).text
        approved = other.post("/v1/openings/1/approve", headers=OURS)
        console = one.get("/v1/openings", headers={"Authorization": "Bearer the-consoles"})

    assert (asked.status_code, own.status_code, approved.status_code) == (303, 409, 200)
    assert "she is on the phone" in page and "SG****0001" in page and "SG00000001" not in page
    assert approved.json()["decided_by"] == "ann"
    assert console.json()[0]["state"] == "sent"


def test_the_console_is_no_person_and_opens_nothing(client: TestClient) -> None:
    client.headers["Authorization"] = "Bearer the-consoles"
    wish = {"door": 1, "card": "SG00000001", "reason": "she is on the phone"}

    answer = client.post("/v1/machines/bc01/openings", json=wish)

    assert answer.status_code == 409
    assert "signed in" in answer.json()["detail"]
