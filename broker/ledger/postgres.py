"""A ledger on PostgreSQL: what is written waits, and goes out in a pipeline as few statements.

A round trip for each statement would cost more than the statement.  Inside a transaction a change
is queued; rows for one table become one statement (a column of values each, `unnest`), as far as
nothing queued in between is what they refer to.  A question sends what waits before it, and is the
only thing that is waited for.  So an error of a change is raised by a later call, at the commit at
the latest.  Outside a transaction everything is done at once.
"""

import os
import re
import socket
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import cache
from typing import Any, NamedTuple

import psycopg
from psycopg.types.numeric import Int8BinaryDumper

from broker.ledger import schema
from broker.ledger.store import Kind, Row

QUEUED_MAX = 400  # Rows after which the database is given work while we go on.
SENT_MAX = 1 << 20  # Bytes on their way; the system may allow less.
NUMBERS_MIN = 16
_OPEN, _FAILED = psycopg.pq.TransactionStatus.INTRANS, psycopg.pq.TransactionStatus.INERROR
_INSERT = re.compile(
    r"INSERT\s+INTO\s+(\w+)\s*\(([^)]*)\)\s*VALUES\s*\(([^()]*)\)\s*"
    r"(ON CONFLICT[^?]*DO NOTHING)?\s*",
    re.IGNORECASE,
)
_UPDATE = re.compile(r"UPDATE\s+(\w+)\s+SET\s+([^()]+?)\s+WHERE\s+([^()]+)", re.IGNORECASE)
_SET = re.compile(r"\s*(\w+)\s*=\s*(\?|\d+)\s*")
_CHANGE = re.compile(r"\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+(\w+)", re.IGNORECASE)
_LOOKS = re.compile(r"\bSELECT\b", re.IGNORECASE)
_ANSWERS = re.compile(r"\sRETURNING\s", re.IGNORECASE)
# What a trigger changes beside its table, in the migrations.
_TRIGGERED = {
    "inbox": {"stream"},
    "movement": {"copy", "copy_state"},
    "copy": {"copy_state"},
}
# The writer asks for single rows.  A plan that was made while a table was empty must not be to read
# all of it, and no statistics should be needed for that.
_BY_INDEX = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off"
# Rows of one table that belong to different things do not depend on each other.
_THING = {"loan": "copy"}
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
    inserts: bool = False
    thing: int = -1  # Which of the values says to what a row belongs; -1 when it is not known.


