"""The log of staff: signing in and out, accounts, and each request that may change something.

It names people and machines and, in an address, a reader's card; so it is kept six months.
"""

from typing import NamedTuple

from broker.ledger.store import Database

KEPT_MS = 183 * 86_400_000
ABOUT_SIZE_MAX = 200

# fmt: off
WHAT = (
    # word        meaning; `about` says more
    ("signed_in",  "by password or link"),
    ("signed_out", "and the session is over"),
    ("refused",    "a wrong password, or an account that is locked or has ended"),
    ("locked",     "too many wrong passwords in a row"),
    ("did",        "a request that may change something: method, path, status"),
    ("made",       "an account, a program's token, a staff card"),
    ("changed",    "a role, a password"),
    ("ended",      "an account, a program's token, a staff card"),
    ("linked",     "a link was made that signs somebody in once"),
)
# fmt: on
_NOTE = "INSERT INTO staff_note (at_ms, actor, what, about) VALUES (?, ?, ?, ?)"
_NEWEST = """SELECT at_ms, actor, what, about FROM staff_note
WHERE ? IN ('', actor) ORDER BY id DESC LIMIT ?"""
_PRUNE = "DELETE FROM staff_note WHERE at_ms < ?"


class Note(NamedTuple):
    at_ms: int
    actor: str
    what: str
    about: str


def write(db: Database, actor: str, what: str, about: str, now_ms: int) -> None:
    """Note it in the caller's transaction."""
    db.execute(_NOTE, (now_ms, actor[:ABOUT_SIZE_MAX], what, about[:ABOUT_SIZE_MAX]))


def newest(db: Database, limit: int, actor: str = "") -> list[Note]:
    """Return the newest notes first, of one actor or of all."""
    return [Note(*row) for row in db.execute(_NEWEST, (actor, limit))]


def prune(db: Database, now_ms: int) -> int:
    """Forget what is past its time; return how many were."""
    return db.execute(_PRUNE, (now_ms - KEPT_MS,)).rowcount
