"""Personal data: agreed to, handed out, erased, and detached when its time is over."""

import json
from io import BytesIO
from zipfile import ZipFile

import pytest

from broker.accounts import people, personal
from broker.accounts.consents import Consents, identity, note_identity
from broker.accounts.money import Cause, Money, Reason
from broker.accounts.payments import Payments
from broker.accounts.people import AccountError
from broker.accounts.retire import Retired, retire
from broker.accounts.sureties import Sureties
from broker.ledger.store import Database
from tests.broker.accounts.shelf import ANNE, BO, CHILD, DAY_MS, START_MS, lend
from tests.broker.desk import CARDS, READERS, TAGS, Desk, Machine

KEY = bytes(range(32))
PAPERS = "310112201505050011"


def owe(db: Database, fen: int = 500) -> None:
    cause, why = Cause("loan", "1:1"), Reason("逾期", "overdue", "1: late", "1")
    Money(db).book("fine", ANNE, fen, key="f", cause=cause, reason=why, at_ms=1, now_ms=1)


def anne(db: Database) -> people.Person:
    return people.find(db, "SG00000001")


def test_a_consent_is_to_a_text_and_can_be_taken_back(db: Database) -> None:
    consents = Consents(db)
    for version in (1, 2):
        assert consents.publish("notices", "同意接收通知", "I agree", version) == version
    db.execute("INSERT INTO contact VALUES (?, 'mail', 'a@b.example')", (ANNE,))
    consents.give(ANNE, "notices", now_ms=START_MS, actor="staff")
    assert [(c.version, c.withdrawn_ms) for c in consents.of(ANNE)] == [(2, None)]

    consents.withdraw(ANNE, "notices", START_MS + 1)

    assert not consents.holds(ANNE, "notices")
    assert db.execute("SELECT COUNT(*) FROM contact").fetchone()[0] == 0
    with pytest.raises(AccountError):
        consents.withdraw(ANNE, "notices", START_MS + 2)


def test_for_a_child_a_verified_guardian_agrees(db: Database) -> None:
    consents = Consents(db)
    consents.publish("lending", "同意", "I agree", 1)
    for guardian in (None, 99):
        with pytest.raises(AccountError):
            consents.give(CHILD, "lending", now_ms=1, actor="staff", guardian=guardian)

    guardian = Sureties(db).guard(
        CHILD, hash="h", relation="母亲", verified="户口簿", now_ms=1, actor="staff"
    )
    consents.give(CHILD, "lending", now_ms=1, actor="staff", guardian=guardian)

    assert consents.holds(CHILD, "lending")


def test_papers_are_known_again_and_stand_nowhere(db: Database) -> None:
    kept = identity(KEY, "id", PAPERS)
    note_identity(db, ANNE, "id", kept, START_MS)

    with pytest.raises(AccountError, match="another reader"):
        note_identity(db, BO, "id", identity(KEY, "id", f" {PAPERS} "), START_MS)

    assert PAPERS not in kept
    assert kept != identity(bytes(32), "id", PAPERS)


def test_a_reader_gets_all_that_is_held(db: Database) -> None:
    lend(db, 1, ANNE, out_ms=START_MS, due=20261216)
    owe(db)

    with ZipFile(BytesIO(personal.export_zip(db, anne(db)))) as archive:
        said = json.loads(archive.read("reader.json"))

    assert said["reader"]["name"] == "张小明"
    assert [loan["title"] for loan in said["loans"]] == ["红楼梦"]
    assert [row["words_zh"] for row in said["money"]] == ["逾期"]
    assert "1001" not in json.dumps(said)


def test_what_is_open_is_settled_before_somebody_is_erased(db: Database) -> None:
    lend(db, 1, ANNE, out_ms=START_MS, due=20261216)
    owe(db)
    Payments(db).over_the_counter(ANNE, fen=100, purpose="deposit", now_ms=1, actor="staff")

    with pytest.raises(AccountError, match="1 copies are on loan; 500 fen are owed; a deposit"):
        personal.erase(db, anne(db), reason="本人要求", actor="staff", now_ms=START_MS)


