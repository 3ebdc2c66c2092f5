"""Years of a library put into a ledger at once: copies, patrons and closed loans with their facts.

Triggers and plain indexes are left out while it is loaded, and are there again afterwards; `ledger
check` finds no difference.  Each copy has the same number of loans, of 20 days every 40 days, from
one shelf; one kiosk of long ago told all of it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from bookcase_fw import record
from tests.bench.bulk_rows import ROWS

DAY_MS = 86_400_000
LONG_AGO = "old1"
JOURNAL = "00000000"


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
            connection.execute(f"INSERT INTO {table} ({names}) {rows}")  # type: ignore[arg-type]


@contextmanager
def _bare_sqlite(file: sqlite3.Connection) -> Iterator[None]:
    kinds = "type = 'trigger' OR (type = 'index' AND sql IS NOT NULL)"
    made = file.execute(f"SELECT type, name, sql FROM sqlite_schema WHERE {kinds}").fetchall()
    file.execute("PRAGMA foreign_keys = OFF")
    file.execute("BEGIN")
    for kind, name, _sql in made:
        file.execute(f"DROP {kind} {name}")
    yield
    for _kind, _name, sql in made:
        file.execute(sql)
    file.execute("COMMIT")
    file.execute("PRAGMA foreign_keys = ON")
    file.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def _bare_postgresql(connection: "psycopg.Connection[object]") -> Iterator[None]:
    tables = sorted({table for table, _count, _columns in ROWS})
    found = connection.execute(
        """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
        WHERE indrelid::regclass::text = ANY(%s)
        AND indexrelid NOT IN (SELECT conindid FROM pg_constraint)""",
        (tables,),
    ).fetchall()
    connection.execute("SET session_replication_role = replica")
    for name, _made in found:  # type: ignore[misc]
        connection.execute(f"DROP INDEX {name}".encode())
    yield
    connection.execute("SET maintenance_work_mem = '512MB'")
    for _name, made in found:  # type: ignore[misc]
        connection.execute(str(made).encode())
    connection.execute("SET session_replication_role = origin")
    for table in ("device", "holder", "copy", "stream", "inbox", "movement", "loan"):
        largest = f"SELECT setval('{table}_id_seq', (SELECT MAX(id) FROM {table}))"
        connection.execute(largest.encode())
    connection.execute("VACUUM ANALYZE")
    connection.execute("CHECKPOINT")
