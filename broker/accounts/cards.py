"""Cards: a reader has several over time; what happens with a lost one is nobody's.

Since the time from which a card is reported lost, whatever was taken with it belongs to a suspect
account.  Loans that are in the ledger already go there by folding the copies' lives again; facts
that come later find the suspect through the directory.
"""

from typing import NamedTuple

import msgspec

from broker.accounts import people
from broker.accounts.blocks import CARD_LOST, Blocks
from broker.accounts.people import AccountError
from broker.ledger import shapes
from broker.ledger.books import Books
from broker.ledger.cases import Cases, Subject
from broker.ledger.directory import Directory
from broker.ledger.schema import SEEN
from broker.ledger.store import Database

_OF = """SELECT card, reader, account, state, since_ms, lost_ms, suspect, ended_ms FROM card
WHERE account = ? ORDER BY since_ms, card"""
_FIND = """SELECT card, reader, account, state, since_ms, lost_ms, suspect, ended_ms FROM card
WHERE card = ?"""
_END = """UPDATE card SET state = 'ended', ended_ms = ?
WHERE account = ? AND state = 'active'"""
_ISSUE = """INSERT INTO card (card, reader, account, state, since_ms)
VALUES (?, ?, ?, 'active', ?)"""
_IN_USE = "UPDATE patron SET card = ?, reader = ? WHERE account = ?"
_LOSE = "UPDATE card SET state = 'lost', lost_ms = ?, suspect = ? WHERE card = ?"
_SEEN = """SELECT o.copy, o.happened_ms, o.cause, o.verb, o.account, inbox.body
FROM observation o JOIN inbox ON inbox.id = o.cause WHERE o.account IN (?, ?)
ORDER BY o.happened_ms, o.cause"""
_WHOSE = """UPDATE observation SET account = ?
WHERE copy = ? AND happened_ms = ? AND cause = ? AND verb = ?"""


class Card(NamedTuple):
    """A row of `card`."""

    card: str
    reader: str
    account: int
    state: str
    since_ms: int
    lost_ms: int | None
    suspect: int | None
    ended_ms: int | None


class Cards:
    """Everything happens in the caller's transaction, which is the writer's."""

    def __init__(self, db: Database, books: Books, directory: Directory, cases: Cases) -> None:
        self._db = db
        self._books = books
        self._directory = directory
        self._cases = cases

    def issue(self, account: int, card: str, reader: str, *, now_ms: int, actor: str) -> None:
        """Give a reader another card; the account stays, the card before it ends.

        `reader` is the new card's pseudonym.  AccountError for a card that is somebody's.
        """
        if self._db.execute(_FIND, (card,)).fetchone():
            raise AccountError(f"the card {card} is or was in use")
        if people.person(self._db, account) is None:
            raise AccountError("there is no such reader")
        self._db.execute(_END, (now_ms, account))
        self._db.execute(_ISSUE, (card, reader, account, now_ms))
        self._db.execute(_IN_USE, (card, reader, account))
        Blocks(self._db).lift_all(account, CARD_LOST, now_ms=now_ms, actor=actor)
        self._changed()

    def report_lost(self, card: str, *, since_ms: int, now_ms: int, actor: str) -> int:
        """Note that a card is lost since a time; return how many copies changed hands by that.

        Reported again with an earlier time, the earlier one holds.
        """
        row = self._db.execute(_FIND, (card,)).fetchone()
        if row is None:
            raise AccountError(f"no reader has the card {card}")
        found = Card(*row)
        if since_ms > now_ms:
            raise AccountError("a card cannot be lost from a time to come")
        if found.lost_ms is None:
            person = people.person(self._db, found.account)
            kind = person.kind if person else "adult"
            suspect = people.nameless(self._db, kind, "suspect", now_ms)
        else:
            since_ms, suspect = min(since_ms, found.lost_ms), found.suspect or 0
        self._db.execute(_LOSE, (since_ms, suspect, card))
        if found.state == "active":
            Blocks(self._db).put(found.account, CARD_LOST, now_ms=now_ms, actor=actor)
        self._changed()
        return self.put_right(card, now_ms)

    def of(self, account: int) -> list[Card]:
        return [Card(*row) for row in self._db.execute(_OF, (account,)).fetchall()]

    def put_right(self, card: str, now_ms: int) -> int:
        """Give each observation with a lost card to whom it belongs; return how many copies moved.

        Doing it again changes nothing; it is done again when a machine's clock is corrected.
        """
        found = Card(*self._db.execute(_FIND, (card,)).fetchone())
        if found.lost_ms is None or found.suspect is None:
            return 0
        others = {other.reader for other in self.of(found.account)} - {found.reader}
        rows = self._db.execute(_SEEN, (found.account, found.suspect)).fetchall()
        moved: dict[int, int] = {}
        for copy, happened_ms, cause, verb, account, body in rows:
            lost = happened_ms >= found.lost_ms and _reader(body) not in others
            wanted = found.suspect if lost else found.account
            if verb in SEEN and wanted != account:
                self._db.execute(_WHOSE, (wanted, copy, happened_ms, cause, verb))
                moved[copy] = cause
            if lost and verb in ("took", "lent"):
                subject = Subject("lost_card", str(cause), copy=copy, cause=cause)
                self._cases.open(subject, {}, happened_ms)
        self._directory.reader(found.suspect)
        self._books.hold(moved)
        for copy, cause in sorted(moved.items()):
            self._books.fold_again(copy, cause, now_ms)
        return len(moved)

    def _changed(self) -> None:
        people.note_change(self._db)
        self._directory.forget_patrons()


def _reader(body: bytes | None) -> str:
    """Return the pseudonym in a stored record; empty when its body is past its retention."""
    if body is None:
        return ""
    fields = msgspec.json.decode(bytes(shapes.envelope.decode(body).d))
    return str(fields.get("reader", ""))