def test_nothing_leads_to_an_erased_reader(db: Database) -> None:
    account = ANNE
    lend(db, 1, account, out_ms=START_MS, due=20261216, in_ms=START_MS)
    db.execute("INSERT INTO contact VALUES (?, 'mail', 'a@b.example')", (account,))
    note_identity(db, account, "id", "h", START_MS)
    before = people.changes(db)

    personal.erase(db, anne(db), reason="本人要求", actor="staff", now_ms=START_MS)

    for table in ("patron", "card", "contact", "identity", "consent", "guardian", "notice"):
        statement = f"SELECT COUNT(*) FROM {table} WHERE account = ?"
        assert db.execute(statement, (account,)).fetchone()[0] == 0, table
    assert db.execute("SELECT account FROM loan").fetchall() == [(account,)]
    assert db.execute("SELECT kind, why FROM nameless").fetchall() == [("adult", "erased")]
    assert people.changes(db) == before + 1


def test_an_erased_readers_book_still_comes_back(desk: Desk) -> None:
    machine = Machine()
    desk.hear(machine.says("hello", machine.hello()))
    machine.session(1, READERS[0], took=[TAGS[0]])
    desk.hear(machine.says("fact", machine.payload()))

    desk.db.begin()
    person = people.find(desk.db, CARDS[0])
    personal.erase(desk.db, person, reason="本人要求", actor="a", now_ms=START_MS, anyway=True)
    desk.exchange.people_changed(START_MS)
    desk.db.commit()
    machine.session(900_000, "", put=[TAGS[0]])
    desk.hear(machine.says("fact", machine.payload(2), START_MS + 900_000))

    assert desk.rows("SELECT state FROM loan") == [("returned",)]
    assert desk.one("SELECT COUNT(*) FROM inbox WHERE number = 1 AND body IS NULL") == 1
    newest = str(desk.one("SELECT body FROM policy ORDER BY revision DESC LIMIT 1"))
    assert READERS[0] not in newest


def test_old_history_is_detached_and_figures_stay(db: Database) -> None:
    old_ms = START_MS - 400 * DAY_MS
    lend(db, 1, ANNE, out_ms=old_ms, due=20251010, in_ms=old_ms)
    lend(db, 2, BO, out_ms=old_ms, due=20251010, in_ms=old_ms)
    lend(db, 3, BO, out_ms=START_MS, due=20261216)
    before = db.execute("SELECT COUNT(*), SUM(out_ms) FROM loan").fetchall()

    counts = retire(db, before_ms=START_MS - 365 * DAY_MS, now_ms=START_MS)

    assert counts == Retired(detached=1, waiting=1, kept=0, notices=0, bodies=0)
    fresh = anne(db).account
    assert fresh != ANNE
    assert db.execute("SELECT COUNT(*) FROM loan WHERE account = ?", (fresh,)).fetchone()[0] == 0
    assert db.execute("SELECT COUNT(*), SUM(out_ms) FROM loan").fetchall() == before
    assert db.execute("SELECT account, kind FROM nameless").fetchall() == [(ANNE, "adult")]
    assert retire(db, before_ms=START_MS - 365 * DAY_MS, now_ms=START_MS).detached == 0


def test_whoever_agreed_keeps_the_history(db: Database) -> None:
    lend(db, 1, ANNE, out_ms=0, due=20251010, in_ms=1)
    Consents(db).publish("history", "保留历史", "keep my history", 1)
    Consents(db).give(ANNE, "history", now_ms=1, actor="staff")

    assert retire(db, before_ms=START_MS, now_ms=START_MS).kept == 1
    assert anne(db).account == ANNE


def test_what_machines_said_is_forgotten_and_its_chain_is_not(desk: Desk) -> None:
    machine = Machine()
    machine.session(1, READERS[0], took=[TAGS[0]])
    desk.hear(machine.says("fact", machine.payload()))
    chain = desk.one("SELECT chain FROM inbox")

    desk.db.begin()
    counts = retire(desk.db, before_ms=START_MS + DAY_MS, now_ms=START_MS + 2 * DAY_MS)
    desk.db.commit()

    assert counts.bodies == 1
    assert desk.rows("SELECT chain, body FROM inbox") == [(chain, None)]
