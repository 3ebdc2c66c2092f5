"""The ledger's tables, and what the database itself refuses.

Three layers: what machines said (`inbox`, append-only), what follows for copies (`movement`,
append-only), and projections (`copy_state`, `loan`, `exception_case`, `device_state`), which can be
built again from the first two.

Units: `_ms` milliseconds since 1970 UTC; `due` a day as yyyymmdd in the library's time zone, 0 for
none.  A boolean is 0 or 1.  An `account` is a random number that stands for a patron: deleting the
patron's row detaches the history from the person, so nothing refers to it by a foreign key.
"""

from sqlalchemy import (
    REAL,
    CheckConstraint,
    Column,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

VERSION = 1

# Two holders that exist once; schema creation inserts them.
UNKNOWN, TRANSIT = 1, 2

HOLDERS = (
    # kind           which columns say which one
    ("unknown", "nobody knows; a case says why"),
    ("transit", "with staff"),
    ("compartment", "device, door"),
    ("shelf", "site: a branch's shelves; also what a kiosk took back"),
    ("reader", "account"),
)
MOVEMENTS = (
    # kind       from -> to: what happened
    ("load", "unknown -> any: the copy entered the ledger"),
    ("take", "any -> reader or unknown: taken from a compartment"),
    ("lend", "any -> reader: lent at a kiosk"),
    ("return", "reader -> compartment or shelf: brought back"),
    ("put", "any but a reader -> compartment or shelf: appeared there"),
    ("back", "reader or unknown -> compartment: a count heard it, so it never left"),
    ("gone", "compartment -> unknown: a count did not hear it"),
    (
        "infer",
        "reader -> compartment or shelf: must have come back unseen, since it left from there",
    ),
    ("stock", "any -> compartment: put in by staff"),
    ("remove", "any -> transit: taken out by staff"),
    ("undo", "a later account of what came before takes an earlier movement back; see `reverses`"),
)
LOAN_STATES = (
    ("open", "the reader has the copy"),
    ("returned", "the copy was seen coming back"),
    ("inferred", "the copy left again from elsewhere, so it must have come back"),
    ("void", "back within ten minutes, or it never left: it never was a loan"),
)
CASES = (
    # kind             what staff must look at; the evidence is a JSON object
    ("taken_unknown", "taken while nobody had opened the door: charged to nobody"),
    ("gone", "a count did not hear a copy that should be inside"),
    ("unsure", "a copy may be inside or taken: no loan"),
    ("inferred", "an overdue loan ended without a return, because somebody else took the copy"),
    ("order", "a copy left a place where it was not, by a clock that cannot be trusted"),
    ("over_limit", "a reader took more copies than one may have"),
    ("blocked", "a blocked reader took a copy while the machine could not ask"),
    ("unknown_reader", "a fact names a reader whom nobody knows"),
    ("foreign", "a tag that no copy has is in a compartment"),
    ("lost", "a machine's record cannot be read"),
    ("quarantine", "a machine said two things under one number: cloned or rolled back"),
)
STREAM_STATES = ("open", "quarantined", "closed")
VERBS = ("took", "put", "unsure", "back", "gone", "lent", "returned", "stocked", "removed")

metadata = MetaData()


def _one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint("%s IN (%s)" % (column, ", ".join("'%s'" % word for word in words)))


def _kinds(rows: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    return tuple(word for word, _meaning in rows)


# --- The library: loaded, not derived.

site = Table(
    "site",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("lat", REAL, nullable=False),
    Column("lon", REAL, nullable=False),
    sqlite_strict=True,
)

title = Table(
    "title",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("year", Integer, nullable=False),  # 0 when unknown
    Column("language", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("class", Text, nullable=False, key="class_"),
    sqlite_strict=True,
)

device = Table(
    "device",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),  # bookcase, kiosk
    Column("site", Text, ForeignKey("site.id"), nullable=False),
    Column("doors", Integer, nullable=False),
    Column("capacity", Integer, nullable=False),  # copies in one compartment
    Column("key", LargeBinary),  # 32 bytes; NULL until commissioned
    sqlite_strict=True,
)

patron = Table(
    "patron",
    metadata,
    Column("account", Integer, primary_key=True),  # random
    Column("card", Text, nullable=False, unique=True),
    Column("reader", Text, nullable=False, unique=True),  # sign.pseudonym of the card
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),  # adult, juvenile
    Column("language", Text, nullable=False),
    Column("blocked", Text, nullable=False),  # the reason; empty when not blocked
    sqlite_strict=True,
)

holder = Table(
    "holder",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, _one_of("kind", _kinds(HOLDERS)), nullable=False),
    Column("device", Integer, ForeignKey("device.id")),
    Column("door", Integer),
    Column("site", Text, ForeignKey("site.id")),
    Column("account", Integer),
    CheckConstraint("(kind = 'compartment') = (device IS NOT NULL AND door IS NOT NULL)"),
    CheckConstraint("(kind = 'shelf') = (site IS NOT NULL)"),
    CheckConstraint("(kind = 'reader') = (account IS NOT NULL)"),
    Index("holder_compartment", "device", "door", unique=True),
    Index("holder_site", "site", unique=True),
    Index("holder_account", "account", unique=True),
    sqlite_strict=True,
)

