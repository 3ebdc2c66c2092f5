"""The API and the page of readers' accounts, over a ledger of either database."""

import json
import threading
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar
from zipfile import ZipFile

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from broker.accounts import seal
from broker.accounts.cards import Cards
from broker.accounts.clerk import Office
from broker.accounts.house import Accounts
from broker.accounts.money import Cause, Money, Reason
from broker.accounts.payments import Payments
from broker.accounts.providers import SignedProvider
from broker.accounts.till import Till
from broker.ledger import database
from broker.ledger.books import Books
from broker.ledger.cases import Cases
from broker.ledger.directory import Directory
from broker.ledger.read import Reader
from broker.ledger.store import Database
from broker.live import Hub
from broker.web.app import create_app
from broker.web.readerpage import fen_of
from tests.broker.accounts.shelf import ANNE, DISTRICT_KEY, START_MS, ZONE, day, lend

T = TypeVar("T")
TOKEN = "sesame-open"
KEY = b"k" * 32
CARD = "SG00000001"
PATH = f"/v1/readers/{CARD}"


@pytest.fixture
def client(db: Database, tmp_path: Path, database_url: str) -> Iterator[TestClient]:
    lock = threading.Lock()

    def do(run: Callable[[Database], T]) -> T:
        with lock:
            db.begin()
            try:
                result = run(db)
                db.commit()
            finally:
                if db.in_transaction:
                    db.rollback()
            return result

    def cards(db: Database) -> Cards:
        cases = Cases(db)
        return Cards(db, Books(db, cases, day), Directory(db), cases)

    def now_ms() -> int:
        return START_MS

    folder = tmp_path / "data"
    bank = SignedProvider("http://127.0.0.1:1", KEY, now_ms)
    office = Office(
        do=do,
        till=Till(do, {"bank": bank}, now_ms),
        senders={},
        cost_of=lambda _ended: [],
        law_is_old=lambda: False,
        cards=cards,
        people_changed=lambda _now_ms: None,
        zone=ZONE,
        now_ms=now_ms,
    )
    accounts = Accounts(
        office,
        snapshot=lambda: database.snapshot(folder, database_url),
        district_key=DISTRICT_KEY,
    )
    engine = database.open_reader(folder, database_url)
    yield from _client(accounts, engine)
    engine.dispose()


def _client(accounts: Accounts, engine: Engine) -> Iterator[TestClient]:
    app = create_app(
        read=Reader(engine),
        hub=Hub(),
        send_order=lambda *_order: "",
        at_desk=lambda _job: {},
        token=TOKEN,
        timezone="Asia/Shanghai",
        device_key=lambda _device: None,
        now_ms=lambda: START_MS,
        accounts=accounts,
    )
    address = "http://127.0.0.1"
    with TestClient(app, base_url=address, follow_redirects=False) as client:
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        yield client


def owe(db: Database, fen: int = 500) -> None:
    cause, why = Cause("loan", "1:1"), Reason("逾期 5 天", "5 days late", "12: fine any any", "1")
    Money(db).book("fine", ANNE, fen, key="f", cause=cause, reason=why, at_ms=START_MS, now_ms=1)


def post(client: TestClient, path: str, key: str = "key-00001", **said: object) -> Any:
    return client.post(path, json=said, headers={"Idempotency-Key": key})


def test_an_account_says_what_is_owed_and_why(db: Database, client: TestClient) -> None:
    owe(db)

    said = client.get(f"{PATH}/account").json()

    assert (said["card"], said["name"], said["owed_fen"]) == ("SG****0001", "张**", 500)
    assert said["money"][0]["words_zh"] == "逾期 5 天"
    assert said["money"][0]["rule"] == "12: fine any any"


def test_nobody_has_that_card(client: TestClient) -> None:
    for path in ("account", "money", "payments", "blocks", "export"):
        said = client.get(f"/v1/readers/SG99999999/{path}")
        assert (said.status_code, said.json()["type"]) == (404, "urn:shugui:problem:unknown_card")


def test_what_is_asked_twice_is_done_once(db: Database, client: TestClient) -> None:
    owe(db)
    said: dict[str, Any] = {"kind": "waive", "fen": 200, "reason": "首次逾期"}

    answers = [post(client, f"{PATH}/money", **said).json() for _ in range(3)]

    assert answers[0] == answers[1] == answers[2]
    assert Money(db).owed(ANNE) == 300
    other = post(client, f"{PATH}/money", **(said | {"fen": 100}))
    assert (other.status_code, other.json()["type"]) == (422, "urn:shugui:problem:key_reused")


def test_nobody_is_forgiven_more_than_is_owed(client: TestClient) -> None:
    said = post(client, f"{PATH}/money", kind="waive", fen=1, reason="x")

    assert (said.status_code, said.json()["detail"]) == (409, "only 0 fen are owed")


