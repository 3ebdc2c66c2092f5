"""An ask is answered from the ledger, and the answer is kept with the rule line that decided."""

from collections.abc import Callable, Mapping
from typing import cast

from broker.circulation.calendar import ALWAYS, Calendar
from broker.circulation.decide import Answer, Ask, Book, Reader, decide
from broker.circulation.rules import Rules
from broker.circulation.terms import Place
from broker.fleet.registry import Device
from broker.ledger.directory import Directory
from broker.ledger.store import Database

TAGS_MAX = 40  # Copies in one ask: more than any tray or limit has room for.

_LOANS = """SELECT copy.tag, copy.barcode, title.title, title.author, title.class, title.audience,
loan.due FROM loan JOIN copy ON copy.id = loan.copy JOIN title ON title.id = copy.title
WHERE loan.account = ? AND loan.in_ms IS NULL ORDER BY loan.out_ms, loan.copy"""
_OPEN_LOAN = "SELECT due, account FROM loan WHERE copy = ? AND in_ms IS NULL"
_KEEP = """INSERT INTO request (device, ask, op, account, ok, why, line, ruleset, answered_ms)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (device, ask) DO NOTHING"""


class Asks:
    """Everything happens in the caller's transaction."""

    def __init__(
        self,
        db: Database,
        *,
        directory: Directory,
        rules: Rules,
        ruleset: int,
        day: Callable[[int], int],
        calendar: Calendar = ALWAYS,
    ) -> None:
        self._db = db
        self._directory = directory
        self._rules = rules
        self._ruleset = ruleset
        self._day = day
        self._calendar = calendar

    def answer(self, device: Device, said: Mapping[str, object], now_ms: int) -> Answer:
        """Return the fields of the answer, its id included."""
        patron = self._directory.patron(str(said["reader"])) if said["reader"] else None
        account = patron.account if patron else None
        loans = self._db.execute(_LOANS, (account,)).fetchall() if patron else []
        tags = cast(list[str], said["tags"])[:TAGS_MAX]
        ask = Ask(
            op=str(said["op"]),
            reader=Reader(*patron[1:]) if patron else None,
            loans=tuple(Book(*row)._replace(lent=True, mine=True) for row in loans),
            books=tuple(self._book(tag, account) for tag in dict.fromkeys(tags)),
            place=Place(device.site, device.level, device.kind),
        )
        answer = decide(ask, self._rules, self._calendar, self._day(now_ms))
        outcome = (int(bool(answer["ok"])), answer.get("why", ""), answer["line"])
        values = (device.id, said["id"], ask.op, account, *outcome, self._ruleset, now_ms)
        self._db.execute(_KEEP, values)
        return answer | {"id": said["id"]}

    def _book(self, tag: str, account: int | None) -> Book:
        copy = self._directory.copy(tag)
        if copy is None:
            return Book(tag, "", "", "", "", "any")
        row = self._db.execute(_OPEN_LOAN, (copy.id,)).fetchone()
        due, whose = row or (0, None)
        described = (copy.barcode, copy.title, copy.author, copy.class_number, copy.audience)
        lent = row is not None
        return Book(tag, *described, due, lent, lent and whose == account)
