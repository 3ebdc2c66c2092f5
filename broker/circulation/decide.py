"""What is answered to an ask, and by which line of the rules.  Pure.

A request may be refused; what has happened cannot.  A return is never refused, and a reader who may
take nothing more may still open a door to bring something back.
"""

from collections.abc import Callable
from typing import NamedTuple

from broker.circulation import days
from broker.circulation.rules import Line, Rules


class Reader(NamedTuple):
    kind: str
    language: str
    blocked: str
    name: str


class Book(NamedTuple):
    """A copy that was asked about.  `due`, `lent` and `mine` are of its open loan."""

    tag: str
    barcode: str
    title: str
    author: str
    class_number: str
    audience: str
    due: int = 0
    lent: bool = False
    mine: bool = False


class Ask(NamedTuple):
    """`books` are in the order asked; one with an empty barcode is unknown."""

    op: str
    reader: Reader | None
    loans: tuple[Book, ...]
    books: tuple[Book, ...]
    level: str


# An answer's fields (wire.MESSAGES), but its id.
Answer = dict[str, object]


def decide(ask: Ask, rules: Rules, today: int) -> Answer:
    """Return the answer; `line` in it quotes the rule that decided."""
    answer = _OPS.get(ask.op, _unknown_op)(ask, rules, today)
    if ask.reader and answer["ok"]:
        answer |= {"name": masked(ask.reader.name), "language": ask.reader.language}
    return answer


def masked(name: str) -> str:
    """Return a name as its owner recognises it and a bystander does not: 张*明, J*** S****."""
    words = name.split(" ")
    if len(words) == 1 and len(name) > 2:
        return name[0] + "*" * (len(name) - 2) + name[-1]
    return " ".join(word[:1] + "*" * (len(word) - 1) for word in words)


def due(rules: Rules, today: int, *, item: str, patron: str) -> tuple[int, str]:
    """Return the due day of a loan that begins today and the line that says so; (0, "") if none."""
    line = rules.find("loan", today, item=item, patron=patron)
    return (days.plus(today, line.value), line.quoted) if line else (0, "")


def _open(ask: Ask, rules: Rules, today: int) -> Answer:
    refusal = _refusal(ask, rules, today)
    if refusal:
        return refusal
    assert ask.reader
    left, line = _left(ask, rules, today)
    day, _quoted = due(rules, today, item="any", patron=ask.reader.kind)
    return _yes(line) | {"loans": len(ask.loans), "left": left, "due": day}


def _account(ask: Ask, rules: Rules, today: int) -> Answer:
    if ask.reader is None:
        return _no("unknown_card")
    left, line = _left(ask, rules, today)
    blocked = rules.find("refuse", today) if ask.reader.blocked else None
    said = {"loans": len(ask.loans), "left": 0 if blocked else left}
    books = [_described(book) | {"ok": True} for book in ask.loans]
    return _yes(blocked or line) | said | {"books": books}


def _lend(ask: Ask, rules: Rules, today: int) -> Answer:
    refusal = _refusal(ask, rules, today)
    if refusal:
        return refusal
    assert ask.reader
    left, line = _left(ask, rules, today)
    books = []
    for book in ask.books:
        day, quoted = due(rules, today, item=book.audience, patron=ask.reader.kind)
        why = _why_not(book, left, day)
        lent = not why and not book.mine
        left -= lent
        books.append(
            _described(book) | {"ok": not why, "why": why} | ({"due": day} if lent else {})
        )
    return _yes(line) | {"loans": len(ask.loans), "left": left, "books": books}


def _return(ask: Ask, _rules: Rules, today: int) -> Answer:
    books = [
        _described(book)
        | {"ok": bool(book.barcode), "why": "" if book.barcode else "unknown_tag"}
        | {"overdue_days": max(0, days.between(book.due, today)) if book.due else 0}
        for book in ask.books
    ]
    return _yes(None) | {"books": books}


def _about(ask: Ask, _rules: Rules, _today: int) -> Answer:
    books = [
        _described(book) | {"ok": bool(book.barcode), "why": "" if book.barcode else "unknown_tag"}
        for book in ask.books
    ]
    return _yes(None) | {"books": books}


def _renew(ask: Ask, rules: Rules, today: int) -> Answer:
    """No rule grants a renewal yet: the loan stays as it is."""
    refusal = _refusal(ask, rules, today)
    books = [_described(book) | {"ok": False, "why": "closed"} for book in ask.books]
    return refusal or _no("closed") | {"books": books}


def _unknown_op(_ask: Ask, _rules: Rules, _today: int) -> Answer:
    return _no("unknown")


def _refusal(ask: Ask, rules: Rules, today: int) -> Answer | None:
    if ask.reader is None:
        return _no("unknown_card")
    line = rules.find("refuse", today)
    return _no("blocked", line) if ask.reader.blocked and line else None


def _left(ask: Ask, rules: Rules, today: int) -> tuple[int, Line | None]:
    assert ask.reader
    line = rules.find("limit", today, patron=ask.reader.kind, level=ask.level)
    return max(0, line.value - len(ask.loans)) if line else 0, line


def _why_not(book: Book, left: int, day: int) -> str:
    """Return the reason why a copy is not lent; "" when it is, or is with this reader already."""
    if not book.barcode:
        return "unknown_tag"
    if book.mine:
        return ""
    if book.lent:
        return "on_loan"
    if not day:
        return "not_lendable"
    return "" if left > 0 else "limit"


def _described(book: Book) -> Answer:
    return {
        "tag": book.tag,
        "barcode": book.barcode,
        "title": book.title,
        "author": book.author,
        "class": book.class_number,
        "due": book.due,
        "mine": book.mine,
    }


def _yes(line: Line | None) -> Answer:
    return {"ok": True, "line": line.quoted if line else ""}


def _no(why: str, line: Line | None = None) -> Answer:
    return {"ok": False, "why": why, "line": line.quoted if line else ""}


_OPS: dict[str, Callable[[Ask, Rules, int], Answer]] = {
    "open": _open,
    "lend": _lend,
    "return": _return,
    "account": _account,
    "renew": _renew,
    "about": _about,
}
