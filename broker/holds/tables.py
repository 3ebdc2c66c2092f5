"""The table of holds: who waits for which title, where, and what is kept for whom.

The queue of a title is its waiting holds by `turn`, the lowest first.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, text

from broker.holds.states import STATES
from broker.ledger.columns import Whole
from broker.ledger.schema import metadata

_WORDS = ", ".join(f"'{word}'" for word, _meaning in STATES)
_ACTIVE = text("state IN ('waiting', 'ready')")
_WAITING = text("state = 'waiting'")
_READY = text("state = 'ready'")

hold = Table(
    "hold",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("account", Whole, nullable=False),
    Column("title", Text, ForeignKey("title.id"), nullable=False),
    Column("wanted_copy", Whole, ForeignKey("copy.id")),  # this copy and no other; NULL for any
    Column("pickup", Text, nullable=False),  # a machine's name, or a site's id for its shelf
    Column(
        "state", Text, CheckConstraint(f"state IN ({_WORDS})", name="hold_state"), nullable=False
    ),
    Column("turn", Whole, nullable=False),
    Column("suspended_until", Whole, nullable=False),  # passed over to this day; 0: not at all
    Column("placed_ms", Whole, nullable=False),
    # While it is ready: which copy, until which day, and the digest of its code.
    Column("copy", Whole, ForeignKey("copy.id")),
    Column("last_day", Whole, nullable=False),
    Column("salt", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("ended_ms", Whole),  # NULL while it is waiting or ready
    CheckConstraint("(state = 'ready') = (copy IS NOT NULL)", name="hold_ready_has_a_copy"),
    CheckConstraint("(state IN ('waiting', 'ready')) = (ended_ms IS NULL)", name="hold_ends_once"),
    Index(
        "one_hold_of_a_title",
        "account",
        "title",
        unique=True,
        sqlite_where=_ACTIVE,
        postgresql_where=_ACTIVE,
    ),
    Index("one_hold_of_a_copy", "copy", unique=True, sqlite_where=_READY, postgresql_where=_READY),
    Index(
        "one_place_in_a_queue",
        "title",
        "turn",
        unique=True,
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    ),
    Index("hold_account", "account"),
    sqlite_strict=True,
)
