"""Claims: how a new board becomes a machine, the first time or in the place of another board.

Staff make a code for a machine; whoever fits the board gives it in; staff who see both say yes;
then the machine's configuration is fetched, once, with a new key.  From then on the board before is
a stranger: its key opens nothing, but still vouches for the journal that it holds.
"""

import hashlib
import hmac
import secrets
from typing import NamedTuple

from broker.ledger.store import Database

# open: a code, and nobody gave it in; asked: a board waits for staff; approved: it may fetch.
STATES = ("open", "asked", "approved", "fetched")
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # None that is taken for another.
CODE_SIZE = 10
LIFE_MS = 86_400_000
BOARD_SIZE_MAX = 80
KEY_SIZE = 32

_MACHINE = "SELECT id FROM device WHERE name = ? AND kind <> 'desk'"
_MAKE = """INSERT INTO claim (code, device, state, secret, board, made_by, made_ms, until_ms,
approved_by) VALUES (?, ?, 'open', '', '', ?, ?, ?, '')"""
_FIND = """SELECT claim.id, device.name, claim.state, claim.secret, claim.until_ms FROM claim
JOIN device ON device.id = claim.device WHERE claim.code = ?"""
_ASK = "UPDATE claim SET state = 'asked', secret = ?, board = ? WHERE id = ? AND state = 'open'"
_APPROVE = """UPDATE claim SET state = 'approved', approved_by = ?
WHERE id = ? AND state = 'asked' AND until_ms > ?"""
_FETCH = "UPDATE claim SET state = 'fetched' WHERE id = ? AND state = 'approved'"
_WAITING = """SELECT claim.id, device.name, claim.state, claim.board, claim.made_by, claim.made_ms
FROM claim JOIN device ON device.id = claim.device
WHERE claim.state <> 'fetched' AND claim.until_ms > ? ORDER BY claim.id"""
_KEEP_KEY = """INSERT INTO old_key (device, key, until_ms)
SELECT id, key, ? FROM device WHERE name = ? AND key IS NOT NULL"""
_NEW_KEY = "UPDATE device SET key = ? WHERE name = ?"
_OLD_KEYS = """SELECT old_key.key FROM old_key JOIN device ON device.id = old_key.device
WHERE device.name = ? ORDER BY old_key.id DESC"""


class ClaimError(Exception):
    """It is not done; the word says why: unknown_machine, unknown_code, not_waiting."""


class Waiting(NamedTuple):
    """A claim that is not over; `board` is what the board says of itself, for staff to compare."""

    id: int
    device: str
    state: str
    board: str
    made_by: str
    made_ms: int


class Claims:
    """Everything happens in the caller's transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def make(self, device: str, *, by: str, now_ms: int) -> str:
        """Return a code that makes a board this machine; it lives for a day and is shown once."""
        row = self._db.execute(_MACHINE, (device,)).fetchone()
        if row is None:
            raise ClaimError("unknown_machine")
        code = "".join(secrets.choice(LETTERS) for _letter in range(CODE_SIZE))
        self._db.execute(_MAKE, (_digest(code), row[0], by, now_ms, now_ms + LIFE_MS))
        return code

    def ask(self, code: str, board: str, *, now_ms: int) -> str:
        """Give a code in for a board; return the secret with which it fetches.  Once."""
        claim, _device, state, _secret = self._find(code, now_ms)
        if state != "open":
            raise ClaimError("unknown_code")
        secret = secrets.token_hex(KEY_SIZE)
        self._db.execute(_ASK, (_digest(secret), board[:BOARD_SIZE_MAX], claim))
        return secret

    def waiting(self, now_ms: int) -> list[Waiting]:
        return [Waiting(*row) for row in self._db.execute(_WAITING, (now_ms,))]

    def approve(self, claim: int, *, by: str, now_ms: int) -> None:
        if self._db.execute(_APPROVE, (by, claim, now_ms)).rowcount != 1:
            raise ClaimError("not_waiting")

    def fetch(self, code: str, secret: str, *, now_ms: int) -> tuple[str, bytes] | None:
        """Return the machine and its new key, once; None while staff have not said yes."""
        claim, device, state, digest = self._find(code, now_ms)
        if state == "fetched" or not hmac.compare_digest(digest, _digest(secret)):
            raise ClaimError("unknown_code")
        if state != "approved":
            return None
        self._db.execute(_FETCH, (claim,))
        key = secrets.token_bytes(KEY_SIZE)
        self._db.execute(_KEEP_KEY, (now_ms, device))
        self._db.execute(_NEW_KEY, (key, device))
        return device, key

    def old_keys(self, device: str) -> list[bytes]:
        """Return the keys that a machine had before, the newest first."""
        return [bytes(key) for (key,) in self._db.execute(_OLD_KEYS, (device,))]

    def _find(self, code: str, now_ms: int) -> tuple[int, str, str, str]:
        row = self._db.execute(_FIND, (_digest(code),)).fetchone()
        if row is None or row[4] <= now_ms:
            raise ClaimError("unknown_code")
        claim, device, state, secret, _until_ms = row
        return claim, device, state, secret


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
