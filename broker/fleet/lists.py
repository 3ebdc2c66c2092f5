"""The lists of readers for machines: who may take how many copies while nobody can be asked.

The same readers always make the same parts (bookcase_fw/lists.py), so that every process of the
service says the same, and a machine fetches only the parts that differ from those it has.
"""

import binascii
import re
from collections.abc import Mapping
from typing import NamedTuple

from bookcase_fw import lists as form
from broker.ledger.store import Database

FILL = 400  # Entries in a part on average, at most; chance then fills none of them.
GROWTH = 5, 4  # From one count of parts to the next, so that few new readers change it.
PARTS_MAX = 2000  # The directory of more does not fit into an answer.
ASKED = re.compile(r"([0-9]{1,10})(?: ([0-9]{1,4}))?")

_READERS = "SELECT reader, kind, blocked FROM patron"


class Lists(NamedTuple):
    """`revision` is what the policy calls them by; 0 for none."""

    revision: int
    parts: tuple[bytes, ...]

    def answer(self, text: str) -> dict[str, object]:
        """Return the fields of an answer to `list`, without id; `late` for lists of yesterday."""
        asked = ASKED.fullmatch(text)
        if not asked:
            return {"ok": False, "why": "unknown"}
        revision, part = int(asked[1]), asked[2]
        if revision != self.revision or (part and int(part) >= len(self.parts)):
            return {"ok": False, "why": "late"}
        data = self.parts[int(part)] if part else form.directory(list(self.parts))
        encoded = binascii.b2a_base64(data, newline=False).decode()
        return {"ok": True, "part": int(part or 0), "data": encoded}


NONE = Lists(0, ())


def of(db: Database, quotas: Mapping[str, int]) -> Lists:
    """Return the lists of all readers now; quotas: copies offline by kind of reader."""
    entries = [
        bytes.fromhex(reader)[: form.ENTRY_SIZE - 1]
        + bytes((form.BLOCKED_BYTE if blocked else min(quotas.get(kind, 0), 255),))
        for reader, kind, blocked in db.execute(_READERS)
    ]
    count = 1
    while count * FILL < len(entries):
        count = max(count + 1, count * GROWTH[0] // GROWTH[1])
    parts = _divided(entries, min(count, PARTS_MAX))
    return Lists(binascii.crc32(form.directory(parts)), tuple(parts))


def _divided(entries: list[bytes], count: int) -> list[bytes]:
    rows: list[list[bytes]] = [[] for _part in range(count)]
    for entry in sorted(entries):
        rows[form.part_of(entry, count)].append(entry)
    # Whom a part has no room for is not known offline: that is refused, and nothing is lost.
    return [b"".join(row[: form.ENTRIES_MAX]) for row in rows]