copy = Table(
    "copy",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("barcode", Text, nullable=False, unique=True),
    Column("tag", Text, nullable=False, unique=True),
    Column("title", Text, ForeignKey("title.id"), nullable=False),
    Column("home", Text, ForeignKey("site.id"), nullable=False),
    Column("placed", Integer, ForeignKey("holder.id"), nullable=False),  # where it was loaded
    Column("loaded_ms", Integer, nullable=False),
    sqlite_strict=True,
)

# --- What machines said.

stream = Table(
    "stream",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("device", Integer, ForeignKey("device.id"), nullable=False),
    Column("journal", Text, nullable=False),
    Column("number", Integer, nullable=False),  # committed without a gap
    Column("chain", Text, nullable=False),  # chain value of that record
    Column("state", Text, _one_of("state", STREAM_STATES), nullable=False),
    UniqueConstraint("device", "journal"),
    sqlite_strict=True,
)

anchor = Table(
    "anchor",
    metadata,
    Column("device", Integer, ForeignKey("device.id"), primary_key=True),
    Column("boot", Integer, primary_key=True),
    Column("offset_ms", Integer, nullable=False),  # wall clock at uptime 0
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Integer, primary_key=True),  # order of arrival
    Column("stream", Integer, ForeignKey("stream.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", Text, nullable=False),  # a word of wire.FACTS, or one that we do not know yet
    Column("boot", Integer, nullable=False),
    Column("uptime_ms", Integer, nullable=False),
    Column("wall_ms", Integer, nullable=False),  # as the machine said; 0 when it did not know
    Column("quality", Integer, nullable=False),  # of wall_ms: wire.CLOCK_NONE, _RTC or _SYNCED
    Column("received_ms", Integer, nullable=False),
    Column("chain", Text, nullable=False),  # its own chain value
    Column("body", LargeBinary),  # the record byte for byte; NULL past its retention
    UniqueConstraint("stream", "number"),
    sqlite_strict=True,
)

# --- What follows for copies.

