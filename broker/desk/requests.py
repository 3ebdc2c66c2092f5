"""A request that is said again is answered again and done once.

Whoever asks makes the key; the same key with another content is a mistake of theirs, not ours.
Thirty days later nobody asks again, and both are forgotten.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from broker.ledger.store import Database

KEY_SIZE_MAX = 200
KEPT_MS = 30 * 86_400_000

Answer = dict[str, Any]

_FIND = "SELECT fingerprint, response FROM desk_request WHERE key = ?"
_KEEP = "INSERT INTO desk_request (key, fingerprint, response, at_ms) VALUES (?, ?, ?, ?)"
_FORGET = "DELETE FROM desk_request WHERE at_ms < ? RETURNING 1"


class KeyReused(Exception):
    """The key was used for something else before.  Nothing was done."""


def once(db: Database, key: str, asked: object, now_ms: int, run: Callable[[], Answer]) -> Answer:
    """Run it, or return what it returned when it was asked under this key before.

    `asked` is everything that decides the answer, as JSON can tell it.  An empty key is never
    remembered.  Everything happens in the caller's transaction; raises KeyReused.
    """
    if not key:
        return run()
    fingerprint = _fingerprint(asked)
    row = db.execute(_FIND, (key,)).fetchone()
    if row is not None:
        if row[0] != fingerprint:
            raise KeyReused(key)
        said: Answer = json.loads(row[1])
        return said
    answer = run()
    db.execute(_KEEP, (key, fingerprint, json.dumps(answer, ensure_ascii=False), now_ms))
    return answer


def forget(db: Database, now_ms: int) -> int:
    """Forget what nobody asks again; return how many there were.  In the caller's transaction."""
    return len(db.execute(_FORGET, (now_ms - KEPT_MS,)).fetchall())


def _fingerprint(asked: object) -> str:
    text = json.dumps(asked, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
