"""Years of a library put into a ledger at once: copies, patrons and closed loans with their facts.

Triggers, journal and indexes are left out while it is loaded, and are there again afterwards;
`ledger check` finds no difference.  Each copy has the same number of loans, of 20 days every 40
days, from one shelf; one kiosk of long ago told all of it.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from bookcase_fw import record
from tests.bench.bulk_rows import ROWS

DAY_MS = 86_400_000
LONG_AGO = "old1"
JOURNAL = "00000000"
# SQLite's tables without row ids lie in the order of their keys: here the first two columns.
KEPT_IN_ORDER = ("observation",)
_QUICK = ("journal_mode = OFF", "synchronous = OFF", "cache_size = -1048576")
_DURABLE = ("journal_mode = WAL", "synchronous = FULL", "cache_size = -65536")

_PLAIN_INDEXES = """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid::regclass::text = ANY(%s)
AND indexrelid NOT IN (SELECT conindid FROM pg_constraint)"""
# But those that another table refers to.
_KEYS = """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint c
WHERE conrelid::regclass::text = ANY(%s) AND contype IN ('p', 'u') AND NOT EXISTS
(SELECT 1 FROM pg_constraint r WHERE r.contype = 'f' AND r.conindid = c.conindid)"""


def load(connection: "sqlite3.Connection | psycopg.Connection[object]", **size: int) -> None:
    """Load so many `copies`, `patrons` and `loans_each` of a copy, all before the time `end_ms`.

    The ledger has the site s1, whose shelf is holder 3, the title t1 and the machine LONG_AGO as
    device 1.
    """
    sqlite = isinstance(connection, sqlite3.Connection)
    begin_ms = size["end_ms"] - size["loans_each"] * 40 * DAY_MS
    values = {
        **size,
        "one": 1,
        "loans": size["copies"] * size["loans_each"],
        "records": size["copies"] * size["loans_each"] * 2,
        "begin_ms": begin_ms,
        "day_ms": f"CAST({DAY_MS} AS BIGINT)",
        "genesis": record.genesis(bytes(32), JOURNAL),
        "tag": "printf('%024X', n)" if sqlite else "lpad(upper(to_hex(n)), 24, '0')",
        "reader": "printf('%024x', n)" if sqlite else "lpad(to_hex(n), 24, '0')",
        "chain": "printf('%016x', n)" if sqlite else "lpad(to_hex(n), 16, '0')",
        "before": "printf('%016x', n - 1)" if sqlite else "lpad(to_hex(n - 1), 16, '0')",
        "padded": "printf('%08d', n)" if sqlite else "lpad(CAST(n AS text), 8, '0')",
    }
    with (_bare_sqlite if sqlite else _bare_postgresql)(connection):  # type: ignore[operator]
        for table, count, columns in ROWS:
            series = (
                f"WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series "
                f"WHERE n < {values[count]}) "
                if sqlite
                else ""
            )
            source = "series" if sqlite else f"generate_series(1, {values[count]}::bigint) AS s (n)"
            names = ", ".join(columns)
            given = ", ".join(column.format(**values) for column in columns.values())
            rows = f"{series}SELECT {given} FROM {source} WHERE n <= {values[count]}"
            if sqlite and table in KEPT_IN_ORDER:
                rows += " ORDER BY 1, 2"
            connection.execute(f"INSERT INTO {table} ({names}) {rows}")  # type: ignore[arg-type]


@contextmanager
def _bare_sqlite(file: sqlite3.Connection) -> Iterator[None]:
    kinds = "type = 'trigger' OR (type = 'index' AND sql IS NOT NULL)"
    made = file.execute(f"SELECT type, name, sql FROM sqlite_schema WHERE {kinds}").fetchall()
    for setting in ("foreign_keys = OFF", *_QUICK):
        file.execute(f"PRAGMA {setting}")
    file.execute("BEGIN")
    for kind, name, _sql in made:
        file.execute(f"DROP {kind} {name}")
    yield
    for _kind, _name, sql in made:
        file.execute(sql)
    file.execute("COMMIT")
    for setting in ("foreign_keys = ON", *_DURABLE):
        file.execute(f"PRAGMA {setting}")
    os.sync()


@contextmanager
def _bare_postgresql(connection: "psycopg.Connection[object]") -> Iterator[None]:
    tables = (sorted({table for table, _count, _columns in ROWS}),)
    indexes = connection.execute(_PLAIN_INDEXES, tables).fetchall()
    keys = connection.execute(_KEYS, tables).fetchall()
    for setting in ("max_wal_size = '16GB'", "checkpoint_timeout = '1h'"):
        connection.execute(f"ALTER SYSTEM SET {setting}".encode())
    connection.execute("SELECT pg_reload_conf()")
    connection.execute("SET session_replication_role = replica")
    connection.execute("SET synchronous_commit = off")
    for table, name, _made in keys:  # type: ignore[misc]
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}".encode())
    for name, _made in indexes:  # type: ignore[misc]
        connection.execute(f"DROP INDEX {name}".encode())
    yield
    connection.execute("SET maintenance_work_mem = '1GB'")
    for table, name, made in keys:  # type: ignore[misc]
        connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {made}".encode())
    for _name, made in indexes:  # type: ignore[misc]
        connection.execute(str(made).encode())
    for table in ("device", "holder", "copy", "stream", "inbox", "movement", "loan"):
        largest = f"SELECT setval('{table}_id_seq', (SELECT MAX(id) FROM {table}))"
        connection.execute(largest.encode())
    connection.execute("ALTER SYSTEM RESET ALL")
    connection.execute("SELECT pg_reload_conf()")
    connection.execute("VACUUM ANALYZE")
    connection.execute("CHECKPOINT")
