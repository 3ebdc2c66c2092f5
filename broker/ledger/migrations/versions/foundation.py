"""The ledger as the first service had it, and what the database itself refuses.

The words of a check are changed by `guards.words`, a guard of the same kind is made by `guards`.
The few guards that must look into other rows are said twice, once for each database.
"""

import sqlalchemy as sa
from alembic import op

from broker.ledger import guards
from broker.ledger.columns import Real, Whole
from broker.ledger.guards import Guard

revision = "foundation"
down_revision = None
branch_labels = None
depends_on = None

GUARDS = (
    *guards.never_deleted("inbox", "what a machine said"),
    guards.never_changed(
        "inbox", "what a machine said", "id", "stream", "number", "kind", "boot", "uptime_ms",
        "wall_ms", "quality", "received_ms", "before", "chain",
    ),
    guards.only_to_null("inbox", "body"),
    *guards.append_only("movement", "a movement"),
    *guards.never_deleted("stream", "a stream"),
    guards.never_changed("stream", "whose stream it is", "id", "device", "journal"),
    Guard(
        "stream_stays_quarantined", "stream", "UPDATE OF state",
        "a stream stays in quarantine", "OLD.state = 'quarantined' AND NEW.state <> OLD.state",
    ),
    Guard(
        "stream_begins_empty", "stream", "INSERT", "a stream begins empty", "NEW.number <> 0"
    ),
    *guards.never_deleted("copy_state", "a copy always has a holder, which"),
    # What others refer to, and what refers: a reference is only looked at when it is made.
    *guards.never_deleted("holder", "a holder"),
    guards.never_changed("holder", "which holder it is", "id"),
    guards.never_changed("observation", "what was seen", "copy", "cause", "place"),
    guards.never_changed("loan", "of what a loan is", "copy", "cause"),
)  # fmt: skip

SQLITE = (
    # INSERT OR REPLACE deletes what it replaces without asking the triggers on DELETE.
    """CREATE TRIGGER inbox_is_not_replaced BEFORE INSERT ON inbox
    WHEN EXISTS (SELECT 1 FROM inbox WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM inbox WHERE stream = NEW.stream AND number = NEW.number)
    BEGIN SELECT RAISE(ABORT, 'what a machine said is told once'); END""",
    """CREATE TRIGGER movement_is_not_replaced BEFORE INSERT ON movement
    WHEN EXISTS (SELECT 1 FROM movement WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'a movement is never replaced'); END""",
    """CREATE TRIGGER copy_state_is_not_replaced BEFORE INSERT ON copy_state
    WHEN EXISTS (SELECT 1 FROM copy_state WHERE copy = NEW.copy)
    BEGIN SELECT RAISE(ABORT, 'a copy has one holder'); END""",
    """CREATE TRIGGER stream_is_not_replaced BEFORE INSERT ON stream
    WHEN EXISTS (SELECT 1 FROM stream WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM stream WHERE device = NEW.device AND journal = NEW.journal)
    BEGIN SELECT RAISE(ABORT, 'a journal has one stream'); END""",
    # The inbox carries its stream on: whoever was late finds the number taken.
    """CREATE TRIGGER record_follows BEFORE INSERT ON inbox
    WHEN NOT EXISTS (SELECT 1 FROM stream WHERE id = NEW.stream AND number = NEW.number - 1
    AND state <> 'quarantined' AND (chain = NEW.before OR NEW.kind = 'lost' OR EXISTS
    (SELECT 1 FROM inbox WHERE stream = NEW.stream AND number = NEW.number - 1 AND kind = 'lost')))
    BEGIN
    SELECT RAISE(ABORT, 'a stream advances by one linked record, never in quarantine'); END""",
    """CREATE TRIGGER record_advances AFTER INSERT ON inbox
    BEGIN UPDATE stream SET number = NEW.number, chain = NEW.chain WHERE id = NEW.stream; END""",
    """CREATE TRIGGER only_records_advance BEFORE UPDATE OF number, chain ON stream
    WHEN OLD.state = 'quarantined' OR NEW.number <> OLD.number + 1 OR NOT EXISTS
    (SELECT 1 FROM inbox WHERE stream = NEW.id AND number = NEW.number AND chain = NEW.chain)
    BEGIN
    SELECT RAISE(ABORT, 'a stream advances by one linked record, never in quarantine'); END""",
    """CREATE TRIGGER movement_starts_at_the_holder BEFORE INSERT ON movement
    WHEN NOT EXISTS (SELECT 1 FROM copy_state WHERE copy = NEW.copy AND holder = NEW.source)
    BEGIN SELECT RAISE(ABORT, 'the copy is not with the source of this movement'); END""",
    """CREATE TRIGGER movement_undoes_its_opposite BEFORE INSERT ON movement
    WHEN NEW.kind = 'undo' AND NOT EXISTS (SELECT 1 FROM movement WHERE id = NEW.reverses
    AND copy = NEW.copy AND source = NEW.target AND target = NEW.source)
    BEGIN SELECT RAISE(ABORT, 'this does not undo that movement'); END""",
    """CREATE TRIGGER movement_moves_the_copy AFTER INSERT ON movement
    BEGIN
    SELECT RAISE(ABORT, 'a later movement has a higher number')
    FROM copy_state WHERE copy = NEW.copy AND movement >= NEW.id;
    UPDATE copy_state SET holder = NEW.target, since_ms = NEW.at_ms, movement = NEW.id,
    turn = turn + 1 WHERE copy = NEW.copy; END""",
    """CREATE TRIGGER only_movements_move
    BEFORE UPDATE OF copy, holder, since_ms, movement ON copy_state
    WHEN NEW.copy <> OLD.copy OR NOT EXISTS
    (SELECT 1 FROM movement WHERE copy = NEW.copy AND id = NEW.movement AND target = NEW.holder
    AND at_ms = NEW.since_ms AND id = (SELECT MAX(id) FROM movement WHERE copy = NEW.copy))
    BEGIN SELECT RAISE(ABORT, 'only a movement moves a copy'); END""",
    """CREATE TRIGGER copy_state_counts BEFORE UPDATE OF turn ON copy_state
    WHEN NEW.turn <> OLD.turn + 1
    BEGIN SELECT RAISE(ABORT, 'a change of a copy counts one'); END""",
    """CREATE TRIGGER copy_has_a_holder AFTER INSERT ON copy
    BEGIN INSERT INTO copy_state (copy, holder, since_ms) VALUES (NEW.id, 1, NEW.loaded_ms); END""",
)  # fmt: skip

