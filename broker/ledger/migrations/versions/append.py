"""Facts append: what lay in the order of copies and readers lies in the order of facts and months.

A fact used to write into a page of its own of six indexes for each copy that it names, so that it
cost three times as much in a ledger of ten million loans as in an empty one.
"""

import sqlalchemy as sa
from alembic import op

from broker.ledger import guards
from broker.ledger.columns import Whole

revision = "append"
down_revision = "roles"
branch_labels = None
depends_on = None

_LOOKED_INTO = "SELECT id FROM holder WHERE kind IN ('compartment', 'bag')"

SQLITE = (
    "DROP TRIGGER movement_moves_the_copy",
    f"""CREATE TRIGGER movement_moves_the_copy AFTER INSERT ON movement
    BEGIN
    SELECT RAISE(ABORT, 'a later movement has a higher number')
    FROM copy_state WHERE copy = NEW.copy AND movement >= NEW.id;
    UPDATE copy_state SET holder = NEW.target, since_ms = NEW.at_ms, movement = NEW.id,
    turn = turn + 1, inside = ({_LOOKED_INTO} AND id = NEW.target) WHERE copy = NEW.copy; END""",
    # The trigger above has just come by with every movement up to `OLD.movement`.
    "DROP TRIGGER only_movements_move",
    f"""CREATE TRIGGER only_movements_move
    BEFORE UPDATE OF copy, holder, since_ms, movement, inside ON copy_state
    WHEN NEW.copy <> OLD.copy OR NEW.movement <= OLD.movement
    OR NEW.inside IS NOT ({_LOOKED_INTO} AND id = NEW.holder) OR NOT EXISTS
    (SELECT 1 FROM movement WHERE copy = NEW.copy AND id = NEW.movement AND target = NEW.holder
    AND at_ms = NEW.since_ms)
    BEGIN SELECT RAISE(ABORT, 'only a movement moves a copy'); END""",
)  # fmt: skip

POSTGRESQL = (
    f"""CREATE OR REPLACE FUNCTION movement_moves_the_copy() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE moved bigint;
    BEGIN
    WITH step AS (SELECT id, copy, source, target, at_ms, LAG(target) OVER (PARTITION BY copy
    ORDER BY id) AS last_target FROM added),
    way AS (SELECT copy, MIN(id) AS first_id, MAX(id) AS id, COUNT(*) AS steps,
    (ARRAY_AGG(source ORDER BY id))[1] AS source,
    (ARRAY_AGG(target ORDER BY id DESC))[1] AS target,
    (ARRAY_AGG(at_ms ORDER BY id DESC))[1] AS at_ms
    FROM step GROUP BY copy HAVING BOOL_AND(last_target IS NULL OR source = last_target))
    UPDATE copy_state SET holder = way.target, since_ms = way.at_ms, movement = way.id,
    turn = turn + way.steps, inside = ({_LOOKED_INTO} AND id = way.target) FROM way
    WHERE copy_state.copy = way.copy AND copy_state.holder = way.source
    AND COALESCE(copy_state.movement, 0) < way.first_id;
    GET DIAGNOSTICS moved = ROW_COUNT;
    IF moved <> (SELECT COUNT(DISTINCT copy) FROM added) THEN
    RAISE EXCEPTION 'the copy is not with the source of this movement, or moved later'
    USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM added AS undo WHERE kind = 'undo' AND NOT EXISTS
    (SELECT 1 FROM movement WHERE id = undo.reverses AND copy = undo.copy
    AND source = undo.target AND target = undo.source)) THEN
    RAISE EXCEPTION 'this does not undo that movement'
    USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
    END $$""",
    "DROP TRIGGER only_movements_move ON copy_state",
    """CREATE TRIGGER only_movements_move
    BEFORE UPDATE OF copy, holder, since_ms, movement, inside ON copy_state
    FOR EACH ROW WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION refuse('only a movement moves a copy')""",
    "ALTER TABLE loan DROP CONSTRAINT loan_copy_cause_key",
    "ALTER TABLE loan ADD UNIQUE (cause, copy)",
)  # fmt: skip


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for index, table in (
        ("copy_state_holder", "copy_state"),
        ("movement_copy", "movement"),
        ("loan_account", "loan"),
    ):
        op.drop_index(index, table)
    if sqlite:
        _turn_key_of_loans()
    op.add_column("copy_state", sa.Column("inside", Whole))
    op.execute(f"UPDATE copy_state SET inside = holder WHERE holder IN ({_LOOKED_INTO})")
    _index("copy_state_inside", "copy_state", ["inside"], "inside IS NOT NULL")
    _index("loan_missed", "loan", ["copy"], "state IN ('lost', 'claimed')")
    _index("observation_unsure", "observation", ["copy"], "sure = 0")
    op.create_index("loan_reader", "loan", [sa.text("(out_ms / 2592000000)"), "account"])
    op.create_index("movement_cause", "movement", ["cause", "copy"])
    for statement in SQLITE if sqlite else POSTGRESQL:
        op.execute(sa.text(statement))
    kept = "a holder keeps its kind"
    guards.install(guards.Guard("holder_keeps_its_kind", "holder", "UPDATE OF kind", kept))


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def _turn_key_of_loans() -> None:
    """Build the table anew with its key the other way round: SQLite cannot change one.

    Nothing refers to a loan.  What hangs on the table goes with it and is made again.
    """
    bind = op.get_bind()
    find = "SELECT type, sql FROM sqlite_schema WHERE tbl_name = 'loan' AND sql IS NOT NULL"
    made = bind.exec_driver_sql(find).fetchall()
    ((table,), hanging) = (
        [sql for kind, sql in made if kind == "table"],
        [sql for kind, sql in made if kind != "table"],
    )
    turned = table.replace("UNIQUE (copy, cause)", "UNIQUE (cause, copy)")
    assert turned != table
    bind.exec_driver_sql(turned.replace("CREATE TABLE loan", "CREATE TABLE turned", 1))
    bind.exec_driver_sql("INSERT INTO turned SELECT * FROM loan ORDER BY id")
    bind.exec_driver_sql("DROP TABLE loan")
    bind.exec_driver_sql("ALTER TABLE turned RENAME TO loan")
    for sql in hanging:
        bind.exec_driver_sql(sql)
