"""What a database refuses by triggers, said once and made for SQLite and for PostgreSQL.

A migration installs guards: `guards.install(*guards.append_only("posting", "a posting"))`.  A
message is what the person reads who tried, and the code that catches the database's conflict.
"""

from typing import NamedTuple

from alembic import op
from sqlalchemy import text

# Raises the message that the trigger was made with, as a broken constraint.
REFUSE = """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$"""

# PostgreSQL's tables and their triggers that `refers` made.
REFERRING = """SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE tgname = relname || '_refers' AND relnamespace = current_schema()::regnamespace"""


class Guard(NamedTuple):
    """Refuses an event of a table, DELETE or UPDATE or UPDATE OF columns or INSERT.

    `when` is a condition over NEW and OLD without a query; empty for always.
    """

    name: str
    table: str
    event: str
    message: str
    when: str = ""

    def sqlite(self) -> str:
        when = f"WHEN {self.when} " if self.when else ""
        return (
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} {when}"
            f"BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
        )

    def postgresql(self) -> str:
        rows = "STATEMENT" if self.event == "TRUNCATE" else "ROW"
        when = f"WHEN ({self.when}) " if self.when else ""
        return (
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} FOR EACH {rows} "
            f"{when}EXECUTE FUNCTION refuse('{self.message}')"
        )


def append_only(table: str, thing: str) -> tuple[Guard, ...]:
    """Rows are only ever added."""
    return (*never_deleted(table, thing), never_changed(table, thing))


def never_deleted(table: str, thing: str) -> tuple[Guard, ...]:
    message = f"{thing} is never deleted"
    return (
        Guard(f"{table}_is_kept", table, "DELETE", message),
        Guard(f"{table}_is_not_emptied", table, "TRUNCATE", message),
    )


def never_changed(table: str, thing: str, *columns: str) -> Guard:
    """No column is changed, or none of these."""
    event = "UPDATE OF " + ", ".join(columns) if columns else "UPDATE"
    return Guard(f"{table}_is_not_changed", table, event, f"{thing} is never changed")


def only_to_null(table: str, column: str) -> Guard:
    """A column may be erased, and nothing else: for what is kept only so long."""
    message = f"{column} may only become NULL"
    name = f"{table}_{column}_may_be_erased"
    return Guard(name, table, f"UPDATE OF {column}", message, f"NEW.{column} IS NOT NULL")


def install(*guards: Guard) -> None:
    """Make the triggers, in a migration."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for guard in guards:
        # SQLite has no TRUNCATE.
        if not (sqlite and guard.event == "TRUNCATE"):
            op.execute(text(guard.sqlite() if sqlite else guard.postgresql()))


def refers(table: str, **parents: str) -> None:
    """Check the references of a statement's new rows together, in a migration after the table.

    For column=parent whose rows are never deleted, and columns that never change: PostgreSQL's own
    check asks and locks for each reference of each row.  SQLite's own costs next to nothing.
    """
    if op.get_bind().dialect.name == "sqlite":
        return
    joins, missing = [], []
    for column, parent in parents.items():
        op.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_fkey"))
        joins.append(f"LEFT JOIN {parent} AS {column}_ ON {column}_.id = added.{column}")
        missing.append(f"({column}_.id IS NULL AND added.{column} IS NOT NULL)")
    op.execute(
        text(f"""CREATE FUNCTION {table}_refers() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF EXISTS (SELECT 1 FROM added {" ".join(joins)} WHERE {" OR ".join(missing)}) THEN
        RAISE EXCEPTION 'a row of {table} has a foreign key that is nowhere'
        USING ERRCODE = 'foreign_key_violation';
        END IF; RETURN NULL; END $$""")
    )
    op.execute(
        text(f"""CREATE TRIGGER {table}_refers AFTER INSERT ON {table}
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION {table}_refers()""")
    )


def words(table: str, column: str, allowed: tuple[str, ...]) -> None:
    """Let a column hold these words and no others, in a migration; its check is table_column.

    SQLite cannot change a check; its documentation ("Making Other Kinds Of Table Schema Changes")
    says how the text of the table is changed instead of building it and its triggers anew.
    """
    name = f"{table}_{column}"
    check = "CHECK (%s IN (%s))" % (column, ", ".join("'%s'" % word for word in allowed))
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        op.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
        op.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT {name} {check}"))
        return
    find = text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = :table")
    made: str = bind.execute(find, {"table": table}).scalar_one()
    begin = made.index(f"CONSTRAINT {name} CHECK (")
    end = made.index("))", begin) + 2
    changed = f"{made[:begin]}CONSTRAINT {name} {check}{made[end:]}"
    version: int = bind.exec_driver_sql("PRAGMA schema_version").scalar_one()
    bind.exec_driver_sql("PRAGMA writable_schema = ON")
    replace = text("UPDATE sqlite_schema SET sql = :sql WHERE type = 'table' AND name = :table")
    bind.execute(replace, {"sql": changed, "table": table})
    bind.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema = OFF")
