"""What is answered to an ask, and by which line of the rules or the calendar.  Pure.

A request may be refused; what has happened cannot.  A return is never refused, and a reader who may
take nothing may still open a door to bring something back, unless the card itself is blocked.
"""

from collections.abc import Callable
from typing import NamedTuple

from broker.circulation import days, late
from broker.circulation.asked import Ask, Book, Reader
from broker.circulation.calendar import Calendar
from broker.circulation.late import due
from broker.circulation.lendable import lendable
from broker.circulation.room import Room
from broker.circulation.rules import Rules

__all__ = ["Answer", "Ask", "Book", "Reader", "decide", "due", "masked"]

# An answer's fields (wire.MESSAGES), but its id.  Each book has its own `line`, for the ledger.
Answer = dict[str, object]


class Law(NamedTuple):
    """What decides: rules and calendar on a day."""

    rules: Rules
    calendar: Calendar
    today: int


class Refusal(NamedTuple):
    """Why not, a word of wire.REASONS, and the line that says so; `why` is "" when nothing does."""

    why: str = ""
    line: str = ""


def decide(ask: Ask, rules: Rules, calendar: Calendar, today: int) -> Answer:
    """Return the answer; `line` in it quotes what decided."""
    answer = _OPS.get(ask.op, _unknown_op)(ask, Law(rules, calendar, today))
    if ask.reader and answer["ok"]:
        answer |= {"name": masked(ask.reader.name), "language": ask.reader.language}
    return answer


def masked(name: str) -> str:
    """Return a name as its owner recognises it and a bystander does not: 张*明, J*** S****."""
    words = name.split(" ")
    if len(words) == 1 and len(name) > 2:
        return name[0] + "*" * (len(name) - 2) + name[-1]
    return " ".join(word[:1] + "*" * (len(word) - 1) for word in words)


def _open(ask: Ask, law: Law) -> Answer:
    refusal = _unknown_or_blocked(ask, law)
    if refusal.why or ask.reader is None:
        return _no(refusal)
    closed = _closed(ask, law, "lend")
    if closed.why and _closed(ask, law, "return").why:
        return _no(closed)
    room = _room(ask, law, ask.reader)
    day, _lines = due(
        law.rules,
        law.today,
        item="any",
        patron=ask.reader.kind,
        place=ask.place,
        guarantee=ask.reader.guarantee,
        calendar=law.calendar,
    )
    return _standing(ask, law, room, closed) | {"loans": len(ask.loans), "due": day}


def _account(ask: Ask, law: Law) -> Answer:
    if ask.reader is None:
        return _no(Refusal("unknown_card"))
    room = _room(ask, law, ask.reader)
    blocked = _unknown_or_blocked(ask, law)
    answer = _standing(ask, law, room, blocked if blocked.why else _closed(ask, law, "lend"))
    books = [
        _described(book) | {"ok": True, "overdue_days": _overdue(book, law)} for book in ask.loans
    ]
    owed = max(0, ask.reader.owed_fen)
    return answer | {"loans": len(ask.loans), "fines": owed, "books": books}


def _lend(ask: Ask, law: Law) -> Answer:
    refusal = _unknown_or_blocked(ask, law)
    reader = ask.reader
    if reader is None or refusal.why or (refusal := _in_arrears(ask, law)).why:
        return _no(refusal)
    room = _room(ask, law, reader)
    line = room.line.quoted if room.line else ""
    books = []
    for book in ask.books:
        day, lines = due(
            law.rules,
            law.today,
            item=book.audience,
            type=book.type,
            patron=reader.kind,
            place=ask.place,
            guarantee=reader.guarantee,
            calendar=law.calendar,
        )
        refused = _not_lent(book, law, ask, room, Refusal("" if day else "not_lendable", lines))
        lent = not refused.why and not book.mine
        if lent and not book.granted:
            room.take([book])
        books.append(_answered(book, refused) | ({"due": day, "line": lines} if lent else {}))
    return _yes(line) | {"loans": len(ask.loans), "left": room.left, "books": books}


def _return(ask: Ask, law: Law) -> Answer:
    books = []
    for book in ask.books:
        settled = late.fine(_loan(book), law.today, law.rules, law.calendar)
        said = {"overdue_days": settled.days, "fen": settled.fen, "line": "; ".join(settled.lines)}
        books.append(_answered(book, _unknown(book)) | said)
    return _yes("") | {"books": books}


def _about(ask: Ask, _law: Law) -> Answer:
    return _yes("") | {"books": [_answered(book, _unknown(book)) for book in ask.books]}


def _renew(ask: Ask, law: Law) -> Answer:
    """Renew the loans asked about, or all; each has its own answer."""
    refusal = _unknown_or_blocked(ask, law)
    if ask.reader is None or refusal.why or (refusal := _in_arrears(ask, law)).why:
        return _no(refusal) | {"books": [_answered(book, refusal) for book in ask.books]}
    books = [_renewed(book, ask, law, ask.reader) for book in ask.books or ask.loans]
    granted = [book for book in books if book["ok"]]
    if granted or not books:
        return _yes(str(granted[0]["line"]) if granted else "") | {"books": books}
    return _no(Refusal(str(books[0]["why"]), str(books[0]["line"]))) | {"books": books}


