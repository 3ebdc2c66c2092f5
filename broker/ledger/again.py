"""Records that a machine tells again under new numbers, because its stream was quarantined.

It cannot know which of them were committed: their acknowledgement may have been lost.  A record is
known by when it was written (boot and uptime), its kind and its body, each as often as it was told;
number and chain are new, and the body may have been encoded anew.
"""

from collections import Counter

import msgspec

from broker.ledger import shapes
from broker.ledger.store import Database

# More than any journal has room for: only what was not acknowledged is told again.
LOOKED_BACK = 20_000

_QUARANTINED = "SELECT id FROM stream WHERE device = ? AND state = 'quarantined' AND id <> ?"
_TOLD = """SELECT inbox.boot, inbox.uptime_ms, inbox.body FROM inbox
JOIN stream ON stream.id = inbox.stream
WHERE inbox.stream = ? AND inbox.number > stream.number - ? AND inbox.body IS NOT NULL"""

_Key = tuple[int, int, str, bytes]


class Again:
    """Everything happens in the caller's transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._told: dict[int, Counter[_Key]] = {}

    def forget(self) -> None:
        """After a rollback: what was recognised was not."""
        self._told.clear()

    def recognise(self, device: int, stream: int, boot: int, uptime_ms: int, raw: bytes) -> bool:
        """Say whether a record of this stream was told in one before it that was quarantined.

        Each record that was told is recognised once.  To be asked before the record is stored.
        """
        if stream not in self._told:
            self._told[stream] = self._look(device, stream)
        told = self._told[stream]
        if not told:
            return False
        key = _key(boot, uptime_ms, raw)
        if not told[key]:
            return False
        told[key] -= 1
        return True

    def _look(self, device: int, stream: int) -> Counter[_Key]:
        told: Counter[_Key] = Counter()
        quarantined = self._db.execute(_QUARANTINED, (device, stream)).fetchall()
        for (old,) in quarantined:
            told += self._keys(old)
        if quarantined:
            told -= self._keys(stream)
        return told

    def _keys(self, stream: int) -> Counter[_Key]:
        rows = self._db.execute(_TOLD, (stream, LOOKED_BACK)).fetchall()
        return Counter(_key(boot, uptime_ms, raw) for boot, uptime_ms, raw in rows)


def _key(boot: int, uptime_ms: int, raw: bytes) -> _Key:
    """A body's fields in the order of their names, whoever encoded it."""
    envelope = shapes.envelope.decode(raw)
    body = msgspec.json.decode(envelope.d)
    return boot, uptime_ms, envelope.k, msgspec.json.encode(body, order="sorted")
