"""Tables of staff: accounts, sessions, programs, cards for machines, openings from afar, the log.

Secrets are hashed: passwords by argon2, PINs by PBKDF2 as machines check them, random keys by
SHA-256.  `broker/duties` keeps its last outcomes in `duty`.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text

from broker.ledger.columns import Whole
from broker.ledger.schema import metadata, where

ASSIST_STATES = (
    # word       meaning
    ("asked", "one of staff wants it; it lapses when nobody else approves in time"),
    ("sent", "another one of staff has approved, and the machine was told"),
    ("refused", "another one of staff has said no, or whoever asked has taken it back"),
)

staff = Table(
    "staff",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("name", Text, nullable=False, unique=True),  # signs in with it; stands as the actor
    Column("role", Text, nullable=False),  # a word of roles.ROLES
    Column("password", Text, nullable=False),  # an argon2 hash; empty: only by a link
    Column("failures", Whole, nullable=False),  # wrong passwords in a row
    Column("locked_ms", Whole, nullable=False),  # no password is looked at until then
    Column("made_ms", Whole, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("ended_ms", Whole),  # NULL while the account may be used
    sqlite_strict=True,
)

staff_link = Table(
    "staff_link",
    metadata,
    Column("digest", Text, primary_key=True),  # of the key in a link that signs in once
    Column("staff", Whole, ForeignKey("staff.id"), nullable=False),
    Column("until_ms", Whole, nullable=False),
    sqlite_strict=True,
)

staff_session = Table(
    "staff_session",
    metadata,
    Column("digest", Text, primary_key=True),  # of the cookie
    Column("staff", Whole, ForeignKey("staff.id"), nullable=False),
    Column("made_ms", Whole, nullable=False),
    Column("used_ms", Whole, nullable=False),  # by a person, not by a page that renews itself
    Index("staff_session_staff", "staff"),
    sqlite_strict=True,
)

staff_program = Table(
    "staff_program",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),  # a word of roles.ROLES
    Column("digest", Text, nullable=False, unique=True),  # of its token
    Column("made_ms", Whole, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("ended_ms", Whole),
    sqlite_strict=True,
)

staff_card = Table(
    "staff_card",
    metadata,
    Column("card", Text, primary_key=True),  # pseudonym of its number; what policies name
    Column("staff", Whole, ForeignKey("staff.id"), nullable=False),
    Column("salt", Text, nullable=False),  # of the PIN, hexadecimal
    Column("rounds", Whole, nullable=False),  # of PBKDF2-HMAC-SHA256
    Column("verifier", Text, nullable=False),  # what they make of the PIN, hexadecimal
    Column("made_ms", Whole, nullable=False),
    Column("made_by", Text, nullable=False),
    Index("staff_card_staff", "staff"),
    sqlite_strict=True,
)

staff_note = Table(
    "staff_note",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("at_ms", Whole, nullable=False),
    Column("actor", Text, nullable=False),  # a person, a program, the console; or the name tried
    Column("what", Text, nullable=False),  # a word of notes.WHAT
    Column("about", Text, nullable=False),
    Index("staff_note_at", "at_ms"),
    sqlite_strict=True,
)

assistance = Table(
    "assistance",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("device", Text, nullable=False),
    Column("door", Whole, nullable=False),
    Column("reader", Text, nullable=False),  # pseudonym of whom it is opened for
    Column("reason", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_ms", Whole, nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_by", Text, nullable=False),  # empty until somebody has
    Column("decided_ms", Whole),
    Column("order_id", Text, nullable=False),  # what the machine was told under; empty for nothing
    CheckConstraint("state IN ('asked', 'sent', 'refused')", name="assistance_state"),
    CheckConstraint("state <> 'sent' OR decided_by <> asked_by", name="assistance_four_eyes"),
    CheckConstraint("(state = 'asked') = (decided_ms IS NULL)", name="assistance_decided"),
    Index("one_assistance_at_a_door", "device", "door", unique=True, **where("state = 'asked'")),
    sqlite_strict=True,
)

duty = Table(
    "duty",
    metadata,
    Column("name", Text, primary_key=True),
    Column("turn", Text, nullable=False),  # which of its times was served last
    Column("begun_ms", Whole, nullable=False),
    Column("ended_ms", Whole),  # NULL while it is under way, or was when the service died
    Column("ok", Whole, nullable=False),
    Column("outcome", Text, nullable=False),
    sqlite_strict=True,
)
