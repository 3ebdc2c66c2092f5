"""Readers' asks about holds: wait for a title, stop waiting, open what is kept under a code."""

from collections.abc import Callable, Mapping
from typing import cast

from broker.circulation.decide import Answer, masked
from broker.fleet.registry import Device
from broker.holds.holds import Found, Holds, Refused
from broker.holds.waiting import Waiting
from broker.ledger.asks import Asks
from broker.ledger.directory import Directory
from broker.ledger.store import Database

OPS = ("hold", "unhold", "pickup")

_OF_TITLE = "SELECT tag FROM copy WHERE title = ? ORDER BY id LIMIT 1"
_TITLE = "SELECT title FROM copy WHERE tag = ?"
_KEPT = """SELECT copy.tag, copy.barcode, title.title, title.author, title.class, patron.reader,
patron.name, patron.language FROM copy JOIN title ON title.id = copy.title
JOIN patron ON patron.account = ? WHERE copy.id = ?"""


class HoldAsks:
    """`asks` decides by the rules; what they allow is done here.  In the caller's transaction."""

    def __init__(self, db: Database, *, asks: Asks, holds: Holds, directory: Directory) -> None:
        self._db = db
        self._asks = asks
        self._holds = holds
        self._waiting = Waiting(db)
        self._directory = directory

    def answer(self, device: Device, said: Mapping[str, object], now_ms: int) -> Answer:
        return _OPS[str(said["op"])](self, device, said, now_ms)

    def _hold(self, device: Device, said: Mapping[str, object], now_ms: int) -> Answer:
        """A title may be named in `text` instead of one of its copies."""
        answer = self._asks.answer(device, self._named(said), now_ms)
        patron = self._directory.patron(str(said["reader"]))
        for book in _books(answer):
            if patron is None or not book["ok"]:
                continue
            title = self._title(str(book["tag"]))
            number = self._holds.of_reader(patron.account, title)
            if not number:
                number = self._holds.place(patron.account, title, pickup_of(device), now_ms)
            book["position"] = self._waiting.position(number)
        return answer

    def _unhold(self, device: Device, said: Mapping[str, object], now_ms: int) -> Answer:
        answer = self._asks.answer(device, self._named(said), now_ms)
        patron = self._directory.patron(str(said["reader"]))
        for book in _books(answer):
            if patron and book["ok"]:
                title = self._title(str(book["tag"]))
                number = self._holds.of_reader(patron.account, title)
                self._holds.cancel(number, now_ms)
        return answer

    def _pick_up(self, device: Device, said: Mapping[str, object], now_ms: int) -> Answer:
        """A code stands for its reader and opens what it was given for, a card all that is kept."""
        try:
            found = self._kept(device, said, now_ms)
        except Refused as refused:
            return {"id": said["id"], "ok": False, "why": refused.reason}
        books = []
        for one in found:
            row = self._db.execute(_KEPT, (one.account, one.copy)).fetchone()
            tag, barcode, title, author, class_number, reader, name, language = row
            book = {"tag": tag, "ok": True, "barcode": barcode, "title": title, "author": author}
            books.append(book | {"class": class_number, "door": one.door})
        return {
            "id": said["id"],
            "ok": True,
            "reader": reader,
            "door": found[0].door,
            "name": masked(name),
            "language": language,
            "due": self._asks.due(device, reader, now_ms),
            "books": books,
        }

    def _kept(self, device: Device, said: Mapping[str, object], now_ms: int) -> list[Found]:
        """Return what is kept here, at least one; raises Refused."""
        if said["text"]:
            return [self._holds.pick_up(str(said["text"]), pickup_of(device), now_ms)]
        patron = self._directory.patron(str(said["reader"]))
        if patron is None:
            raise Refused("unknown_card")
        if patron.blocked:
            raise Refused("blocked")
        found = self._holds.kept_for(patron.account, pickup_of(device))
        if not found:
            raise Refused("none_kept")
        return found

    def _named(self, said: Mapping[str, object]) -> dict[str, object]:
        tags = cast(list[str], said["tags"])
        if not tags and said["text"]:
            row = self._db.execute(_OF_TITLE, (said["text"],)).fetchone()
            tags = [row[0]] if row else [str(said["text"])]
        return {**said, "tags": tags}

    def _title(self, tag: str) -> str:
        return str(self._db.execute(_TITLE, (tag,)).fetchone()[0])


def pickup_of(device: Device) -> str:
    """A machine with compartments keeps books itself; at any other the site's shelf does."""
    return device.name if device.doors else device.site


def _books(answer: Answer) -> list[Answer]:
    return cast(list[Answer], answer.get("books", [])) if answer["ok"] else []


_OPS: dict[str, Callable[[HoldAsks, Device, Mapping[str, object], int], Answer]] = {
    "hold": HoldAsks._hold,
    "unhold": HoldAsks._unhold,
    "pickup": HoldAsks._pick_up,
}
