"""Consent: to what text, for what purpose, by whom, and when it was taken back.

For somebody under age a verified guardian gives it.  Identities are kept as a keyed hash: enough to
know that two papers are of one person, and of no use to anybody without the key.
"""

import hmac
from typing import NamedTuple

from broker.accounts.people import AccountError, person
from broker.ledger.store import Database

_TEXT = """INSERT INTO consent_text (purpose, version, text_zh, text_en, made_ms)
VALUES (?, ?, ?, ?, ?)"""
_NEWEST = "SELECT COALESCE(MAX(version), 0) FROM consent_text WHERE purpose = ?"
_GIVE = """INSERT INTO consent (account, purpose, version, given_ms, guardian, actor)
VALUES (?, ?, ?, ?, ?, ?) RETURNING id"""
_OF = """SELECT id, account, purpose, version, given_ms, guardian, actor, withdrawn_ms FROM consent
WHERE account = ? ORDER BY id"""
_WITHDRAW = """UPDATE consent SET withdrawn_ms = ?
WHERE account = ? AND purpose = ? AND withdrawn_ms IS NULL"""
_GUARDIAN = "SELECT 1 FROM guardian WHERE id = ? AND account = ? AND ended_ms IS NULL"
_IDENTITY = "SELECT account FROM identity WHERE hash = ?"
_NOTE = """INSERT INTO identity (account, kind, hash, noted_ms) VALUES (?, ?, ?, ?)
ON CONFLICT (account) DO UPDATE SET kind = excluded.kind, hash = excluded.hash,
noted_ms = excluded.noted_ms"""


class Consent(NamedTuple):
    """A row of `consent`; `withdrawn_ms` is None while it holds."""

    id: int
    account: int
    purpose: str
    version: int
    given_ms: int
    guardian: int | None
    actor: str
    withdrawn_ms: int | None


class Consents:
    """Everything happens in the caller's transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def publish(self, purpose: str, text_zh: str, text_en: str, now_ms: int) -> int:
        """Publish the next version of a text and return its number."""
        version = self.newest(purpose) + 1
        self._db.execute(_TEXT, (purpose, version, text_zh, text_en, now_ms))
        return version

    def newest(self, purpose: str) -> int:
        """Return the newest version of a purpose's text; 0 when there is none."""
        return int(self._db.execute(_NEWEST, (purpose,)).fetchone()[0])

    def give(
        self, account: int, purpose: str, *, now_ms: int, actor: str, guardian: int | None = None
    ) -> int:
        """Note that somebody agrees to the newest text; AccountError when that is not his to do."""
        found, version = person(self._db, account), self.newest(purpose)
        if found is None or not version:
            raise AccountError("there is no such reader, or no text to agree to")
        if found.kind == "juvenile" and guardian is None:
            raise AccountError("for a child a verified guardian agrees")
        if guardian and not self._db.execute(_GUARDIAN, (guardian, account)).fetchone():
            raise AccountError("this guardian is not verified for this reader")
        values = (account, purpose, version, now_ms, guardian, actor)
        return int(self._db.execute(_GIVE, values).fetchone()[0])

    def withdraw(self, account: int, purpose: str, now_ms: int) -> None:
        """Take a consent back; without that for notices there is no address to send any to."""
        if not self._db.execute(_WITHDRAW, (now_ms, account, purpose)).rowcount:
            raise AccountError("there is no such consent")
        if purpose == "notices":
            self._db.execute("DELETE FROM contact WHERE account = ?", (account,))

    def holds(self, account: int, purpose: str) -> bool:
        return any(c.purpose == purpose and c.withdrawn_ms is None for c in self.of(account))

    def of(self, account: int) -> list[Consent]:
        return [Consent(*row) for row in self._db.execute(_OF, (account,)).fetchall()]


def identity(key: bytes, kind: str, number: str) -> str:
    """Return what is kept of an ID number: a hash under a key of its own."""
    own = hmac.digest(key, b"identity", "sha256")
    return hmac.digest(own, f"{kind}:{number.strip().upper()}".encode(), "sha256").hex()


def note_identity(db: Database, account: int, kind: str, hash: str, now_ms: int) -> None:
    """Note whose papers were seen; AccountError when they are another reader's."""
    row = db.execute(_IDENTITY, (hash,)).fetchone()
    if row and row[0] != account:
        raise AccountError("another reader has shown these papers")
    db.execute(_NOTE, (account, kind, hash, now_ms))