# All rows of a statement are looked at together: those of one stream or one copy form a chain among
# themselves, and its ends must fit.  A condition and its change are one statement, since another
# process may be at the same rows.  What only a trigger may change is known by the depth at which it
# is changed.
POSTGRESQL = (
    guards.REFUSE,
    """CREATE FUNCTION record_advances() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE advanced bigint;
    BEGIN
    WITH said AS (SELECT stream, number, kind, before, chain, LAG(number) OVER told AS last_number,
    LAG(kind) OVER told AS last_kind, LAG(chain) OVER told AS last_chain
    FROM added WINDOW told AS (PARTITION BY stream ORDER BY number)),
    run AS (SELECT stream, MIN(number) AS first_number, MAX(number) AS number,
    (ARRAY_AGG(kind ORDER BY number))[1] AS kind, (ARRAY_AGG(before ORDER BY number))[1] AS before,
    (ARRAY_AGG(chain ORDER BY number DESC))[1] AS chain FROM said GROUP BY stream
    HAVING BOOL_AND(last_number IS NULL OR (number = last_number + 1
    AND (before = last_chain OR 'lost' IN (kind, last_kind)))))
    UPDATE stream SET number = run.number, chain = run.chain FROM run
    WHERE stream.id = run.stream AND stream.number = run.first_number - 1
    AND stream.state <> 'quarantined'
    AND (stream.chain = run.before OR run.kind = 'lost' OR EXISTS (SELECT 1 FROM inbox
    WHERE stream = run.stream AND number = run.first_number - 1 AND kind = 'lost'));
    GET DIAGNOSTICS advanced = ROW_COUNT;
    IF advanced <> (SELECT COUNT(DISTINCT stream) FROM added) THEN
    RAISE EXCEPTION 'a stream advances by one linked record, never in quarantine'
    USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
    END $$""",
    """CREATE TRIGGER record_advances AFTER INSERT ON inbox REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION record_advances()""",
    """CREATE TRIGGER only_records_advance BEFORE UPDATE OF number, chain ON stream
    FOR EACH ROW WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION refuse('a stream advances by one linked record, never in quarantine')""",
    """CREATE FUNCTION movement_moves_the_copy() RETURNS trigger LANGUAGE plpgsql AS $$
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
    turn = turn + way.steps FROM way
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
    """CREATE TRIGGER movement_moves_the_copy AFTER INSERT ON movement
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION movement_moves_the_copy()""",
    """CREATE TRIGGER only_movements_move
    BEFORE UPDATE OF copy, holder, since_ms, movement ON copy_state
    FOR EACH ROW WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION refuse('only a movement moves a copy')""",
    """CREATE TRIGGER copy_state_counts BEFORE UPDATE OF turn ON copy_state
    FOR EACH ROW WHEN (pg_trigger_depth() = 0 AND NEW.turn <> OLD.turn + 1)
    EXECUTE FUNCTION refuse('a change of a copy counts one')""",
    """CREATE FUNCTION copy_has_a_holder() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO copy_state (copy, holder, since_ms) VALUES (NEW.id, 1, NEW.loaded_ms);
    RETURN NULL; END $$""",
    """CREATE TRIGGER copy_has_a_holder AFTER INSERT ON copy
    FOR EACH ROW EXECUTE FUNCTION copy_has_a_holder()""",
    "SELECT setval('holder_id_seq', 2)",
)  # fmt: skip


def upgrade() -> None:
    _tables()
    op.execute("INSERT INTO holder (id, kind) VALUES (1, 'unknown'), (2, 'transit')")
    for shard in range(16):
        op.execute(f"INSERT INTO lease (shard, service, until_ms) VALUES ({shard}, '', 0)")
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE if sqlite else POSTGRESQL:
        op.execute(sa.text(statement))
    guards.install(*GUARDS)
    guards.refers("observation", copy="copy", cause="inbox", place="holder")
    guards.refers("movement", target="holder", cause="inbox")
    guards.refers("loan", copy="copy", cause="inbox")


def _one_of(name: str, words: str) -> sa.CheckConstraint:
    """The words that a column may hold; the name is table_column."""
    column = name.rpartition("_")[2]
    listed = ", ".join(f"'{word}'" for word in words.split())
    return sa.CheckConstraint(f"{column} IN ({listed})", name=name)


def _tables() -> None:
    op.create_table(
        "counter",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("value", Whole, nullable=False),
        sa.PrimaryKeyConstraint("kind", "reason"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lease",
        sa.Column("shard", Whole, autoincrement=False, nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("until_ms", Whole, nullable=False),
        sa.PrimaryKeyConstraint("shard"),
        sqlite_strict=True,
    )
    op.create_table(
        "patron",
        sa.Column("account", Whole, autoincrement=False, nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("blocked", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account"),
        sa.UniqueConstraint("card"),
        sa.UniqueConstraint("reader"),
        sqlite_strict=True,
    )
    op.create_table(
        "policy",
        sa.Column("revision", Whole, autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_ms", Whole, nullable=False),
        sa.PrimaryKeyConstraint("revision"),
        sqlite_strict=True,
    )
    op.create_table(
        "ruleset",
        sa.Column("id", Whole, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("active_ms", Whole, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sha256"),
        sqlite_strict=True,
    )
    op.create_table(
        "service",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seen_ms", Whole, nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sqlite_strict=True,
    )
    op.create_table(
        "site",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("lat", Real, nullable=False),
        sa.Column("lon", Real, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_table(
        "title",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("year", Whole, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("class", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_table(
        "device",
        sa.Column("id", Whole, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("doors", Whole, nullable=False),
        sa.Column("capacity", Whole, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["site"],
            ["site.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
        sqlite_strict=True,
    )
    op.create_table(
        "anchor",
        sa.Column("device", Whole, nullable=False),
        sa.Column("boot", Whole, nullable=False),
        sa.Column("offset_ms", Whole, nullable=False),
        sa.ForeignKeyConstraint(
            ["device"],
            ["device.id"],
        ),
        sa.PrimaryKeyConstraint("device", "boot"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "device_order",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("device", Whole, nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("door", Whole, nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("sent_ms", Whole, nullable=False),
        sa.Column("ok", Whole, nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("done_ms", Whole, nullable=True),
        sa.ForeignKeyConstraint(
            ["device"],
            ["device.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_table(
        "device_state",
        sa.Column("device", Whole, nullable=False),
        sa.Column("first_ms", Whole, nullable=False),
        sa.Column("heard_ms", Whole, nullable=False),
        sa.Column("online", Whole, nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("served", sa.Text(), nullable=False),
        sa.Column("firmware", sa.Text(), nullable=False),
        sa.Column("boot", Whole, nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("journal", sa.Text(), nullable=False),
        sa.Column("config", Whole, nullable=False),
        sa.Column("policy", Whole, nullable=False),
        sa.Column("lends", Whole, nullable=False),
        sa.Column("fill", Whole, nullable=False),
        sa.Column("unacked", Whole, nullable=False),
        sa.Column("uptime_ms", Whole, nullable=False),
        sa.Column("heap_used", Whole, nullable=False),
        sa.Column("heap_free", Whole, nullable=False),
        sa.Column("faults", sa.Text(), nullable=False),
        sa.Column("stock", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device"],
            ["device.id"],
        ),
        sa.PrimaryKeyConstraint("device"),
        sqlite_strict=True,
    )
    op.create_table(
        "holder",
        sa.Column("id", Whole, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("device", Whole, nullable=True),
        sa.Column("door", Whole, nullable=True),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("account", Whole, nullable=True),
        sa.CheckConstraint(
            "(kind = 'compartment') = (device IS NOT NULL AND door IS NOT NULL)",
            name="holder_is_compartment",
        ),
        sa.CheckConstraint("(kind = 'reader') = (account IS NOT NULL)", name="holder_is_reader"),
        sa.CheckConstraint("(kind = 'shelf') = (site IS NOT NULL)", name="holder_is_shelf"),
        _one_of(
            "holder_kind",
            "unknown transit compartment shelf reader",
        ),
        sa.ForeignKeyConstraint(
            ["device"],
            ["device.id"],
        ),
        sa.ForeignKeyConstraint(
            ["site"],
            ["site.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("holder_account", "holder", ["account"], unique=True)
    op.create_index("holder_compartment", "holder", ["device", "door"], unique=True)
    op.create_index("holder_site", "holder", ["site"], unique=True)
    op.create_table(
        "request",
        sa.Column("id", Whole, nullable=False),
        sa.Column("device", Whole, nullable=False),
        sa.Column("ask", sa.Text(), nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("account", Whole, nullable=True),
        sa.Column("ok", Whole, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("ruleset", Whole, nullable=False),
        sa.Column("answered_ms", Whole, nullable=False),
        sa.ForeignKeyConstraint(
            ["device"],
            ["device.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ruleset"],
            ["ruleset.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("device", "ask"),
        sqlite_strict=True,
    )
    op.create_table(
        "stream",
        sa.Column("id", Whole, nullable=False),
        sa.Column("device", Whole, nullable=False),
        sa.Column("journal", sa.Text(), nullable=False),
        sa.Column("number", Whole, nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        _one_of(
            "stream_state",
            "open quarantined closed",
        ),
        sa.ForeignKeyConstraint(
            ["device"],
            ["device.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("device", "journal"),
        sqlite_strict=True,
    )
    op.create_table(
        "copy",
        sa.Column("id", Whole, nullable=False),
        sa.Column("barcode", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("placed", Whole, nullable=False),
        sa.Column("loaded_ms", Whole, nullable=False),
        sa.ForeignKeyConstraint(
            ["home"],
            ["site.id"],
        ),
        sa.ForeignKeyConstraint(
            ["placed"],
            ["holder.id"],
        ),
        sa.ForeignKeyConstraint(
            ["title"],
            ["title.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("barcode"),
        sa.UniqueConstraint("tag"),
        sqlite_strict=True,
    )
    op.create_table(
        "inbox",
        sa.Column("id", Whole, nullable=False),
        sa.Column("stream", Whole, nullable=False),
        sa.Column("number", Whole, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("boot", Whole, nullable=False),
        sa.Column("uptime_ms", Whole, nullable=False),
        sa.Column("wall_ms", Whole, nullable=False),
        sa.Column("quality", Whole, nullable=False),
        sa.Column("received_ms", Whole, nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["stream"],
            ["stream.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("stream", "number"),
        sqlite_strict=True,
    )
    op.create_table(
        "exception_case",
        sa.Column("id", Whole, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("device", Whole, nullable=True),
        sa.Column("copy", Whole, nullable=True),
        sa.Column("account", Whole, nullable=True),
        sa.Column("cause", Whole, nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("opened_ms", Whole, nullable=False),
        sa.Column("closed_ms", Whole, nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=False),
        _one_of(
            "exception_case_kind",
            "taken_unknown gone unsure inferred order over_limit blocked blocked_known stale "
            "contradiction not_on_loan claimed renewal gap unknown_reader foreign lost "
            "quarantine",
        ),
        sa.ForeignKeyConstraint(
            ["cause"],
            ["inbox.id"],
        ),
        sa.ForeignKeyConstraint(
            ["copy"],
            ["copy.id"],
        ),
        sa.ForeignKeyConstraint(
            ["device"],
            ["device.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
        sqlite_strict=True,
    )
    op.create_index("case_copy", "exception_case", ["copy"], unique=False)
    op.create_index(
        "case_open",
        "exception_case",
        ["opened_ms"],
        unique=False,
        sqlite_where=sa.text("closed_ms IS NULL"),
        postgresql_where=sa.text("closed_ms IS NULL"),
    )
    op.create_table(
        "loan",
        sa.Column("id", Whole, nullable=False),
        sa.Column("copy", Whole, nullable=False),
        sa.Column("account", Whole, nullable=False),
        sa.Column("cause", Whole, nullable=False),
        sa.Column("out_ms", Whole, nullable=False),
        sa.Column("due", Whole, nullable=False),
        sa.Column("in_ms", Whole, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("over_limit", Whole, nullable=False),
        sa.Column("renewals", Whole, server_default="0", nullable=False),
        sa.Column("waived", Whole, server_default="0", nullable=False),
        sa.CheckConstraint("(state = 'open') = (in_ms IS NULL)", name="loan_open_without_end"),
        _one_of(
            "loan_state",
            "open returned inferred void lost found claimed",
        ),
        sa.ForeignKeyConstraint(
            ["cause"],
            ["inbox.id"],
        ),
        sa.ForeignKeyConstraint(
            ["copy"],
            ["copy.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("copy", "cause"),
        sqlite_strict=True,
    )
    op.create_index("loan_account", "loan", ["account"], unique=False)
    op.create_index(
        "loan_open_of",
        "loan",
        ["account"],
        unique=False,
        sqlite_where=sa.text("in_ms IS NULL"),
        postgresql_where=sa.text("in_ms IS NULL"),
    )
    op.create_index("loan_out", "loan", ["out_ms"], unique=False)
    op.create_index(
        "one_open_loan",
        "loan",
        ["copy"],
        unique=True,
        sqlite_where=sa.text("in_ms IS NULL"),
        postgresql_where=sa.text("in_ms IS NULL"),
    )
    op.create_table(
        "movement",
        sa.Column("id", Whole, nullable=False),
        sa.Column("copy", Whole, nullable=False),
        sa.Column("source", Whole, nullable=False),
        sa.Column("target", Whole, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at_ms", Whole, nullable=False),
        sa.Column("recorded_ms", Whole, nullable=False),
        sa.Column("cause", Whole, nullable=True),
        sa.Column("reverses", Whole, nullable=True),
        sa.Column("request", Whole, nullable=True),
        sa.CheckConstraint("kind <> 'undo' OR reverses IS NOT NULL", name="movement_undo_names_it"),
        _one_of(
            "movement_kind",
            "load take lend return put back gone infer stock remove lose claim find write undo",
        ),
        sa.CheckConstraint("source <> target", name="movement_moves"),
        sa.ForeignKeyConstraint(
            ["cause"],
            ["inbox.id"],
        ),
        sa.ForeignKeyConstraint(
            ["request"],
            ["request.id"],
        ),
        sa.ForeignKeyConstraint(
            ["reverses"],
            ["movement.id"],
        ),
        sa.ForeignKeyConstraint(
            ["target"],
            ["holder.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("movement_copy", "movement", ["copy", "id"], unique=False)
    op.create_index(
        "movement_undone",
        "movement",
        ["reverses"],
        unique=True,
        sqlite_where=sa.text("kind = 'undo'"),
        postgresql_where=sa.text("kind = 'undo'"),
    )
    op.create_table(
        "observation",
        sa.Column("copy", Whole, nullable=False),
        sa.Column("happened_ms", Whole, nullable=False),
        sa.Column("cause", Whole, nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("sure", Whole, nullable=False),
        sa.Column("device", Whole, nullable=False),
        sa.Column("number", Whole, nullable=False),
        sa.Column("place", Whole, nullable=False),
        sa.Column("account", Whole, nullable=True),
        sa.Column("due", Whole, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("request", Whole, nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        _one_of(
            "observation_verb",
            "took put unsure back gone lent returned stocked removed renewed lost found "
            "damaged repaired claimed withdrawn disinfect written accepted reversed waived "
            "promised released",
        ),
        sa.ForeignKeyConstraint(
            ["cause"],
            ["inbox.id"],
        ),
        sa.ForeignKeyConstraint(
            ["copy"],
            ["copy.id"],
        ),
        sa.ForeignKeyConstraint(
            ["place"],
            ["holder.id"],
        ),
        sa.ForeignKeyConstraint(
            ["request"],
            ["request.id"],
        ),
        sa.PrimaryKeyConstraint("copy", "happened_ms", "cause", "verb"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "copy_state",
        sa.Column("copy", Whole, nullable=False),
        sa.Column("holder", Whole, nullable=False),
        sa.Column("since_ms", Whole, nullable=False),
        sa.Column("movement", Whole, nullable=True),
        sa.Column("turn", Whole, server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["copy"],
            ["copy.id"],
        ),
        sa.PrimaryKeyConstraint("copy"),
        sqlite_strict=True,
    )
    op.create_index("copy_state_holder", "copy_state", ["holder"], unique=False)
