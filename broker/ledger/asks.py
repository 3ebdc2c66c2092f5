"""An ask is answered from the ledger, and the answer is kept with the rule lines that decided."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, cast

from broker.circulation.asked import Ask
from broker.circulation.calendar import ALWAYS, Calendar
from broker.circulation.decide import Answer, decide
from broker.circulation.rules import Rules
from broker.circulation.terms import Place
from broker.fleet.registry import Device
from broker.ledger.directory import Directory
from broker.ledger.grants import Grants
from broker.ledger.known import Known, Waiting
from broker.ledger.places import Places
from broker.ledger.store import Database

TAGS_MAX = 40  # Copies in one ask: more than any tray or limit has room for.

_KEEP = """INSERT INTO request (device, ask, op, account, ok, why, line, ruleset, answered_ms)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (device, ask) DO NOTHING"""


class Gathered(NamedTuple):
    """An ask with all that is known; `copies` are the ids of those asked about, by tag."""

    ask: Ask
    account: int | None
    copies: dict[str, int]


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
        waiting: Waiting | None = None,
    ) -> None:
        self._db = db
        self._directory = directory
        self._rules = rules
        self._ruleset = ruleset
        self._day = day
        self._calendar = calendar
        self._grants = Grants(db)
        self._places = Places(db)
        self._known = Known(db, directory, day, rules=rules, calendar=calendar, waiting=waiting)

    def answer(self, device: Device, said: Mapping[str, object], now_ms: int) -> Answer:
        """Return the fields of the answer, its id included; what it grants is kept in the ledger.

        An account is asked for by one transaction at a time: see grants.py.
        """
        op, number = str(said["op"]), str(said["id"])
        patron = self._directory.patron(str(said["reader"])) if said["reader"] else None
        if op in ("lend", "open") and patron:
            self._grants.lock(patron.account, now_ms)
        place = Place(device.site, device.level, device.kind)
        tags = cast(list[str], said["tags"])[:TAGS_MAX]
        ask, account, copies = self.gather(op, str(said["reader"]), tags, place, now_ms)
        answer = decide(ask, self._rules, self._calendar, self._day(now_ms))
        if op == "open" and account is not None and answer["ok"]:
            left = cast(int, answer["left"])
            free = self._places.hold(account, left, device=device.id, ask=number, now_ms=now_ms)
            answer |= {"left": free} | ({"why": "limit"} if free < left and not free else {})
        if op == "lend" and account is not None:
            lent = [copies[tag] for tag in _lent(answer)]
            self._grants.grant(account, lent, device=device.id, ask=number, now_ms=now_ms)
        outcome = (int(bool(answer["ok"])), answer.get("why", ""), "\n".join(lines(answer)))
        values = (device.id, number, op, account, *outcome, self._ruleset, now_ms)
        self._db.execute(_KEEP, values)
        return answer | {"id": number}

    def due(self, device: Device, reader: str, now_ms: int) -> int:
        """Return until when a reader would have what they take here now; 0 where they may not."""
        place = Place(device.site, device.level, device.kind)
        ask, _account, _copies = self.gather("open", reader, [], place, now_ms)
        told = decide(ask, self._rules, self._calendar, self._day(now_ms))
        return cast(int, told.get("due", 0))

    def gather(self, op: str, reader: str, tags: list[str], place: Place, now_ms: int) -> Gathered:
        """Return an ask with all that is known now.  Changes nothing."""
        patron = self._directory.patron(reader) if reader else None
        account = patron.account if patron else None
        # The grants before the loans: a loan that is told meanwhile is then seen at least once.
        granted = self._grants.standing(account, now_ms) if account is not None else {}
        loans = self._known.loans(account) if account is not None else []
        at_home = {loan.book.tag for loan in loans}
        found = {
            tag: self._known.book(tag, account, now_ms) for tag in dict.fromkeys([*tags, *granted])
        }
        books = {
            tag: book._replace(granted=tag in granted and tag not in at_home)
            for tag, (_copy, book) in found.items()
        }
        ask = Ask(
            op=op,
            reader=self._known.reader(patron, now_ms) if patron else None,
            loans=tuple(loan.book for loan in loans),
            books=tuple(books[tag] for tag in dict.fromkeys(tags)),
            place=place,
            granted=tuple(books[tag] for tag in granted if tag not in at_home),
        )
        return Gathered(ask, account, {tag: copy for tag, (copy, _book) in found.items()})


def lines(answer: Answer) -> list[str]:
    """Return the lines that decided, each once, that of the whole answer first."""
    books = cast(list[Answer], answer.get("books", []))
    found = [str(answer["line"]), *(str(book.get("line", "")) for book in books)]
    return list(dict.fromkeys(line for line in found if line)) or [""]


def _lent(answer: Answer) -> list[str]:
    """Return the tags of the copies that may be taken; those at home already are no new loan."""
    books = cast(list[Answer], answer.get("books", []))
    return [str(book["tag"]) for book in books if book["ok"] and not book["mine"]]
