"""A ledger on PostgreSQL: what is written waits, and goes out in a pipeline as few statements.

A round trip for each statement would cost more than the statement.  Inside a transaction a change
is queued; rows for one table become one statement (a column of values each, `unnest`), as far as
nothing queued in between is what they refer to.  A question sends what waits before it, and is the
only thing that is waited for.  So an error of a change is raised by a later call, at the commit at
the latest.  Outside a transaction everything is done at once.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import cache
from typing import Any, NamedTuple

import psycopg
from psycopg.types.numeric import Int8BinaryDumper

from broker.ledger import schema
from broker.ledger.store import Kind, Row

QUEUED_MAX = 400  # Rows after which the database is given work while we go on.
NUMBERS_MIN = 16
_OPEN, _FAILED = psycopg.pq.TransactionStatus.INTRANS, psycopg.pq.TransactionStatus.INERROR
_SIMPLE = re.compile(
    r"INSERT\s+INTO\s+(\w+)\s*\(([^)]*)\)\s*VALUES\s*\(([^()]*)\)\s*"
    r"(ON CONFLICT[^?]*DO NOTHING)?\s*",
    re.IGNORECASE,
)
_CHANGE = re.compile(r"\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+(\w+)", re.IGNORECASE)
_LOOKS = re.compile(r"\bSELECT\b", re.IGNORECASE)
_ANSWERS = re.compile(r"\sRETURNING\s", re.IGNORECASE)
# What a trigger changes beside its table, in the migrations.
_TRIGGERED = {"inbox": {"stream"}, "movement": {"copy_state"}, "copy": {"copy_state"}}
_HELD = 0x736867  # The number of the lock that processes hold, exclusive or shared.
_HOLD = {
    "": "",
    "shared": "SELECT pg_try_advisory_lock_shared(%s)",
    "alone": "SELECT pg_try_advisory_lock(%s)",
}
_TYPES = """SELECT relname, attname, format_type(atttypid, atttypmod) FROM pg_attribute
JOIN pg_class ON pg_class.oid = attrelid WHERE relkind = 'r' AND attnum > 0 AND NOT attisdropped
AND relnamespace = 'public'::regnamespace"""


class Taken(psycopg.OperationalError):
    """Another process has the ledger for itself, or has it and we want it for ourselves."""


class _Plan(NamedTuple):
    """How a statement is sent.  `merged` is the one for many rows; empty when there is none."""

    text: str
    table: str  # Which it changes; empty for a question.
    merged: str
    types: tuple[str, ...]  # Of the columns of `merged`.
    looks: bool  # Into other tables too, so that nothing may overtake it.


class _Run(NamedTuple):
    plan: _Plan
    rows: list[Sequence[object]]
    change: "_Change"


class _Change:
    """A change that waits.  Asking for its rowcount sends it; that of many rows is not known."""

    def __init__(self, database: "PostgresDatabase") -> None:
        self._database = database
        self.cursor: psycopg.Cursor[Any] | None = None

    @property
    def rowcount(self) -> int:
        self._database.send()
        assert self.cursor, "rows were sent together: ask with RETURNING"
        if self.cursor.rowcount < 0:
            self._database.wait()
        return self.cursor.rowcount

    def fetchone(self) -> Row:
        return None

    def fetchall(self) -> list[Row]:
        return []

    def __iter__(self) -> Iterator[Row]:
        return iter(())


class PostgresDatabase:
    """Connects at the first need, and anew in `begin` after the connection was lost."""

    kind: Kind = "postgresql"

    def __init__(self, url: str, *, settings: str = "", hold: str = "") -> None:
        """`settings` are of the session, as in `-c name=value`.

        `hold` is "alone" for who wants no other process beside it, "shared" for who bears others
        that do, and empty for who does not care.  Raises Taken, also later in `begin`.
        """
        self._url = url
        self._settings = settings
        self._hold = _HOLD[hold]
        self._connection = self._connect()
        self._plans: dict[str, _Plan] = {}
        self._types: dict[str, dict[str, str]] = {}
        self._pipeline: ExitStack | None = None
        self._queue: list[_Run] = []
        self._queued = 0
        self._numbers: dict[str, deque[int]] = {}
        self._used: dict[str, int] = {}

    def execute(self, statement: str, values: Sequence[object] = ()) -> Any:
        plan = self._plans.get(statement) or self._plan(statement)
        if self._pipeline is None:
            return self._connection.execute(plan.text, values)
        if plan.table:
            return self._enqueue(plan, values)
        self.send()
        return self._connection.execute(plan.text, values)

    def executemany(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        for row in rows:
            self.execute(statement, row)

    def number(self, table: str) -> int:
        """Ids are drawn in each transaction: a later one never has a lower number for a copy."""
        drawn = self._numbers.get(table)
        if not drawn:
            count = max(NUMBERS_MIN, self._used.get(table, 0))
            found = self.execute(
                "SELECT nextval(pg_get_serial_sequence(?, 'id')) FROM generate_series(1, ?)",
                (table, count),
            )
            drawn = self._numbers[table] = deque(row[0] for row in found)
            self._used[table] = count * 2
        return drawn.popleft()

    def begin(self) -> None:
        """Begin, on a new connection when the last one was lost; psycopg.Error when there is none.

        Statements see what other processes have committed before them, not only before the begin.
        """
        if self._connection.closed:
            self._connection = self._connect()
        for table, drawn in self._numbers.items():
            used = self._used[table] // 2 - len(drawn)
            self._used[table] = max(NUMBERS_MIN, used + used // 4)
        self._numbers.clear()
        stack = ExitStack()
        stack.enter_context(self._connection.pipeline())
        self._pipeline = stack
        self._connection.execute("BEGIN")

    def commit(self) -> None:
        """Raises what was wrong with any change; then nothing of the transaction happened.

        When the connection is lost here, nobody knows whether it did: ask for what it entered.
        """
        assert self._pipeline is not None
        self.send()
        committed = self._connection.execute("COMMIT")
        self._leave()
        if committed.statusmessage != "COMMIT":
            raise psycopg.errors.InFailedSqlTransaction("the transaction was rolled back")

    def rollback(self) -> None:
        """Forget what was begun; says nothing of a connection that is lost."""
        self._queue, self._queued = [], 0
        try:
            self._leave()
        except psycopg.Error:
            pass  # It was raised before: that is why we are here.
        if not self._connection.closed:
            try:
                self._connection.rollback()
            except psycopg.OperationalError:
                self._connection.close()

    @property
    def in_transaction(self) -> bool:
        """Also after a commit that failed: until the rollback."""
        status = self._connection.info.transaction_status
        return self._pipeline is not None or status in (_FAILED, _OPEN)

    def close(self) -> None:
        self._connection.close()

    def send(self) -> None:
        """Send what waits, without waiting for it."""
        queue, self._queue, self._queued = self._queue, [], 0
        for plan, rows, change in queue:
            if len(rows) == 1:
                change.cursor = self._connection.execute(plan.text, rows[0])
            else:
                columns = zip(*rows, strict=True)
                arrays = [
                    _array(kind, column) for kind, column in zip(plan.types, columns, strict=True)
                ]
                self._connection.execute(plan.merged, arrays)

    def wait(self) -> None:
        """Wait until everything that was sent is done."""
        self._connection.execute("SELECT 1").fetchone()

    def _enqueue(self, plan: _Plan, values: Sequence[object]) -> _Change:
        run = self._mergeable(plan) if plan.merged else None
        if run is None:
            run = _Run(plan, [], _Change(self))
            self._queue.append(run)
        run.rows.append(values)
        self._queued += 1
        if self._queued >= QUEUED_MAX:
            self.send()
        return run.change

    def _mergeable(self, plan: _Plan) -> _Run | None:
        """Return the run that a row may join: nothing after it is what the row refers to."""
        touched = _touched(plan.table)
        for run in reversed(self._queue):
            if run.plan is plan:
                return run
            if run.plan.table in touched or run.plan.looks:
                return None
        return None

    def _plan(self, statement: str) -> _Plan:
        text = statement.replace("?", "%s")
        change = _CHANGE.match(statement)
        table = change[1].lower() if change and not _ANSWERS.search(statement) else ""
        plan = _Plan(text, table, "", (), bool(_LOOKS.search(statement)))
        simple = _SIMPLE.fullmatch(statement)
        if simple and table:
            merged, types = self._merged(table, simple)
            plan = plan._replace(merged=merged, types=types)
        self._plans[statement] = plan
        return plan

    def _merged(self, table: str, simple: re.Match[str]) -> tuple[str, tuple[str, ...]]:
        """Return a statement that takes an array for each value of the simple one."""
        if not self._types:
            for name, column, kind in self._connection.execute(_TYPES).fetchall():
                self._types.setdefault(name, {})[column] = kind
        names = [name.strip() for name in simple[2].split(",")]
        values = [value.strip() for value in simple[3].split(",")]
        if len(names) != len(values):
            return "", ()
        marked = [name for name, value in zip(names, values, strict=True) if value == "?"]
        types = tuple(self._types[table][name] for name in marked)
        if not marked or any("?" in value and value != "?" for value in values):
            return "", ()
        arrays = ", ".join(f"%s::{kind}[]" for kind in types)
        given = ", ".join(
            f"row_.{name}" if value == "?" else value
            for name, value in zip(names, values, strict=True)
        )
        columns = ", ".join(marked)
        return (
            f"INSERT INTO {table} ({simple[2]}) SELECT {given} "
            f"FROM unnest({arrays}) AS row_ ({columns}) {simple[4] or ''}"
        ), types

    def _leave(self) -> None:
        stack, self._pipeline = self._pipeline, None
        if stack is not None:
            stack.close()

    def _connect(self) -> psycopg.Connection[Any]:
        connection = psycopg.connect(
            self._url,
            autocommit=True,
            prepare_threshold=2,
            options=f"-c timezone=UTC {self._settings}".strip(),
            application_name="shugui",
            connect_timeout=5,
            # A server that vanished without a word is noticed within ten seconds.
            keepalives_idle=4,
            keepalives_interval=2,
            keepalives_count=3,
            tcp_user_timeout=10_000,
        )
        connection.prepared_max = 500
        adapt(connection)
        if self._hold and connection.execute(self._hold, (_HELD,)).fetchone() != (True,):
            connection.close()
            raise Taken("another service has this ledger")
        return connection


def adapt(connection: psycopg.Connection[Any]) -> None:
    """Let numbers be what they are on SQLite: 64 bits in, and a sum is a number like others."""
    connection.adapters.register_dumper(int, Int8BinaryDumper)
    connection.adapters.register_dumper(bool, Int8BinaryDumper)
    connection.adapters.register_loader("numeric", _Number)


class _Number(psycopg.adapt.Loader):
    def load(self, data: psycopg.abc.Buffer) -> int | float:
        text = bytes(data)
        return float(text) if b"." in text or b"N" in text else int(text)


@cache
def _touched(table: str) -> frozenset[str]:
    """Return the tables on which a row of this one depends, or which it changes."""
    found = {table} | _TRIGGERED.get(table, set())
    if table in schema.metadata.tables:
        keys = schema.metadata.tables[table].foreign_keys
        found |= {key.target_fullname.split(".")[0] for key in keys}
    return frozenset(found)


def _array(kind: str, column: tuple[Any, ...]) -> str:
    """Return an array in PostgreSQL's own words; psycopg's way costs ten times as much."""
    if kind == "bytea":
        told = ["NULL" if value is None else f'"\\\\x{bytes(value).hex()}"' for value in column]
    elif kind == "text":
        told = ["NULL" if value is None else _quoted(value) for value in column]
    else:
        # A boolean is a number here: 1, not True.
        told = ["NULL" if value is None else str(+value) for value in column]
    return "{" + ",".join(told) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
