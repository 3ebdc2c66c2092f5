"""The ledger's tables; what the database refuses beside their checks is in the migrations.

Three layers: what machines said (`inbox`, append-only), what follows for copies (`movement`,
append-only), and projections (`copy_state`, `loan`, `exception_case`, `device_state`), which can be
built again from the first two.

Units: `_ms` milliseconds since 1970 UTC; `due` a day as yyyymmdd in the library's time zone, 0 for
none.  A boolean is 0 or 1.  An `account` is a random number that stands for a patron: deleting the
patron's row detaches the history from the person, so nothing refers to it by a foreign key.
"""

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from broker.ledger.columns import Real, Whole

# Two holders that exist once; the first migration inserts them.
UNKNOWN, TRANSIT = 1, 2
MONTH_MS = 2_592_000_000  # A reader's loans are found month by month, of 30 days.

HOLDERS = (
    # kind           which columns say which one
    ("unknown", "nobody knows; a case says why"),
    ("transit", "with staff"),
    ("compartment", "device, door"),
    ("shelf", "site: a branch's shelves; also what a kiosk took back"),
    ("reader", "account"),
    ("bag", "a bag or van with staff: restock.tables.bag says which"),
)
MOVEMENTS = (
    # kind       from -> to: what happened
    ("load", "unknown -> any: the copy entered the ledger"),
    ("take", "any -> reader or unknown: taken from a compartment"),
    ("lend", "any -> reader: lent at a kiosk"),
    ("return", "reader -> compartment or shelf: brought back"),
    ("put", "any but a reader -> compartment or shelf: appeared there"),
    ("back", "reader or unknown -> compartment: a count heard it, so it never left"),
    ("gone", "compartment -> unknown, or the reader who had it: a count did not hear it"),
    (
        "infer",
        "reader -> compartment or shelf: must have come back unseen, since it left from there",
    ),
    ("stock", "any -> compartment: put in by staff"),
    ("remove", "any -> transit: taken out by staff"),
    ("lose", "any -> unknown: declared lost"),
    ("claim", "reader -> unknown: the reader says not to have it"),
    ("find", "any -> transit: found again, now with staff"),
    ("write", "any -> any but a reader: staff wrote down where it is"),
    ("undo", "a later account of what came before takes an earlier movement back; see `reverses`"),
)
LOAN_STATES = (
    ("open", "the reader has the copy"),
    ("returned", "the copy was seen coming back"),
    ("inferred", "the copy left again from elsewhere, so it must have come back"),
    ("void", "back within ten minutes, or it never left: it never was a loan"),
    ("lost", "declared lost: the clock stopped then, the copy may be billed"),
    ("found", "declared lost, and seen again later"),
    ("claimed", "the reader says not to have it: the clock stopped then"),
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
    ("blocked_known", "a machine lent to a reader whom its own policy names as blocked"),
    ("stale", "a machine lent by a policy that was too old"),
    ("contradiction", "a copy left one machine while another has it inside: two of one tag?"),
    ("not_on_loan", "a copy came back that nobody had, and another machine had it inside"),
    ("claimed", "a reader says not to have a copy, and nobody has seen it"),
    ("renewal", "a loan was renewed that had ended overdue before"),
    ("gap", "a machine goes on and leaves out records for long"),
    ("unknown_reader", "a fact names a reader whom nobody knows"),
    ("foreign", "a tag that no copy has is in a compartment"),
    ("chip", "a copy's number was returned on a chip that is not the copy's"),
    ("bit", "a copy's security bit could not be written"),
    ("lost", "a machine's record cannot be read"),
    ("missing", "a machine let go of records that a restored ledger does not have"),
    ("shortfall", "copies of a round are still under way a day after it"),
    ("quarantine", "a machine said two things under one number: cloned or rolled back"),
    ("lost_card", "a copy was taken with a card that was reported lost: nobody is charged"),
    ("code_twice", "one code of a reader's phone opened two machines: it was copied"),
    ("payment", "a provider says something else of a payment than it did, or than we asked"),
    ("refund", "a provider does not give money back"),
    ("notice", "a reader could not be told"),
)
STREAM_STATES = ("open", "quarantined", "closed")
# What machines see, and what the service's own desk says (broker/desk/contract.py).
SEEN = ("took", "put", "unsure", "back", "gone", "lent", "returned", "stocked", "removed")
SAID = ("renewed", "lost", "found", "damaged", "repaired", "claimed", "withdrawn", "disinfect",
        "written", "accepted", "reversed", "waived", "promised", "released")  # fmt: skip
VERBS = (*SEEN, *SAID)

metadata = MetaData()


