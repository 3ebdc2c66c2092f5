"""The kiosk's journal: records in an SQLite file, kept until they are acknowledged.

The same interface as the firmware's (bookcase_fw/upload.py says what an upload needs of it).  What
`append` and `save` return from is on disk.  All methods may be called from any thread.
"""

import json
import secrets
import sqlite3
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bookcase_fw import record

SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
  number INTEGER PRIMARY KEY,
  data   BLOB NOT NULL  -- as it is sent, byte for byte
) STRICT;
-- What outlives a restart beside the records: id, boot, acked, head, and notes of the flows.
CREATE TABLE IF NOT EXISTS note (
  name TEXT PRIMARY KEY,
  text TEXT NOT NULL    -- JSON
) STRICT;
"""


class Journal:
    """One start of the kiosk opens it once: that makes a new boot number."""

    def __init__(
        self, path: Path, key: bytes, token: Callable[[int], str] = secrets.token_hex
    ) -> None:
        """token: so many random bytes, in hexadecimal digits; names a new stream."""
        self._key, self._token = key, token
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(SCHEMA)
        with self._transaction():
            if self._own("id") is None:
                self._begin(self._token(4))
            self._set_own("boot", (self._own("boot") or 0) + 1)
        self._refresh()

    @property
    def unacked(self) -> int:
        return self.last - self.acked

    def append(
        self,
        kind: str,
        body: dict[str, Any],
        stamp: tuple[int, int, int, int],
        notes: Mapping[str, Any] | None = None,
    ) -> int:
        """Append a fact and return its number; stamp is (boot, uptime_ms, wall_ms, quality).

        `notes` are saved in the same transaction: with the fact, or not at all.

        Raises WireError when the body does not fit its kind or the record is too long.
        """
        with self._lock:
            number = self.last + 1
            data = record.encode(number, stamp, kind, self._head, body)
            with self._transaction():
                self._append(number, data)
                for name, value in (notes or {}).items():
                    self.save(name, value)
            self._refresh()
            return number

    def since(self, number: int, size: int) -> list[bytes]:
        """Return the records after a number, oldest first, that fit into `size` bytes.

        At least one where there is one; each counts two bytes more, for what stands between.
        """
        found: list[bytes] = []
        with self._lock:
            query = "SELECT data FROM record WHERE number > ? ORDER BY number"
            for (data,) in self._db.execute(query, (number,)):
                size -= len(data) + 2
                if found and size < 0:
                    break
                found.append(data)
        return found

    def head(self, number: int) -> str:
        """Return the chain value after a record that is still kept, or after the last one."""
        with self._lock:
            if number == self.last:
                return self._head
            query = "SELECT data FROM record WHERE number = ?"
            (data,) = self._db.execute(query, (number,)).fetchone()
            return str(record.chain(self._key, data))

    def acknowledge(self, number: int) -> None:
        """Let go of all records up to a number, for good."""
        with self._lock:
            number = min(number, self.last)
            if number <= self.acked:
                return
            with self._transaction():
                self._db.execute("DELETE FROM record WHERE number <= ?", (number,))
                self._set_own("acked", number)
            self._refresh()

    def renew(self) -> None:
        """Take a new journal id; what is not acknowledged is written again under it, from 1."""
        with self._lock:
            kept = [record.decode(data) for data in self.since(self.acked, 1 << 40)]
            with self._transaction():
                self._db.execute("DELETE FROM record")
                self._begin(self._token(4))
                for number, old in enumerate(kept, 1):
                    stamp = old["b"], old["u"], old["t"], old["q"]
                    data = record.encode(number, stamp, old["k"], self._own("head"), old["d"])
                    self._append(number, data)
            self._refresh()

    def load(self, name: str, default: Any = None) -> Any:
        """Return what was saved under a name."""
        with self._lock:
            row = self._db.execute("SELECT text FROM note WHERE name = ?", (name,)).fetchone()
        return default if row is None else json.loads(row[0])

    def save(self, name: str, value: Any) -> None:
        """Keep a value that JSON can hold; None lets go of it.  Names do not begin with a dot."""
        with self._lock:
            if value is None:
                self._db.execute("DELETE FROM note WHERE name = ?", (name,))
            else:
                text = json.dumps(value)
                self._db.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (name, text))

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _begin(self, journal: str) -> None:
        """Begin a stream: inside a transaction."""
        self._set_own("id", journal)
        self._set_own("acked", 0)
        self._set_own("last", 0)
        self._set_own("head", record.genesis(self._key, journal))

    def _append(self, number: int, data: bytes) -> None:
        """Add a record: inside a transaction."""
        self._db.execute("INSERT INTO record VALUES (?, ?)", (number, data))
        self._set_own("last", number)
        self._set_own("head", record.chain(self._key, data))

    def _refresh(self) -> None:
        """Take the figures over after a commit, so that reading them needs no disk."""
        self.id = str(self._own("id"))
        self.boot = int(self._own("boot"))
        self.last = int(self._own("last"))
        self.acked = int(self._own("acked"))
        self._head = str(self._own("head"))

    def _own(self, name: str) -> Any:
        return self.load("." + name)

    def _set_own(self, name: str, value: str | int) -> None:
        self.save("." + name, value)

    def _transaction(self) -> "_Transaction":
        return _Transaction(self._db)


class _Transaction:
    """Everything inside, or nothing of it."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_error: object) -> None:
        self._db.execute("COMMIT" if kind is None else "ROLLBACK")
