"""The ledger through SQLAlchemy Core, to measure what that would cost in the hot path."""

from collections.abc import Callable, Iterable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import CursorResult, NullPool, TextClause, create_engine, event, text

from broker.ledger.store import Kind


class Alchemy:
    """A `store.Database` whose statements are `text` with names, each made once."""

    kind: Kind = "sqlite"

    def __init__(self, path: Path) -> None:
        engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)

        @event.listens_for(engine, "connect")
        def _plain(connection: Any, _record: object) -> None:
            connection.isolation_level = None
            for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
                connection.execute(f"PRAGMA {setting}")
            connection.execute("PRAGMA cache_size = -65536")
            connection.execute("PRAGMA wal_autocheckpoint = 4000")

        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
        self._connection = engine.connect()
        self._texts: dict[str, TextClause] = {}
        self._numbers: dict[str, int] = {}
        self.in_transaction = False

    def execute(self, statement: str, values: Sequence[object] = ()) -> Any:
        if statement not in self._texts:
            pieces = statement.split("?")
            named = "".join(f"{piece}:v{n}" for n, piece in enumerate(pieces[:-1])) + pieces[-1]
            self._texts[statement] = text(named)
        named_values = {f"v{n}": value for n, value in zip(count(), values, strict=False)}
        found: CursorResult[Any] = self._connection.execute(self._texts[statement], named_values)
        # Rows compare with tuples, but the ledger's code may also hash or print them.
        return _Rows(found)

    def executemany(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        for row in rows:
            self.execute(statement, row)

    def number(self, table: str) -> int:
        if table not in self._numbers:
            newest = self.execute(f"SELECT MAX(id) FROM {table}").fetchone()[0]
            self._numbers[table] = newest or 0
        self._numbers[table] += 1
        return self._numbers[table]

    def begin(self) -> None:
        self._numbers.clear()
        self.in_transaction = True

    def commit(self, _meanwhile: Callable[[], None] | None = None) -> None:
        self._connection.commit()
        self.in_transaction = False

    def rollback(self) -> None:
        self._connection.rollback()
        self.in_transaction = False

    def close(self) -> None:
        self._connection.close()


class _Rows:
    """A result as the ledger reads it: a statement without rows has none, and that is no error."""

    def __init__(self, found: CursorResult[Any]) -> None:
        self._found = found

    @property
    def rowcount(self) -> int:
        return self._found.rowcount

    def fetchone(self) -> Any:
        return self._found.fetchone() if self._found.returns_rows else None

    def fetchall(self) -> list[Any]:
        return list(self._found.fetchall()) if self._found.returns_rows else []

    def __iter__(self) -> Any:
        return iter(self.fetchall())