def _one_of(name: str, words: tuple[str, ...]) -> CheckConstraint:
    """A list of words; `guards.words` changes it, so its name is table_column."""
    column = name.rpartition("_")[2]
    listed = ", ".join("'%s'" % word for word in words)
    return CheckConstraint("%s IN (%s)" % (column, listed), name=name)


def where(condition: str) -> dict[str, Any]:
    """Return what makes an index one of the rows that meet the condition."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


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
    Column("lat", Real, nullable=False),
    Column("lon", Real, nullable=False),
    sqlite_strict=True,
)

title = Table(
    "title",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("year", Whole, nullable=False),  # 0 when unknown
    Column("language", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("class", Text, nullable=False, key="class_"),
    sqlite_strict=True,
)

device = Table(
    "device",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),  # bookcase, kiosk
    Column("site", Text, ForeignKey("site.id"), nullable=False),
    Column("doors", Whole, nullable=False),
    Column("capacity", Whole, nullable=False),  # copies in one compartment
    Column("key", LargeBinary),  # 32 bytes; NULL until commissioned
    sqlite_strict=True,
)

patron = Table(
    "patron",
    metadata,
    Column("account", Whole, primary_key=True, autoincrement=False),  # random
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
    Column("id", Whole, primary_key=True),
    Column("kind", Text, nullable=False),
    _one_of("holder_kind", _kinds(HOLDERS)),
    Column("device", Whole, ForeignKey("device.id")),
    Column("door", Whole),
    Column("site", Text, ForeignKey("site.id")),
    Column("account", Whole),
    CheckConstraint(
        "(kind = 'compartment') = (device IS NOT NULL AND door IS NOT NULL)",
        name="holder_is_compartment",
    ),
    CheckConstraint("(kind = 'shelf') = (site IS NOT NULL)", name="holder_is_shelf"),
    CheckConstraint("(kind = 'reader') = (account IS NOT NULL)", name="holder_is_reader"),
    Index("holder_compartment", "device", "door", unique=True),
    Index("holder_site", "site", unique=True),
    Index("holder_account", "account", unique=True),
    sqlite_strict=True,
)

copy = Table(
    "copy",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("barcode", Text, nullable=False, unique=True),
    Column("tag", Text, nullable=False, unique=True),
    Column("title", Text, ForeignKey("title.id"), nullable=False),
    Column("home", Text, ForeignKey("site.id"), nullable=False),
    Column("placed", Whole, ForeignKey("holder.id"), nullable=False),  # where it was loaded
    Column("loaded_ms", Whole, nullable=False),
    Index("copy_title", "title"),
    sqlite_strict=True,
)

# --- What machines said.

stream = Table(
    "stream",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("device", Whole, ForeignKey("device.id"), nullable=False),
    Column("journal", Text, nullable=False),
    Column("number", Whole, nullable=False),  # committed without a gap
    Column("chain", Text, nullable=False),  # chain value of that record
    Column("state", Text, nullable=False),
    _one_of("stream_state", STREAM_STATES),
    UniqueConstraint("device", "journal"),
    sqlite_strict=True,
)

anchor = Table(
    "anchor",
    metadata,
    Column("device", Whole, ForeignKey("device.id"), primary_key=True),
    Column("boot", Whole, primary_key=True),
    Column("offset_ms", Whole, nullable=False),  # wall clock at uptime 0
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Whole, primary_key=True),  # order of arrival
    Column("stream", Whole, ForeignKey("stream.id"), nullable=False),
    Column("number", Whole, nullable=False),
    Column("kind", Text, nullable=False),  # a word of wire.FACTS, or one that we do not know yet
    Column("boot", Whole, nullable=False),
    Column("uptime_ms", Whole, nullable=False),
    Column("wall_ms", Whole, nullable=False),  # as the machine said; 0 when it did not know
    Column("quality", Whole, nullable=False),  # of wall_ms: wire.CLOCK_NONE, _RTC or _SYNCED
    Column("received_ms", Whole, nullable=False),
    Column("before", Text, nullable=False),  # the chain value of the record before it
    Column("chain", Text, nullable=False),  # its own chain value
    Column("body", LargeBinary),  # the record byte for byte; NULL past its retention
    UniqueConstraint("stream", "number"),
    sqlite_strict=True,
)

# Between which times a fact happened, when its boot was never anchored.
time_window = Table(
    "time_window",
    metadata,
    Column("cause", Whole, ForeignKey("inbox.id"), primary_key=True, autoincrement=False),
    Column("earliest_ms", Whole, nullable=False),
    Column("latest_ms", Whole, nullable=False),
    CheckConstraint("earliest_ms <= latest_ms", name="time_window_is_forward"),
    sqlite_strict=True,
)

# --- What follows for copies.

# One line for each copy that a fact names: what the fold reads, in the order of `fold.ORDER`.
observation = Table(
    "observation",
    metadata,
    Column("copy", Whole, ForeignKey("copy.id"), primary_key=True),
    Column("happened_ms", Whole, primary_key=True),
    Column("cause", Whole, ForeignKey("inbox.id"), primary_key=True),
    Column("verb", Text, primary_key=True),
    _one_of("observation_verb", VERBS),
    Column("sure", Whole, nullable=False),  # 0: the boot was never anchored: see `time_window`
    Column("device", Whole, nullable=False),
    Column("number", Whole, nullable=False),
    Column("place", Whole, ForeignKey("holder.id"), nullable=False),  # where it was seen
    Column("account", Whole),  # whose door session it was; NULL for nobody's
    Column("due", Whole, nullable=False),  # the day shown, else by the rules; 0 for no loan
    Column("rule", Text, nullable=False),  # the rule line that gave the day
    Column("session", Text, nullable=False),  # id of the door session, visit or count
    Column("request", Whole, ForeignKey("request.id")),  # the decision that allowed it
    Column("detail", Text, nullable=False),  # evidence as JSON; empty when there is none
    Index("observation_unsure", "copy", **where("sure = 0")),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

movement = Table(
    "movement",
    metadata,
    Column("id", Whole, primary_key=True),  # order of recording
    # That there is this copy and this source is what the trigger finds in `copy_state`.
    Column("copy", Whole, nullable=False),
    Column("source", Whole, nullable=False),
    Column("target", Whole, ForeignKey("holder.id"), nullable=False),
    Column("kind", Text, nullable=False),
    _one_of("movement_kind", _kinds(MOVEMENTS)),
    Column("at_ms", Whole, nullable=False),  # when it happened
    Column("recorded_ms", Whole, nullable=False),
    Column("cause", Whole, ForeignKey("inbox.id")),  # NULL for `load`
    Column("reverses", Whole, ForeignKey("movement.id")),
    Column("request", Whole, ForeignKey("request.id")),  # the decision that allowed it
    CheckConstraint("source <> target", name="movement_moves"),
    CheckConstraint("kind <> 'undo' OR reverses IS NOT NULL", name="movement_undo_names_it"),
    # In the order of facts, not of copies: see `traces`.
    Index("movement_cause", "cause", "copy"),
    Index("movement_undone", "reverses", unique=True, **where("kind = 'undo'")),
    sqlite_strict=True,
)

copy_state = Table(
    "copy_state",
    metadata,
    Column("copy", Whole, ForeignKey("copy.id"), primary_key=True),
    # Only a movement changes these, and it is there with its target.
    Column("holder", Whole, nullable=False),
    Column("since_ms", Whole, nullable=False),
    Column("movement", Whole),
    # Counts every change of the copy's life, so that whoever remembers it knows whether it is old.
    Column("turn", Whole, nullable=False, server_default=text("0")),
    # The holder again where one looks inside: a compartment or a bag.  Shelves and readers have so
    # many copies that an index of them would be a page of its own for each movement.
    Column("inside", Whole),
    Index("copy_state_inside", "inside", **where("inside IS NOT NULL")),
    sqlite_strict=True,
)

loan = Table(
    "loan",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("copy", Whole, ForeignKey("copy.id"), nullable=False),
    Column("account", Whole, nullable=False),
    Column("cause", Whole, ForeignKey("inbox.id"), nullable=False),  # the fact that began it
    Column("out_ms", Whole, nullable=False),
    Column("due", Whole, nullable=False),
    Column("in_ms", Whole),  # NULL while open
    Column("state", Text, nullable=False),
    _one_of("loan_state", _kinds(LOAN_STATES)),
    Column("rule", Text, nullable=False),  # the rule line that gave the due day
    Column("over_limit", Whole, nullable=False),
    Column("renewals", Whole, nullable=False, server_default="0"),
    Column("waived", Whole, nullable=False, server_default="0"),  # 1: staff forgave its fines
    UniqueConstraint("cause", "copy"),  # In the order of facts: see `traces`.
    CheckConstraint("(state = 'open') = (in_ms IS NULL)", name="loan_open_without_end"),
    Index("one_open_loan", "copy", unique=True, **where("in_ms IS NULL")),
    Index("loan_open_of", "account", **where("in_ms IS NULL")),
    Index("loan_missed", "copy", **where("state IN ('lost', 'claimed')")),
    Index("loan_reader", text(f"(out_ms / {MONTH_MS})"), "account"),
    Index("loan_out", "out_ms"),
    sqlite_strict=True,
)

exception_case = Table(
    "exception_case",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # kind and what it is about: once each
    Column("kind", Text, nullable=False),
    _one_of("exception_case_kind", _kinds(CASES)),
    Column("device", Whole, ForeignKey("device.id")),
    Column("copy", Whole, ForeignKey("copy.id")),
    Column("account", Whole),
    Column("cause", Whole, ForeignKey("inbox.id")),
    Column("evidence", Text, nullable=False),  # a JSON object
    Column("opened_ms", Whole, nullable=False),
    Column("closed_ms", Whole),  # NULL while open
    Column("closed_by", Text, nullable=False),  # what closed it, in a word; empty while open
    Index("case_copy", "copy"),
    Index("case_open", "opened_ms", **where("closed_ms IS NULL")),
    sqlite_strict=True,
)

# --- What the service answered, and by which rules.

ruleset = Table(
    "ruleset",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("sha256", Text, nullable=False, unique=True),
    Column("text", Text, nullable=False),
    Column("active_ms", Whole, nullable=False),
    sqlite_strict=True,
)

request = Table(
    "request",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("device", Whole, ForeignKey("device.id"), nullable=False),
    Column("ask", Text, nullable=False),  # the ask's id: unique for its device
    Column("op", Text, nullable=False),
    Column("account", Whole),
    Column("ok", Whole, nullable=False),
    Column("why", Text, nullable=False),
    Column("line", Text, nullable=False),  # number and text of the rule line that decided
    Column("ruleset", Whole, ForeignKey("ruleset.id"), nullable=False),
    Column("answered_ms", Whole, nullable=False),
    UniqueConstraint("device", "ask"),
    sqlite_strict=True,
)

policy = Table(
    "policy",
    metadata,
    Column("revision", Whole, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),  # wire.POLICY as JSON, but the revision
    Column("made_ms", Whole, nullable=False),
    sqlite_strict=True,
)

# --- The machines.

device_state = Table(
    "device_state",
    metadata,
    Column("device", Whole, ForeignKey("device.id"), primary_key=True),
    Column("first_ms", Whole, nullable=False),  # first heard; installed since then
    Column("heard_ms", Whole, nullable=False),
    Column("online", Whole, nullable=False),
    Column("session", Text, nullable=False),  # of the connection that is up, or was up last
    Column("served", Text, nullable=False),  # session whose hello was answered
    Column("firmware", Text, nullable=False),
    Column("boot", Whole, nullable=False),
    Column("cause", Text, nullable=False),
    Column("journal", Text, nullable=False),
    Column("config", Whole, nullable=False),
    Column("policy", Whole, nullable=False),
    Column("lends", Whole, nullable=False),
    Column("fill", Whole, nullable=False),  # percent
    Column("unacked", Whole, nullable=False),
    Column("uptime_ms", Whole, nullable=False),  # in the last beat or hello
    Column("heap_used", Whole, nullable=False),
    Column("heap_free", Whole, nullable=False),
    Column("faults", Text, nullable=False),  # a JSON list
    Column("stock", Text, nullable=False),  # a JSON list of wire.STOCK
    sqlite_strict=True,
)

device_order = Table(
    "device_order",
    metadata,
    Column("id", Text, primary_key=True),
    Column("device", Whole, ForeignKey("device.id"), nullable=False),
    Column("op", Text, nullable=False),
    Column("door", Whole, nullable=False),
    Column("session", Text, nullable=False),
    Column("sent_ms", Whole, nullable=False),
    Column("ok", Whole),  # NULL until its outcome is known
    Column("why", Text, nullable=False),
    Column("done_ms", Whole),
    sqlite_strict=True,
)

# ("refused", reason), ("facts", ""), ("duplicates", ""), ("quarantined", ""), ("unknown", kind)
counter = Table(
    "counter",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("value", Whole, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

# --- The service's processes, where several share one ledger (PostgreSQL).

service = Table(
    "service",
    metadata,
    Column("name", Text, primary_key=True),  # random, new at each start
    Column("seen_ms", Whole, nullable=False),  # by the database's clock, as all times of this part
    sqlite_strict=True,
)

# Who serves a shard, and until when unless it says so again.  Only efficiency: what keeps order is
# the row of each stream and the turn of each copy.
lease = Table(
    "lease",
    metadata,
    Column("shard", Whole, primary_key=True, autoincrement=False),
    Column("service", Text, nullable=False),  # empty: nobody
    Column("until_ms", Whole, nullable=False),
    sqlite_strict=True,
)