class _Run(NamedTuple):
    plan: _Plan
    rows: list[Sequence[object]]
    things: set[object]
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
        self._drawn: dict[str, int] = {}
        self._needed: dict[str, int] = {}

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
        left = self._numbers.get(table)
        if not left:
            count = max(NUMBERS_MIN, self._needed.get(table, 0), self._drawn.get(table, 0))
            draw = f"SELECT nextval('{table}_id_seq') FROM generate_series(1, ?)"
            left = self._numbers[table] = deque(row[0] for row in self.execute(draw, (count,)))
            self._drawn[table] = self._drawn.get(table, 0) + count
        return left.popleft()

    def begin(self) -> None:
        """Begin, on a new connection when the last one was lost; psycopg.Error when there is none.

        Statements see what other processes have committed before them, not only before the begin.
        """
        if self._connection.closed:
            self._connection = self._connect()
        for table, left in self._numbers.items():
            # About as many as the last time: what is left over is lost.
            self._needed[table] = (self._drawn[table] - len(left)) * 5 // 4
        self._numbers.clear()
        self._drawn.clear()
        stack = ExitStack()
        stack.enter_context(self._connection.pipeline())
        self._pipeline = stack
        self._connection.execute("BEGIN")

    def commit(self, meanwhile: Callable[[], None] | None = None) -> None:
        """Raises what was wrong with any change; then nothing of the transaction happened.

        When the connection is lost here, nobody knows whether it did: ask for what it entered.
        """
        assert self._pipeline is not None
        self.send()
        committed = self._connection.execute("COMMIT")
        if meanwhile:
            meanwhile()
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
        for plan, rows, _things, change in queue:
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
        thing = values[plan.thing] if plan.thing >= 0 else None
        run = self._mergeable(plan, thing) if plan.merged else None
        if run is None:
            run = _Run(plan, [], set(), _Change(self))
            self._queue.append(run)
        run.rows.append(values)
        run.things.add(thing)
        self._queued += 1
        if self._queued >= QUEUED_MAX:
            self.send()
        return run.change

    def _mergeable(self, plan: _Plan, thing: object) -> _Run | None:
        """Return the run that a row may join: nothing after it is what the row depends on."""
        touched = _touched(plan.table)
        for run in reversed(self._queue):
            known = thing is not None and run.plan.thing >= 0
            depends = not (known and run.plan.table == plan.table) or thing in run.things
            if run.plan is plan:
                # One statement changes a row once.
                return run if plan.inserts or not depends else None
            if run.plan.looks or (depends and run.plan.table in touched):
                return None
        return None

    def _plan(self, statement: str) -> _Plan:
        change = _CHANGE.match(statement)
        table = change[1].lower() if change and not _ANSWERS.search(statement) else ""
        looks = bool(_LOOKS.search(statement))
        plan = _Plan(statement.replace("?", "%s"), table, "", (), looks)
        if table:
            if simple := _INSERT.fullmatch(statement):
                plan = self._many_inserted(plan, simple)
            elif simple := _UPDATE.fullmatch(statement):
                plan = self._many_updated(plan, simple)
        self._plans[statement] = plan
        return plan

    def _many_inserted(self, plan: _Plan, simple: re.Match[str]) -> _Plan:
        """Return the plan with a statement that takes an array for each value of the simple one."""
        names = [name.strip() for name in simple[2].split(",")]
        values = [value.strip() for value in simple[3].split(",")]
        marked = [name for name, value in zip(names, values, strict=False) if value == "?"]
        if len(names) != len(values) or len(marked) != simple[3].count("?") or not marked:
            return plan
        given = ", ".join(
            f"row_.{name}" if value == "?" else value
            for name, value in zip(names, values, strict=True)
        )
        rows, types = self._rows(plan.table, marked)
        merged = f"INSERT INTO {plan.table} ({simple[2]}) SELECT {given} {rows} {simple[4] or ''}"
        return plan._replace(
            merged=merged, types=types, thing=_thing(plan.table, marked), inserts=True
        )

    def _many_updated(self, plan: _Plan, simple: re.Match[str]) -> _Plan:
        """The same for an update of rows that are known by their key."""
        sets = [_SET.fullmatch(part) for part in simple[2].split(",")]
        keys = [_SET.fullmatch(part) for part in re.split(r"\sAND\s", simple[3])]
        if not all(sets) or not all(key and key[2] == "?" for key in keys):
            return plan
        marked = [part[1] for part in (*sets, *keys) if part and part[2] == "?"]
        thing = _thing(plan.table, marked)
        if thing < 0 or len(set(marked)) != len(marked):
            return plan
        rows, types = self._rows(plan.table, marked)
        given = ", ".join(
            f"{part[1]} = {f'row_.{part[1]}' if part[2] == '?' else part[2]}"
            for part in sets
            if part
        )
        where = " AND ".join(f"{plan.table}.{key[1]} = row_.{key[1]}" for key in keys if key)
        merged = f"UPDATE {plan.table} SET {given} {rows} WHERE {where}"
        return plan._replace(merged=merged, types=types, thing=thing)

    def _rows(self, table: str, names: list[str]) -> tuple[str, tuple[str, ...]]:
        """Return a FROM of many rows with these columns, and the columns' types."""
        if not self._types:
            for name, column, kind in self._connection.execute(_TYPES).fetchall():
                self._types.setdefault(name, {})[column] = kind
        types = tuple(self._types[table][name] for name in names)
        arrays = ", ".join(f"%s::{kind}[]" for kind in types)
        return f"FROM unnest({arrays}) AS row_ ({', '.join(names)})", types

    def _leave(self) -> None:
        stack, self._pipeline = self._pipeline, None
        if stack is not None:
            stack.close()

    def _connect(self) -> psycopg.Connection[Any]:
        connection = psycopg.connect(
            self._url,
            autocommit=True,
            prepare_threshold=2,
            options=f"-c timezone=UTC {self._settings or _BY_INDEX}",
            application_name="shugui",
            connect_timeout=5,
            # A server that vanished without a word is noticed within ten seconds.
            keepalives_idle=4,
            keepalives_interval=2,
            keepalives_count=3,
            tcp_user_timeout=10_000,
        )
        connection.prepared_max = 500
        _let_wait(connection.fileno())
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


def _let_wait(descriptor: int) -> None:
    """Let the system hold more of what is sent: we go on while the database is still at work."""
    with socket.socket(fileno=os.dup(descriptor)) as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SENT_MAX)


@cache
def _touched(table: str) -> frozenset[str]:
    """Return the tables on which a row of this one depends, or which it changes."""
    found = {table} | _TRIGGERED.get(table, set())
    if table in schema.metadata.tables:
        keys = schema.metadata.tables[table].foreign_keys
        found |= {key.target_fullname.split(".")[0] for key in keys}
    return frozenset(found)


def _thing(table: str, marked: list[str]) -> int:
    """Return which of the marked columns says to what a row belongs, or -1."""
    name = _THING.get(table, "")
    return marked.index(name) if name in marked else -1


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
