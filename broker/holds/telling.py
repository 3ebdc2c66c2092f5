"""Tells a reader that a copy is kept, where, until when and under which code."""

from broker.holds.holds import Ready
from broker.ledger.store import Database
from broker.notices.post import Post
from broker.notices.texts import Line, day

_NAMED = """SELECT site.name_zh, site.name_en FROM site WHERE id = ?
UNION ALL SELECT site.name_zh, site.name_en FROM device JOIN site ON site.id = device.site
WHERE device.name = ?"""
_TITLE = "SELECT title FROM title WHERE id = ?"


class Teller:
    """Puts a notice; the code is nowhere else in words, and goes with the notice."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._post = Post(db)

    def __call__(self, ready: Ready) -> None:
        (title,) = self._db.execute(_TITLE, (ready.title,)).fetchone()
        name_zh, name_en = self._db.execute(_NAMED, (ready.pickup, ready.pickup)).fetchone()
        self._post.put(
            "hold_ready",
            ready.account,
            key=f"hold:{ready.hold}:{ready.at_ms}",
            now_ms=ready.at_ms,
            lines=(Line("plain", title),),
            day=day(ready.last_day),
            place=f"{name_zh} {name_en} ({ready.pickup})",
            code=ready.code,
        )
