"""Notices over a real mail server and a real webhook: each once, again when it failed."""

import json
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, TypeVar

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from broker.accounts import seal
from broker.accounts.cards import Cards
from broker.accounts.clerk import Clerk, Office
from broker.accounts.money import Money
from broker.accounts.news import News
from broker.accounts.till import Till
from broker.ledger.books import Books
from broker.ledger.cases import Cases
from broker.ledger.directory import Directory
from broker.ledger.store import Database
from broker.notices import daily
from broker.notices.post import ATTEMPTS_MAX, BACK_OFF_MS, LEASE_MS, Post
from broker.notices.senders import Mail, NotSent, Sender, Webhook
from tests.broker.accounts.shelf import (
    ANNE,
    BO,
    DAY_MS,
    START_MS,
    TODAY,
    ZONE,
    bring_back,
    day,
    lend,
)
from tests.broker.process import free_port

T = TypeVar("T")
HOUR_MS = 3_600_000
KEY = b"w" * 32


class Box:
    """A mail server's handler: what it took, and what it says."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.says = "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.says.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.says


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def mail(box: Box) -> Iterator[Mail]:
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield Mail("127.0.0.1", port, sender="library@lib.example")
    controller.stop()


class Clock:
    def __init__(self) -> None:
        self.now_ms = START_MS

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def clerk(db: Database, mail: Mail, clock: Clock) -> Clerk:
    db.execute("INSERT INTO contact VALUES (?, 'mail', 'anne@home.example')", (ANNE,))
    return _clerk(db, {"mail": mail}, clock)


def _clerk(db: Database, senders: dict[str, Sender], clock: Clock) -> Clerk:
    def do(run: Callable[[Database], T]) -> T:
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

    office = Office(
        do=do,
        till=Till(do, {}, clock),
        senders=senders,
        cost_of=lambda _ended: [],
        law_is_old=lambda: False,
        cards=cards,
        people_changed=lambda _now_ms: None,
        zone=ZONE,
        now_ms=clock,
    )
    return Clerk(office)


def states(db: Database) -> list[str]:
    return [state for (state,) in db.execute("SELECT state FROM notice ORDER BY id")]


def test_a_loan_by_a_machine_is_told_once(
    db: Database, clerk: Clerk, box: Box, clock: Clock
) -> None:
    lend(db, 1, ANNE, out_ms=START_MS, due=20261216)

    for _round in range(3):
        clerk.round()

    (letter,) = box.letters
    assert (letter["To"], letter["Subject"]) == ("anne@home.example", "借阅记录变动")
    assert "张*明您好" in letter.get_content()
    assert "借出《红楼梦》，应还 2026-12-16" in letter.get_content()
    assert "张小明" not in letter.as_string()
    assert states(db) == ["sent"]


def test_what_happens_together_is_one_letter(db: Database, clerk: Clerk, box: Box) -> None:
    cause = lend(db, 1, ANNE, out_ms=START_MS, due=20261216)
    lend(db, 2, ANNE, out_ms=START_MS, due=20261216)
    clerk.round()
    bring_back(db, cause, START_MS)
    clerk.round()

    assert [letter.get_content().count("《") for letter in box.letters] == [2, 1]


def test_nobody_hears_of_what_was_told_a_day_late(db: Database, clerk: Clerk, box: Box) -> None:
    lend(db, 1, ANNE, out_ms=START_MS - DAY_MS - 1, due=20261216)

    clerk.round()

    assert (box.letters, states(db)) == ([], [])


def test_a_reader_without_address_hears_nothing(db: Database, clerk: Clerk) -> None:
    lend(db, 1, BO, out_ms=START_MS, due=20261216)

    clerk.round()

    assert states(db) == []


def test_a_letter_that_is_refused_is_tried_again_and_then_given_up(
    db: Database, clerk: Clerk, box: Box, clock: Clock
) -> None:
    box.says = "451 later"
    lend(db, 1, ANNE, out_ms=START_MS, due=20261216)
    clerk.round()
    clerk.round()
    assert (states(db), _attempts(db)) == (["waiting"], 1)

    for attempt in range(ATTEMPTS_MAX):
        clock.now_ms += BACK_OFF_MS * 2**attempt
        clerk.round()

    assert (states(db), _attempts(db)) == (["dead"], ATTEMPTS_MAX)
    (evidence,) = db.execute("SELECT evidence FROM exception_case WHERE kind = 'notice'").fetchone()
    assert json.loads(evidence)["why"] == "the mail server says 451"


def test_a_letter_goes_out_when_the_server_is_back(
    db: Database, clerk: Clerk, box: Box, clock: Clock
) -> None:
    box.says = "451 later"
    lend(db, 1, ANNE, out_ms=START_MS, due=20261216)
    clerk.round()

    box.says = "250 OK"
    clock.now_ms += HOUR_MS
    clerk.round()

    assert (len(box.letters), states(db)) == (1, ["sent"])


def test_a_letter_of_a_sender_that_died_is_taken_again(db: Database, clerk: Clerk) -> None:
    lend(db, 1, ANNE, out_ms=START_MS, due=20261216)
    News(db, lambda _ended: [], day).take(START_MS)

    taken = [len(Post(db).take(START_MS + wait)) for wait in (0, 1, LEASE_MS)]

    assert taken == [1, 0, 1]


def test_no_storm_of_old_news_follows_when_the_server_is_back(
    db: Database, clerk: Clerk, box: Box, clock: Clock
) -> None:
    lend(db, 1, ANNE, out_ms=START_MS, due=20261216)
    News(db, lambda _ended: [], day).take(START_MS)

    clock.now_ms += DAY_MS + 1
    clerk.round()

    assert (box.letters, states(db)) == ([], ["dropped"])


def test_what_nobody_here_can_send_is_no_case(db: Database, clock: Clock) -> None:
    db.execute("INSERT INTO contact VALUES (?, 'mail', 'anne@home.example')", (ANNE,))
    lend(db, 1, ANNE, out_ms=START_MS, due=20261216)

    _clerk(db, {}, clock).round()

    assert states(db) == ["dropped"]


def test_an_address_that_is_gone_drops_the_letter(db: Database, clerk: Clerk, box: Box) -> None:
    lend(db, 1, ANNE, out_ms=START_MS, due=20261216)
    News(db, lambda _ended: [], day).take(START_MS)
    db.execute("DELETE FROM contact")

    clerk.round()

    assert (box.letters, states(db)) == ([], ["dropped"])


def test_a_day_reminds_once_and_in_the_morning(
    db: Database, clerk: Clerk, box: Box, clock: Clock
) -> None:
    lend(db, 1, ANNE, out_ms=START_MS - 2 * DAY_MS, due=TODAY + 2)
    lend(db, 2, ANNE, out_ms=START_MS - 2 * DAY_MS, due=TODAY - 1)
    night_ms = START_MS + 8 * HOUR_MS
    clock.now_ms = night_ms
    due = db.execute("SELECT COUNT(*) FROM notice").fetchone()[0]
    clerk.round()
    assert (due, box.letters) == (0, [])

    clock.now_ms = night_ms + 12 * HOUR_MS
    clerk.round()
    clerk.round()

    assert sorted(letter["Subject"] for letter in box.letters) == ["借阅即将到期", "图书已逾期"]
    assert daily.make(db, clock.now_ms, ZONE) == 0


def test_a_reader_is_written_to_in_her_language(db: Database, clerk: Clerk, box: Box) -> None:
    db.execute("INSERT INTO contact VALUES (?, 'mail', 'bo@home.example')", (BO,))
    lend(db, 1, BO, out_ms=START_MS, due=20261216)

    clerk.round()

    assert box.letters[0]["Subject"] == "Your account has changed"
    assert "Dear B* L*****" in box.letters[0].get_content()


def test_what_changed_is_settled_in_the_same_round(db: Database, clerk: Clerk) -> None:
    lend(db, 1, ANNE, out_ms=START_MS, due=20261216)

    clerk.round()

    assert db.execute("SELECT COUNT(*) FROM loan_news").fetchone()[0] == 0
    assert Money(db).owed(ANNE) == 0


class Hook(BaseHTTPRequestHandler):
    heard: list[tuple[dict[str, str], bytes]] = []
    status = 204

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((dict(self.headers), body))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def hook() -> Iterator[HTTPServer]:
    Hook.heard, Hook.status = [], 204
    server = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_webhook_is_signed(db: Database, hook: HTTPServer, clock: Clock) -> None:
    address = f"http://127.0.0.1:{hook.server_port}/told"
    db.execute("INSERT INTO contact VALUES (?, 'webhook', ?)", (ANNE, address))
    lend(db, 1, ANNE, out_ms=START_MS, due=20261216)

    _clerk(db, {"webhook": Webhook(KEY, clock)}, clock).round()

    ((headers, body),) = Hook.heard
    seal.check(KEY, headers, body, START_MS)
    assert json.loads(body)["kind"] == "changed"
    assert states(db) == ["sent"]


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://127.0.0.1:1/"])
def test_a_webhook_that_is_not_there_is_not_sent(db: Database, clock: Clock, address: str) -> None:
    db.execute("INSERT INTO contact VALUES (?, 'webhook', ?)", (ANNE, address))
    lend(db, 1, ANNE, out_ms=START_MS, due=20261216)
    News(db, lambda _ended: [], day).take(START_MS)
    (letter,) = Post(db).take(START_MS)

    with pytest.raises(NotSent):
        Webhook(KEY, clock).send(letter)


def _attempts(db: Database) -> int:
    return int(db.execute("SELECT attempts FROM notice").fetchone()[0])