def _renewed(book: Book, ask: Ask, law: Law, reader: Reader) -> Answer:
    line = law.rules.find(
        "renew",
        law.today,
        item=book.audience,
        type=book.type,
        patron=reader.kind,
        level=ask.place.level,
        channel=ask.place.channel,
        guarantee=reader.guarantee,
    )
    quoted = line.quoted if line else ""
    if not book.mine:
        return _answered(book, Refusal("not_on_loan" if book.barcode else "unknown_tag"))
    closing = law.calendar.closed_by("renew", book.audience, ask.place, law.today)
    if closing:
        return _answered(book, Refusal("closed", closing.quoted))
    if book.wanted or book.promise == "held":
        return _answered(book, Refusal("held"))
    if _overdue(book, law):
        return _answered(book, Refusal("overdue"))
    if line is None or book.renewals >= line.value:
        return _answered(book, Refusal("renewals", quoted))
    day, lines = late.moved(
        law.calendar, days.plus(book.due, line.days), book.audience, book.place, quoted
    )
    return _answered(book, Refusal()) | {"due": day, "line": lines}


def _hold(ask: Ask, law: Law) -> Answer:
    refusal = _unknown_or_blocked(ask, law)
    if ask.reader is None or refusal.why or (refusal := _in_arrears(ask, law)).why:
        return _no(refusal)
    line = law.rules.find(
        "holds",
        law.today,
        patron=ask.reader.kind,
        level=ask.place.level,
        channel=ask.place.channel,
        guarantee=ask.reader.guarantee,
    )
    quoted = line.quoted if line else ""
    room = line.value - ask.reader.holds if line else 0
    books = []
    for book in ask.books:
        why = _unknown(book).why or ("have_it" if book.mine else "")
        if not why and not book.waiting:
            why = "" if room > 0 else "holds"
            room -= not why
        books.append(_answered(book, Refusal(why, quoted)))
    return _yes(quoted) | {"left": max(0, room), "books": books}


def _unhold(ask: Ask, _law: Law) -> Answer:
    if ask.reader is None:
        return _no(Refusal("unknown_card"))
    books = [
        _answered(book, _unknown(book) if book.waiting else Refusal("not_held"))
        for book in ask.books
    ]
    return _yes("") | {"books": books}


def _unknown_op(_ask: Ask, _law: Law) -> Answer:
    return _no(Refusal("unknown"))


def _unknown_or_blocked(ask: Ask, law: Law) -> Refusal:
    """Return what no reader can mend at a machine: such a card opens nothing."""
    if ask.reader is None:
        return Refusal("unknown_card")
    line = law.rules.find("refuse blocked", law.today)
    return Refusal("blocked", line.quoted) if ask.reader.blocked and line else Refusal()


def _in_arrears(ask: Ask, law: Law) -> Refusal:
    """Return why a reader may have nothing new until something is paid or brought back."""
    assert ask.reader
    line = law.rules.find("refuse owing", law.today)
    if line and ask.reader.owed_fen > line.value:
        return Refusal("owes", line.quoted)
    line = law.rules.find("refuse overdue", law.today)
    if line and sum(_overdue(book, law) > 0 for book in ask.loans) > line.value:
        return Refusal("overdue", line.quoted)
    if law.today <= ask.reader.suspended_until:
        line = law.rules.find("late", law.today, patron=ask.reader.kind)
        return Refusal("suspended", line.quoted if line else "")
    return Refusal()


def _closed(ask: Ask, law: Law, service: str) -> Refusal:
    """Return what closes a service here today to adults' and children's books alike."""
    lines = [
        law.calendar.closed_by(service, audience, ask.place, law.today)
        for audience in ("adult", "juvenile")
    ]
    first, second = lines
    return Refusal("closed", first.quoted) if first and second else Refusal()


def _standing(ask: Ask, law: Law, room: Room, closed: Refusal) -> Answer:
    """Return yes with what is left, or with why nothing is."""
    refusal = closed if closed.why else _in_arrears(ask, law)
    line = room.line.quoted if room.line else ""
    if not refusal.why and not room.left:
        refusal = Refusal(room.why_none, line)
    if refusal.why:
        return _yes(refusal.line) | {"why": refusal.why, "left": 0}
    return _yes(line) | {"left": room.left}


def _room(ask: Ask, law: Law, reader: Reader) -> Room:
    room = Room(law.rules, law.today, reader, ask.place)
    room.take(ask.loans)
    room.take(ask.granted)
    return room


def _not_lent(book: Book, law: Law, ask: Ask, room: Room, due_day: Refusal) -> Refusal:
    """Return why a copy is not lent; nothing when it is, or is with this reader already."""
    if not book.barcode or book.mine:
        return _unknown(book)
    contract = "open" if book.lent else book.contract
    why = lendable("here", contract, book.condition, book.promise)
    if why:
        return Refusal(why)
    closing = law.calendar.closed_by("lend", book.audience, ask.place, law.today)
    if closing:
        return Refusal("closed", closing.quoted)
    if due_day.why or book.granted:
        return due_day
    why, line = room.refusal(book)
    return Refusal(why, line.quoted if line else "")


def _unknown(book: Book) -> Refusal:
    return Refusal("" if book.barcode else "unknown_tag")


def _overdue(book: Book, law: Law) -> int:
    return late.days_late(_loan(book), law.today, law.calendar)


def _loan(book: Book) -> late.Loan:
    return late.Loan(book.due, book.audience, book.type, book.patron, place=book.place)


def _answered(book: Book, refusal: Refusal) -> Answer:
    return _described(book) | {"ok": not refusal.why, "why": refusal.why, "line": refusal.line}


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


def _yes(line: str) -> Answer:
    return {"ok": True, "line": line}


def _no(refusal: Refusal) -> Answer:
    return {"ok": False, "why": refusal.why, "line": refusal.line}


_OPS: dict[str, Callable[[Ask, Law], Answer]] = {
    "open": _open,
    "lend": _lend,
    "return": _return,
    "account": _account,
    "renew": _renew,
    "hold": _hold,
    "unhold": _unhold,
    "about": _about,
}
