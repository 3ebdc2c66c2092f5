"""Staff cards: what a machine is told so that it can check a card and a PIN without the service.

The number is known as a pseudonym, the PIN as what PBKDF2 makes of it.  A PIN has few digits, so it
is the lock after wrong ones that protects it; whoever steals a policy can still try all of them.
"""

import hashlib
import re
import secrets
from typing import NamedTuple

from broker.accounts.people import note_change
from broker.ledger.store import Database
from broker.staff import notes, people
from broker.staff.people import StaffError

PIN = re.compile(r"[0-9]{6,8}")
ROUNDS = 1000  # A second on the board's processor, in its interpreter.
SALT_SIZE = 8  # Bytes.
# The word of wire.STAFF_ROLES for a role; who has none opens no machine.
AT_MACHINES = {
    "manager": "staff",
    "operations": "staff",
    "desk": "staff",
    "shelver": "staff",
    "contractor": "contractor",
}

_PUT = """INSERT INTO staff_card (card, staff, salt, rounds, verifier, made_ms, made_by)
VALUES (?, ?, ?, ?, ?, ?, ?)"""
_DROP = "DELETE FROM staff_card WHERE card = ? RETURNING staff"
_ALL = """SELECT staff_card.card, staff.name, staff.role, salt, rounds, verifier FROM staff_card
JOIN staff ON staff.id = staff_card.staff WHERE staff.ended_ms IS NULL ORDER BY staff_card.card"""


class Card(NamedTuple):
    """A staff card; `card` is its pseudonym."""

    card: str
    name: str
    role: str
    salt: str
    rounds: int
    verifier: str


def put(db: Database, name: str, card: str, pin: str, *, by: str, now_ms: int) -> None:
    """Give a card with a PIN to one of staff; whoever had it before has it no more."""
    member = people.find(db, name)
    if member.ended_ms or member.role not in AT_MACHINES:
        raise StaffError("no_card", name)
    if not PIN.fullmatch(pin) or len(set(pin)) == 1 or pin in "0123456789876543210":
        raise StaffError("bad_pin", name)
    salt = secrets.token_bytes(SALT_SIZE)
    verifier = hashlib.pbkdf2_hmac("sha256", pin.encode(), salt, ROUNDS)
    db.execute(_DROP, (card,)).fetchall()
    kept = (card, member.id, salt.hex(), ROUNDS, verifier.hex(), now_ms, by)
    db.execute(_PUT, kept)
    note_change(db)
    notes.write(db, by, "made", f"card {card[:6]}… of {name}", now_ms)


def end(db: Database, card: str, *, by: str, now_ms: int) -> None:
    """A card opens no machine any more, as soon as the machine has the next policy."""
    if not db.execute(_DROP, (card,)).fetchall():
        raise StaffError("unknown_card", card)
    note_change(db)
    notes.write(db, by, "ended", f"card {card[:6]}…", now_ms)


def everybodys(db: Database) -> list[Card]:
    """Return all cards of staff whose account has not ended, by card."""
    return [Card(*row) for row in db.execute(_ALL)]


def told(db: Database) -> list[dict[str, object]]:
    """Return the cards as a policy tells them: fields of wire.STAFF_CARD, sorted by card."""
    return [
        {
            "card": card.card,
            "role": AT_MACHINES[card.role],
            "salt": card.salt,
            "rounds": card.rounds,
            "verifier": card.verifier,
        }
        for card in everybodys(db)
        if card.role in AT_MACHINES
    ]
