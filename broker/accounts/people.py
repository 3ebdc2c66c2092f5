"""Who a card number stands for, and that something about people has changed.

Services remember cards and blocks, and machines keep them in their policy.  Whoever changes them
counts it here, in the same transaction; every service looks at the count and forgets.
"""

import secrets
from typing import NamedTuple

from broker.ledger.store import Database

ACCOUNT_BITS = 48
CHANNELS = ("mail", "webhook")

_FIND = """SELECT patron.account, patron.card, patron.reader, patron.name, patron.kind,
patron.language, patron.blocked FROM card JOIN patron ON patron.account = card.account
WHERE card.card = ?"""
_PERSON = """SELECT account, card, reader, name, kind, language, blocked FROM patron
WHERE account = ?"""
_COUNT = """INSERT INTO counter (kind, reason, value) VALUES ('people', '', 1)
ON CONFLICT (kind, reason) DO UPDATE SET value = counter.value + 1"""
_CHANGES = "SELECT value FROM counter WHERE kind = 'people' AND reason = ''"
_AGREED = """SELECT 1 FROM consent WHERE account = ? AND purpose = 'notices'
AND withdrawn_ms IS NULL LIMIT 1"""
_NAMELESS = "INSERT INTO nameless (account, kind, why, since_ms) VALUES (?, ?, ?, ?)"


class AccountError(Exception):
    """What was asked of an account cannot be; the message says why.  Nothing was written."""


class Person(NamedTuple):
    """A row of `patron`: `card` and `reader` are of the card in use."""

    account: int
    card: str
    reader: str
    name: str
    kind: str
    language: str
    blocked: str


def find(db: Database, card: str) -> Person:
    """Return whose card this is or was; AccountError when it is nobody's."""
    row = db.execute(_FIND, (card,)).fetchone()
    if row is None:
        raise AccountError(f"no reader has the card {card}")
    return Person(*row)


def person(db: Database, account: int) -> Person | None:
    row = db.execute(_PERSON, (account,)).fetchone()
    return Person(*row) if row else None


def new_account() -> int:
    """Return a random number: nothing leads from it to a person."""
    return secrets.randbits(ACCOUNT_BITS) + 1


def nameless(db: Database, kind: str, why: str, now_ms: int) -> int:
    """Make an account that leads to no person, for statistics, and return it."""
    account = new_account()
    db.execute(_NAMELESS, (account, kind, why, now_ms))
    return account


def note_change(db: Database) -> None:
    db.execute(_COUNT)


def changes(db: Database) -> int:
    row = db.execute(_CHANGES).fetchone()
    return int(row[0]) if row else 0


def set_contact(db: Database, account: int, channel: str, address: str) -> None:
    """Note an address of a reader who agreed to notices; an empty one deletes it."""
    if channel not in CHANNELS:
        raise AccountError(f"a channel is one of {', '.join(CHANNELS)}")
    if address and not db.execute(_AGREED, (account,)).fetchone():
        raise AccountError("the reader has not agreed to notices")
    db.execute("DELETE FROM contact WHERE account = ? AND channel = ?", (account, channel))
    if address:
        db.execute("INSERT INTO contact VALUES (?, ?, ?)", (account, channel, address))