# One line for each copy that a fact names: what the fold reads, in the order of `fold.ORDER`.
observation = Table(
    "observation",
    metadata,
    Column("copy", Integer, ForeignKey("copy.id"), primary_key=True),
    Column("happened_ms", Integer, primary_key=True),
    Column("cause", Integer, ForeignKey("inbox.id"), primary_key=True),
    Column("verb", Text, _one_of("verb", VERBS), primary_key=True),
    Column("sure", Integer, nullable=False),  # 0: the boot was never anchored, so an estimate
    Column("device", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("place", Integer, ForeignKey("holder.id"), nullable=False),  # where it was seen
    Column("account", Integer),  # whose door session it was; NULL for nobody's
    Column("due", Integer, nullable=False),  # the day shown, else by the rules; 0 for no loan
    Column("rule", Text, nullable=False),  # the rule line that gave the day
    Column("session", Text, nullable=False),  # id of the door session, visit or count
    Column("request", Integer, ForeignKey("request.id")),  # the decision that allowed it
    Column("detail", Text, nullable=False),  # evidence as JSON; empty when there is none
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

movement = Table(
    "movement",
    metadata,
    Column("id", Integer, primary_key=True),  # order of recording
    Column("copy", Integer, ForeignKey("copy.id"), nullable=False),
    Column("source", Integer, ForeignKey("holder.id"), nullable=False),
    Column("target", Integer, ForeignKey("holder.id"), nullable=False),
    Column("kind", Text, _one_of("kind", _kinds(MOVEMENTS)), nullable=False),
    Column("at_ms", Integer, nullable=False),  # when it happened
    Column("recorded_ms", Integer, nullable=False),
    Column("cause", Integer, ForeignKey("inbox.id")),  # NULL for `load`
    Column("reverses", Integer, ForeignKey("movement.id")),
    Column("request", Integer, ForeignKey("request.id")),  # the decision that allowed it
    CheckConstraint("source <> target"),
    Index("movement_copy", "copy", "id"),
    sqlite_strict=True,
)

copy_state = Table(
    "copy_state",
    metadata,
    Column("copy", Integer, ForeignKey("copy.id"), primary_key=True),
    Column("holder", Integer, ForeignKey("holder.id"), nullable=False),
    Column("since_ms", Integer, nullable=False),
    Column("movement", Integer, ForeignKey("movement.id")),
    Index("copy_state_holder", "holder"),
    sqlite_strict=True,
)

loan = Table(
    "loan",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("copy", Integer, ForeignKey("copy.id"), nullable=False),
    Column("account", Integer, nullable=False),
    Column("cause", Integer, ForeignKey("inbox.id"), nullable=False),  # the fact that began it
    Column("out_ms", Integer, nullable=False),
    Column("due", Integer, nullable=False),
    Column("in_ms", Integer),  # NULL while open
    Column("state", Text, _one_of("state", _kinds(LOAN_STATES)), nullable=False),
    Column("rule", Text, nullable=False),  # the rule line that gave the due day
    Column("over_limit", Integer, nullable=False),
    UniqueConstraint("copy", "cause"),
    CheckConstraint("(state = 'open') = (in_ms IS NULL)"),
    Index("one_open_loan", "copy", unique=True, sqlite_where=text("in_ms IS NULL")),
    Index("loan_open_of", "account", sqlite_where=text("in_ms IS NULL")),
    Index("loan_account", "account"),
    Index("loan_out", "out_ms"),
    sqlite_strict=True,
)

exception_case = Table(
    "exception_case",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # kind and what it is about: once each
    Column("kind", Text, _one_of("kind", _kinds(CASES)), nullable=False),
    Column("device", Integer, ForeignKey("device.id")),
    Column("copy", Integer, ForeignKey("copy.id")),
    Column("account", Integer),
    Column("cause", Integer, ForeignKey("inbox.id")),
    Column("evidence", Text, nullable=False),  # a JSON object
    Column("opened_ms", Integer, nullable=False),
    Column("closed_ms", Integer),  # NULL while open
    Column("closed_by", Text, nullable=False),  # what closed it, in a word; empty while open
    Index("case_copy", "copy"),
    Index("case_open", "opened_ms", sqlite_where=text("closed_ms IS NULL")),
    sqlite_strict=True,
)

# --- What the service answered, and by which rules.

ruleset = Table(
    "ruleset",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", Text, nullable=False, unique=True),
    Column("text", Text, nullable=False),
    Column("active_ms", Integer, nullable=False),
    sqlite_strict=True,
)

request = Table(
    "request",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("device", Integer, ForeignKey("device.id"), nullable=False),
    Column("ask", Text, nullable=False),  # the ask's id: unique for its device
    Column("op", Text, nullable=False),
    Column("account", Integer),
    Column("ok", Integer, nullable=False),
    Column("why", Text, nullable=False),
    Column("line", Text, nullable=False),  # number and text of the rule line that decided
    Column("ruleset", Integer, ForeignKey("ruleset.id"), nullable=False),
    Column("answered_ms", Integer, nullable=False),
    UniqueConstraint("device", "ask"),
    sqlite_strict=True,
)

policy = Table(
    "policy",
    metadata,
    Column("revision", Integer, primary_key=True),
    Column("body", Text, nullable=False),  # wire.POLICY as JSON, but the revision
    Column("made_ms", Integer, nullable=False),
    sqlite_strict=True,
)

# --- The machines.

device_state = Table(
    "device_state",
    metadata,
    Column("device", Integer, ForeignKey("device.id"), primary_key=True),
    Column("first_ms", Integer, nullable=False),  # first heard; installed since then
    Column("heard_ms", Integer, nullable=False),
    Column("online", Integer, nullable=False),
    Column("session", Text, nullable=False),  # of the connection that is up, or was up last
    Column("served", Text, nullable=False),  # session whose hello was answered
    Column("firmware", Text, nullable=False),
    Column("boot", Integer, nullable=False),
    Column("cause", Text, nullable=False),
    Column("journal", Text, nullable=False),
    Column("config", Integer, nullable=False),
    Column("policy", Integer, nullable=False),
    Column("lends", Integer, nullable=False),
    Column("fill", Integer, nullable=False),  # percent
    Column("unacked", Integer, nullable=False),
    Column("uptime_ms", Integer, nullable=False),  # in the last beat or hello
    Column("heap_used", Integer, nullable=False),
    Column("heap_free", Integer, nullable=False),
    Column("faults", Text, nullable=False),  # a JSON list
    Column("stock", Text, nullable=False),  # a JSON list of wire.STOCK
    sqlite_strict=True,
)

device_order = Table(
    "device_order",
    metadata,
    Column("id", Text, primary_key=True),
    Column("device", Integer, ForeignKey("device.id"), nullable=False),
    Column("op", Text, nullable=False),
    Column("door", Integer, nullable=False),
    Column("session", Text, nullable=False),
    Column("sent_ms", Integer, nullable=False),
    Column("ok", Integer),  # NULL until its outcome is known
    Column("why", Text, nullable=False),
    Column("done_ms", Integer),
    sqlite_strict=True,
)

# ("refused", reason), ("facts", ""), ("duplicates", ""), ("quarantined", ""), ("unknown", kind)
counter = Table(
    "counter",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("value", Integer, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

TRIGGERS = (
    """CREATE TRIGGER inbox_is_kept BEFORE DELETE ON inbox
    BEGIN SELECT RAISE(ABORT, 'what a machine said is never deleted'); END""",
    """CREATE TRIGGER inbox_is_not_changed
    BEFORE UPDATE OF id, stream, number, kind, boot, uptime_ms, wall_ms, quality, received_ms, chain
    ON inbox
    BEGIN SELECT RAISE(ABORT, 'what a machine said is never changed'); END""",
    """CREATE TRIGGER inbox_body_may_be_erased BEFORE UPDATE OF body ON inbox
    WHEN NEW.body IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'a body may only become NULL'); END""",
    """CREATE TRIGGER movement_is_kept BEFORE DELETE ON movement
    BEGIN SELECT RAISE(ABORT, 'a movement is never deleted: reverse it'); END""",
    """CREATE TRIGGER movement_is_not_changed BEFORE UPDATE ON movement
    BEGIN SELECT RAISE(ABORT, 'a movement is never changed: reverse it'); END""",
    """CREATE TRIGGER movement_starts_at_the_holder BEFORE INSERT ON movement
    WHEN NOT EXISTS (SELECT 1 FROM copy_state WHERE copy = NEW.copy AND holder = NEW.source)
    BEGIN SELECT RAISE(ABORT, 'the copy is not with the source of this movement'); END""",
    """CREATE TRIGGER movement_moves_the_copy AFTER INSERT ON movement
    BEGIN UPDATE copy_state SET holder = NEW.target, since_ms = NEW.at_ms, movement = NEW.id
    WHERE copy = NEW.copy; END""",
    """CREATE TRIGGER only_movements_move BEFORE UPDATE ON copy_state
    WHEN NOT EXISTS (SELECT 1 FROM movement
    WHERE id = NEW.movement AND copy = NEW.copy AND target = NEW.holder)
    BEGIN SELECT RAISE(ABORT, 'only a movement moves a copy'); END""",
    """CREATE TRIGGER copy_has_a_holder AFTER INSERT ON copy
    BEGIN INSERT INTO copy_state (copy, holder, since_ms) VALUES (NEW.id, 1, NEW.loaded_ms); END""",
    """CREATE TRIGGER copy_keeps_its_holder BEFORE DELETE ON copy_state
    BEGIN SELECT RAISE(ABORT, 'a copy always has a holder'); END""",
    """CREATE TRIGGER stream_goes_on BEFORE UPDATE OF number ON stream
    WHEN NEW.number <> OLD.number + 1 OR OLD.state = 'quarantined'
    BEGIN SELECT RAISE(ABORT, 'a stream advances by one, and never in quarantine'); END""",
)
_FIRST_ROWS = (
    "INSERT INTO holder (id, kind) VALUES (%d, 'unknown'), (%d, 'transit')" % (UNKNOWN, TRANSIT),
    "PRAGMA user_version = %d" % VERSION,
)


def create(engine: Engine) -> None:
    """Create everything in an empty database, in one transaction."""
    with engine.begin() as connection:
        metadata.create_all(connection)
        for statement in (*TRIGGERS, *_FIRST_ROWS):
            connection.exec_driver_sql(statement)
