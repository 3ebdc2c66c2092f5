"""A reader's own data: handed out whole, or erased so that nothing leads back to the person.

Erasing deletes the rows that link the account to a person; what the ledger holds by the account's
random number stays, so that returns go on working and figures stay as they were.
"""

import json
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from broker.accounts import people
from broker.accounts.money import Money
from broker.accounts.people import AccountError, Person
from broker.ledger import traces
from broker.ledger.store import Database

VERSION = 1  # Of the export's form.
ZIP_NAME = "reader.json"

# part of the export: statement by account, columns
_PARTS = (
    ("cards", "SELECT card, state, since_ms, lost_ms, ended_ms FROM card WHERE account = ?",
     ("card", "state", "since_ms", "lost_ms", "ended_ms")),
    ("loans", "SELECT title.title, copy.barcode, loan.out_ms, loan.due, loan.in_ms, loan.state, "
     "loan.renewals FROM loan JOIN copy ON copy.id = loan.copy JOIN title ON title.id = copy.title "
     f"WHERE {traces.loans_of_reader('loan', '?')} ORDER BY loan.out_ms",
     ("title", "barcode", "out_ms", "due", "in_ms", "state", "renewals")),
    ("money", "SELECT kind, fen, words_zh, words_en, rule, calendar, at_ms, reverses IS NOT NULL "
     "FROM money WHERE ? IN (source_account, target_account) ORDER BY id",
     ("kind", "fen", "words_zh", "words_en", "rule", "calendar", "at_ms", "reversal")),
    ("payments", "SELECT id, purpose, provider, fen, state, reference, made_ms, settled_ms "
     "FROM payment WHERE account = ? ORDER BY made_ms",
     ("id", "purpose", "provider", "fen", "state", "reference", "made_ms", "settled_ms")),
    ("refunds", "SELECT refund.id, refund.payment, refund.fen, refund.state, refund.reason, "
     "refund.made_ms FROM refund JOIN payment ON payment.id = refund.payment "
     "WHERE payment.account = ? ORDER BY refund.made_ms",
     ("id", "payment", "fen", "state", "reason", "made_ms")),
    ("blocks", "SELECT reason, from_ms, until_ms, lifted_ms FROM block WHERE account = ?",
     ("reason", "from_ms", "until_ms", "lifted_ms")),
    ("guarantees", "SELECT kind, reference, accepted, limit_set, first_day, last_day, ended_ms "
     "FROM guarantee WHERE account = ?",
     ("kind", "reference", "accepted", "limit_set", "first_day", "last_day", "ended_ms")),
    ("guardians", "SELECT relation, verified, verified_ms, ended_ms FROM guardian "
     "WHERE account = ?", ("relation", "verified", "verified_ms", "ended_ms")),
    ("consents", "SELECT purpose, version, given_ms, withdrawn_ms FROM consent WHERE account = ?",
     ("purpose", "version", "given_ms", "withdrawn_ms")),
    ("contacts", "SELECT channel, address FROM contact WHERE account = ?", ("channel", "address")),
    ("notices", "SELECT kind, channel, subject, body, state, made_ms, sent_ms FROM notice "
     "WHERE account = ? ORDER BY id",
     ("kind", "channel", "subject", "body", "state", "made_ms", "sent_ms")),
    ("requests", "SELECT op, ok, why, line, answered_ms FROM request WHERE account = ? "
     "ORDER BY id", ("op", "ok", "why", "line", "answered_ms")),
    ("cases", "SELECT kind, opened_ms, closed_ms FROM exception_case WHERE account = ? "
     "ORDER BY id", ("kind", "opened_ms", "closed_ms")),
)  # fmt: skip
# Deleted with the person, in an order that keeps references whole.
_LINKS = ("consent", "guardian", "contact", "identity", "notice", "block", "guarantee", "card",
          "patron")  # fmt: skip
_OPEN_LOANS = "SELECT COUNT(*) FROM loan WHERE account = ? AND in_ms IS NULL"
_UNDER_WAY = """SELECT COUNT(*) FROM payment WHERE account = ?
AND (state IN ('intended', 'unknown') OR id IN
(SELECT payment FROM refund WHERE state IN ('asked', 'unknown')))"""
_KEEP_KIND = "INSERT INTO nameless (account, kind, why, since_ms) VALUES (?, ?, 'erased', ?)"
_FREE_WARDS = "UPDATE guardian SET guardian = NULL WHERE guardian = ?"
# What machines said names the pseudonym of the card.
_FORGET_BODIES = """UPDATE inbox SET body = NULL WHERE body IS NOT NULL
AND id IN (SELECT cause FROM observation WHERE account = ?)"""
# For whom a door was opened from afar.
_FORGET_DOORS = """UPDATE assistance SET reader = ''
WHERE reader IN (SELECT reader FROM card WHERE account = ?)"""
_NOTE = "INSERT INTO erasure (at_ms, actor, reason) VALUES (?, ?, ?)"


def export(db: Database, person: Person) -> dict[str, object]:
    """Return all that the service holds of a reader."""
    own = {"name": person.name, "kind": person.kind, "language": person.language}
    said: dict[str, object] = {"version": VERSION, "reader": own | {"card": person.card}}
    for name, statement, columns in _PARTS:
        rows = db.execute(statement, (person.account,)).fetchall()
        said[name] = [dict(zip(columns, row, strict=True)) for row in rows]
    return said


def export_zip(db: Database, person: Person) -> bytes:
    """Return the same as a ZIP file with one JSON file in it."""
    data = BytesIO()
    text = json.dumps(export(db, person), ensure_ascii=False, indent=2)
    with ZipFile(data, "w", ZIP_DEFLATED) as archive:
        archive.writestr(ZIP_NAME, text)
    return data.getvalue()


def hindrances(db: Database, account: int) -> list[str]:
    """Return what must be settled before a reader is erased, in words; nothing when nothing is."""
    money = Money(db)
    found = (
        (_count(db, _OPEN_LOANS, account), "{} copies are on loan"),
        (max(0, money.owed(account)), "{} fen are owed"),
        (max(0, -money.owed(account)), "{} fen are to be given back"),
        (money.deposit(account), "a deposit of {} fen is held"),
        (_count(db, _UNDER_WAY, account), "{} payments are under way"),
    )
    return [text.format(count) for count, text in found if count]


def erase(
    db: Database, person: Person, *, reason: str, actor: str, now_ms: int, anyway: bool = False
) -> None:
    """Erase a person; `anyway` gives up what is owed and what cannot be told to anybody then.

    AccountError names what must be settled first.  In the caller's transaction.
    """
    open_ends = hindrances(db, person.account)
    if open_ends and not anyway:
        raise AccountError("; ".join(open_ends))
    if not reason.strip():
        raise AccountError("an erasure has a reason")
    db.execute(_FREE_WARDS, (person.account,))
    db.execute(_FORGET_BODIES, (person.account,))
    db.execute(_FORGET_DOORS, (person.account,))
    for table in _LINKS:
        db.execute(f"DELETE FROM {table} WHERE account = ?", (person.account,))
    db.execute(_KEEP_KIND, (person.account, person.kind, now_ms))
    db.execute(_NOTE, (now_ms, actor, reason))
    people.note_change(db)


def _count(db: Database, statement: str, account: int) -> int:
    return int(db.execute(statement, (account,)).fetchone()[0])