def test_cash_is_taken_once(db: Database, client: TestClient) -> None:
    owe(db)
    paid: dict[str, Any] = {"fen": 500, "purpose": "owed", "provider": "desk"}

    first, second = (post(client, f"{PATH}/payments", **paid).json() for _ in range(2))

    assert (first["state"], first["id"] == second["id"]) == ("paid", True)
    assert Money(db).owed(ANNE) == 0
    assert [row["fen"] for row in client.get(f"{PATH}/payments").json()] == [500]


def test_a_provider_that_is_silent_leaves_the_outcome_unknown(
    db: Database, client: TestClient
) -> None:
    owe(db)
    said: dict[str, Any] = {"fen": 500, "purpose": "owed", "provider": "bank"}

    assert post(client, f"{PATH}/payments", **said).json()["state"] == "unknown"
    assert post(client, f"{PATH}/payments", **said).json()["state"] == "unknown"
    again = post(client, f"{PATH}/payments", "key-00002", **said)

    assert again.status_code == 409
    assert "ask for its outcome" in again.json()["detail"]


def test_a_callback_needs_a_signature_and_no_token(db: Database, client: TestClient) -> None:
    owe(db)
    db.begin()
    made = Payments(db).intend(
        ANNE, fen=500, purpose="owed", provider="bank", now_ms=START_MS, actor=""
    )
    db.commit()
    event = {"event": "e1", "payment": made.id, "outcome": "paid", "fen": 500, "reference": "b1"}
    body = json.dumps(event).encode()
    path = "/v1/payments/callbacks/bank"
    del client.headers["Authorization"]

    forged = client.post(path, content=body, headers=seal.headers(b"x" * 32, body, START_MS))
    heard = [
        client.post(path, content=body, headers=seal.headers(KEY, body, START_MS)).json()
        for _ in range(2)
    ]

    assert (forged.status_code, heard) == (403, [{"new": True}, {"new": False}])
    assert Money(db).owed(ANNE) == 0


def test_a_block_is_put_and_lifted(client: TestClient) -> None:
    made = post(client, f"{PATH}/blocks", reason="证件待核").json()
    assert client.get(f"{PATH}/account").json()["blocked"] == "证件待核"

    post(client, f"{PATH}/blocks/{made['id']}/lift", "key-00002")

    (block,) = client.get(f"{PATH}/blocks").json()
    assert (block["in_force"], block["lifted_by"]) == (False, "console")


def test_a_lost_card_is_replaced_and_the_old_number_still_finds_the_reader(
    client: TestClient,
) -> None:
    post(client, f"{PATH}/lost", since_ms=START_MS - 1000)
    assert client.get(f"{PATH}/account").json()["blocked"] == "card lost"

    post(client, f"{PATH}/cards", "key-00002", card="SG00000077")

    said = client.get(f"{PATH}/account").json()
    assert (said["card"], said["blocked"]) == ("SG****0077", "")
    assert [card["state"] for card in said["cards"]] == ["lost", "active"]
    taken = post(client, f"{PATH}/cards", "key-00003", card="SG00000002")
    assert taken.status_code == 409


def test_a_child_has_a_guardian_who_agrees(db: Database, client: TestClient) -> None:
    db.execute("INSERT INTO consent_text VALUES ('notices', 1, '同意', 'I agree', 1)")
    path = "/v1/readers/SG00000003"
    alone = post(client, f"{path}/consents", purpose="notices")
    assert (alone.status_code, "guardian" in alone.json()["detail"]) == (409, True)

    papers = {"number": "310112198001010011", "relation": "母亲", "verified": "户口簿"}
    guardian = post(client, f"{path}/guardians", "key-00002", **papers).json()["id"]
    agreed = {"purpose": "notices", "guardian": guardian}
    assert post(client, f"{path}/consents", "key-00003", **agreed).status_code == 200
    put = client.put(
        f"{path}/contacts/mail",
        json={"address": "mama@home.example"},
        headers={"Idempotency-Key": "key-00004"},
    )

    assert put.status_code == 200
    said = client.get(f"{path}/account").json()
    assert (said["contacts"], len(said["guardians"])) == (["mail"], 1)


def test_nobody_agrees_to_words_that_were_not_published(client: TestClient) -> None:
    agree = f"{PATH}/consents"
    assert post(client, agree, "key-00001", purpose="notices").status_code == 409

    words = {"text_zh": "同意接收通知", "text_en": "I agree to be told"}
    versions = [
        post(client, "/v1/consents/notices", key, **words).json()["id"]
        for key in ("key-00002", "key-00002", "key-00003")
    ]

    assert versions == [1, 1, 2]
    assert post(client, agree, "key-00004", purpose="notices").status_code == 200


def test_nobody_is_written_to_who_did_not_agree(client: TestClient) -> None:
    put = client.put(
        f"{PATH}/contacts/mail",
        json={"address": "a@home.example"},
        headers={"Idempotency-Key": "key-00001"},
    )

    assert put.status_code == 409


