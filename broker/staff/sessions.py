"""Signing in: by password or by a link, once; sessions end by themselves.

A wrong password is counted before it is looked at, so that many tried at once are counted too.
"""

from typing import NamedTuple

from broker.ledger.store import Database
from broker.staff import hashes, notes

FAILURES_MAX = 5
LOCK_MS = 15 * 60_000
IDLE_MS = 60 * 60_000  # A session that nobody uses is over.
DAY_MS = 12 * 3_600_000  # And every session after a working day.
USED_EVERY_MS = 60_000  # How exactly the last use is known.

_ACCOUNT = """SELECT id, name, role, password, failures, locked_ms FROM staff
WHERE name = ? AND ended_ms IS NULL"""
_TRY = "UPDATE staff SET failures = failures + 1 WHERE id = ?"
_LOCK = "UPDATE staff SET failures = 0, locked_ms = ? WHERE id = ?"
_FREE = "UPDATE staff SET failures = 0, locked_ms = 0 WHERE id = ?"
_OPEN = "INSERT INTO staff_session (digest, staff, made_ms, used_ms) VALUES (?, ?, ?, ?)"
_USED = "UPDATE staff_session SET used_ms = ? WHERE digest = ? AND used_ms < ?"
_CLOSE = """DELETE FROM staff_session WHERE digest = ?
RETURNING (SELECT name FROM staff WHERE staff.id = staff_session.staff)"""
_OVER = "DELETE FROM staff_session WHERE used_ms < ? OR made_ms < ?"
_LINKS_OVER = "DELETE FROM staff_link WHERE until_ms < ?"
_TAKE = "DELETE FROM staff_link WHERE digest = ? RETURNING staff, until_ms"
_BY_ID = "SELECT name FROM staff WHERE id = ? AND ended_ms IS NULL"


class Attempt(NamedTuple):
    """What a password is held against; `id` 0 is nobody, `locked` looks at no password."""

    id: int
    name: str
    hashed: str
    locked: bool


def attempt(db: Database, name: str, now_ms: int) -> Attempt:
    """Count an attempt; the fifth wrong one in a row locks the account for a quarter of an hour."""
    row = db.execute(_ACCOUNT, (name,)).fetchone()
    if row is None:
        notes.write(db, name, "refused", "no such account", now_ms)
        return Attempt(0, name, "", locked=False)
    number, name, _role, hashed, failures, locked_ms = row
    if now_ms < locked_ms:
        notes.write(db, name, "refused", "locked", now_ms)
        return Attempt(number, name, "", locked=True)
    if failures + 1 >= FAILURES_MAX:
        db.execute(_LOCK, (now_ms + LOCK_MS, number))
    else:
        db.execute(_TRY, (number,))
    return Attempt(number, name, hashed, locked=False)


def refuse(db: Database, tried: Attempt, now_ms: int) -> None:
    """Note that a password was wrong, and that the account is locked when it is by now."""
    notes.write(db, tried.name, "refused", "wrong password", now_ms)
    row = db.execute(_ACCOUNT, (tried.name,)).fetchone()
    if row and now_ms < row[5]:
        notes.write(db, tried.name, "locked", f"for {LOCK_MS // 60_000} minutes", now_ms)


def let_in(db: Database, number: int, name: str, how: str, now_ms: int) -> str:
    """Begin a session and return its cookie; wrong passwords before are forgotten."""
    cookie = hashes.new_key()
    db.execute(_FREE, (number,))
    db.execute(_OVER, (now_ms - IDLE_MS, now_ms - DAY_MS))
    db.execute(_LINKS_OVER, (now_ms,))
    db.execute(_OPEN, (hashes.digest(cookie), number, now_ms, now_ms))
    notes.write(db, name, "signed_in", how, now_ms)
    return cookie


def by_link(db: Database, key: str, now_ms: int) -> str:
    """Return the cookie of a new session; empty for a link that was used or is too old."""
    taken = db.execute(_TAKE, (hashes.digest(key),)).fetchone()
    if taken is None or now_ms > taken[1]:
        return ""
    row = db.execute(_BY_ID, (taken[0],)).fetchone()
    return let_in(db, taken[0], row[0], "by link", now_ms) if row else ""


def used(db: Database, digest: str, now_ms: int) -> None:
    """A person used the session now."""
    db.execute(_USED, (now_ms, digest, now_ms))


def close(db: Database, digest: str, now_ms: int) -> None:
    """End a session; one that has ended already is none."""
    row = db.execute(_CLOSE, (digest,)).fetchone()
    if row:
        notes.write(db, row[0], "signed_out", "", now_ms)