def test_a_reader_takes_all_data_along_and_is_forgotten(db: Database, client: TestClient) -> None:
    lend(db, 1, ANNE, out_ms=START_MS - 5, due=20261216, in_ms=START_MS)
    with ZipFile(BytesIO(client.get(f"{PATH}/export").content)) as archive:
        assert json.loads(archive.read("reader.json"))["reader"]["name"] == "张小明"

    said = post(client, f"{PATH}/erasure", reason="本人要求")

    assert said.status_code == 200
    assert client.get(f"{PATH}/account").status_code == 404
    answers = db.execute("SELECT response FROM desk_request").fetchall()
    assert [answer for (answer,) in answers if "SG0" in answer] == []


def test_a_guarantee_is_a_decision_and_a_reference(client: TestClient) -> None:
    post(client, f"{PATH}/guarantees", kind="credit", reference="CR-1", accepted=True)

    (held,) = client.get(f"{PATH}/account").json()["guarantees"]
    assert (held["kind"], held["reference"], held["accepted"]) == ("credit", "CR-1", True)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_shows_what_is_owed_and_no_full_name(
    db: Database, client: TestClient, language: str
) -> None:
    owe(db)

    page = client.get(f"/readers/{CARD}", headers={"Accept-Language": language}).text

    assert {"zh": "欠 5.00 元", "en": "owes 5.00 yuan"}[language] in page
    assert {"zh": "逾期 5 天", "en": "5 days late"}[language] in page
    assert "张**" in page
    assert "张小明" not in page


def test_the_page_takes_cash_and_waives(db: Database, client: TestClient) -> None:
    owe(db)
    form = {"amount": "2", "act": "cash", "reason": "", "key": "key-00001"}

    assert client.post(f"/readers/{CARD}", data=form).status_code == 303
    more = form | {"amount": "3,00", "act": "waive", "reason": "首次", "key": "key-00002"}
    assert client.post(f"/readers/{CARD}", data=more).status_code == 303

    assert Money(db).owed(ANNE) == 0


def test_the_page_says_why_not(db: Database, client: TestClient) -> None:
    owe(db)
    form = {"amount": "99", "act": "cash", "reason": "", "key": "key-00001"}

    for wrong in ({"amount": "a lot"}, {"key": ""}, {}):
        page = client.post(f"/readers/{CARD}", data=form | wrong)
        assert (page.status_code, 'role="alert"' in page.text) == (409, True)

    assert Money(db).owed(ANNE) == 500


def test_the_page_blocks_and_lifts_with_a_reason(client: TestClient) -> None:
    page = f"/readers/{CARD}"
    chinese = {"Accept-Language": "zh"}

    silent = client.post(page, data={"act": "block", "key": "a", "reason": " "}, headers=chinese)
    client.post(page, data={"act": "block", "key": "b", "reason": "材料待补"})
    blocked = client.get(page).text
    (block,) = client.get(f"{PATH}/blocks").json()
    client.post(page, data={"act": "lift", "key": "c", "block": block["id"]})

    assert (silent.status_code, "停借要写明原因" in silent.text) == (409, True)
    assert "暂停借书：材料待补" in blocked
    assert not client.get(f"{PATH}/blocks").json()[0]["in_force"]


def test_the_page_reports_a_card_lost_and_gives_another(client: TestClient) -> None:
    page = f"/readers/{CARD}"

    to_come = client.post(page, data={"act": "lost", "key": "a", "since": "2031-01-01T08:00"})
    wrong = client.post(page, data={"act": "lost", "key": "b", "since": "yesterday"})
    client.post(page, data={"act": "lost", "key": "c", "since": "2026-11-17T18:30"})
    lost = client.get(page).text
    taken = client.post(page, data={"act": "issue", "key": "d", "card": CARD})
    client.post(page, data={"act": "issue", "key": "e", "card": "sg00000099"})

    assert [answer.status_code for answer in (to_come, wrong, taken)] == [409, 409, 409]
    assert "遗失时间不能在将来" in to_come.text
    assert "暂停借书：读者证已挂失" in lost
    assert "2026-11-17 18:30:00" in lost
    assert "这张证已经有人用过" in taken.text
    assert "可以借书" in client.get("/readers/SG00000099").text


def test_a_card_is_found_by_its_number(client: TestClient) -> None:
    found = client.get("/find", params={"q": CARD.lower()})

    assert (found.status_code, found.headers["Location"]) == (303, f"/readers/{CARD}")


def test_a_page_of_nobody_is_not_there(client: TestClient) -> None:
    assert client.get("/readers/SG99999999").status_code == 404


@pytest.mark.parametrize(
    ("text", "fen"),
    [("12.5", 1250), ("12.50", 1250), (" 3 ", 300), ("0,05", 5), ("", 0), ("-1", 0), ("1.234", 0)],
)
def test_an_amount_is_read_as_people_write_it(text: str, fen: int) -> None:
    assert fen_of(text) == fen
