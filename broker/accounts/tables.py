"""The tables of readers' accounts: money, payments, cards, blocks, guarantees, consent.

Nothing here names a person but by `account`; what leads from an account to a person is deleted
when the person asks for it (`patron`, `card`, `contact`, `identity`, `guardian`, `consent`).
Units: fen; `_ms` milliseconds since 1970 UTC; a day is yyyymmdd, 0 for none.
"""

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from broker.accounts import words
from broker.ledger.columns import Whole
from broker.ledger.schema import metadata

PAYMENT_STATES = words.kinds(words.PAYMENT_STATES)


def _one_of(table: str, column: str, allowed: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in allowed)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{table}_{column}")


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def _directions() -> CheckConstraint:
    """Each kind of money goes one way; a reversal is checked by a trigger against its row."""
    ways = (f"(kind = '{k}' AND source = '{s}' AND target = '{t}')" for k, s, t in words.MONEY)
    condition = "reverses IS NOT NULL OR " + " OR ".join(ways)
    return CheckConstraint(condition, name="money_goes_its_way")


def _readers(column: str) -> CheckConstraint:
    """A reader's purse has an account, the library's own has none."""
    purses = ", ".join(f"'{kind}'" for kind in words.READERS_PURSES)
    condition = f"({column} IN ({purses})) = ({column}_account <> 0)"
    return CheckConstraint(condition, name=f"money_{column}_has_its_account")


# --- Money.

money = Table(
    "money",
    metadata,
    Column("id", Whole, primary_key=True),  # order of recording
    Column("key", Text, nullable=False, unique=True),  # what it is for: booked once each
    Column("kind", Text, _one_of("money", "kind", words.kinds(words.MONEY)), nullable=False),
    Column("source", Text, _one_of("money", "source", words.kinds(words.PURSES)), nullable=False),
    Column("source_account", Whole, nullable=False),
    Column("target", Text, _one_of("money", "target", words.kinds(words.PURSES)), nullable=False),
    Column("target_account", Whole, nullable=False),
    Column("fen", Whole, CheckConstraint("fen > 0", name="money_fen"), nullable=False),
    Column(
        "cause_kind",
        Text,
        _one_of("money", "cause_kind", words.kinds(words.CAUSES)),
        nullable=False,
    ),
    Column("cause", Text, nullable=False),
    Column("rule", Text, nullable=False),  # the rule line that gave the amount
    Column("calendar", Text, nullable=False),  # version of the calendar that forgave days
    Column("words_zh", Text, nullable=False),  # the reason, as the reader is told
    Column("words_en", Text, nullable=False),
    Column("at_ms", Whole, nullable=False),  # when it happened
    Column("recorded_ms", Whole, nullable=False),
    Column("actor", Text, nullable=False),  # who decided; empty for the rules
    Column("reverses", Whole, ForeignKey("money.id"), unique=True),
    CheckConstraint("source <> target", name="money_moves"),
    CheckConstraint("kind <> 'fine' OR rule <> ''", name="fine_has_a_rule"),
    _directions(),
    _readers("source"),
    _readers("target"),
    Index("money_cause", "cause_kind", "cause"),
    Index("money_source", "source_account", "id"),
    Index("money_target", "target_account", "id"),
    sqlite_strict=True,
)

# A projection of `money`, kept by its trigger.
balance = Table(
    "balance",
    metadata,
    Column("purse", Text, _one_of("balance", "purse", words.kinds(words.PURSES)), primary_key=True),
    Column("account", Whole, primary_key=True),
    Column("fen", Whole, nullable=False),
    Column("money", Whole, ForeignKey("money.id"), nullable=False),  # the newest row in it
    CheckConstraint("purse <> 'deposit' OR fen <= 0", name="deposit_is_a_debt"),
    Index("balance_account", "account"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

# Loans that changed and were not looked at yet: a trigger on `loan` writes it.
loan_news = Table(
    "loan_news",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("copy", Whole, nullable=False),
    Column("cause", Whole, nullable=False),
    Column("account", Whole, nullable=False),
    sqlite_strict=True,
)

# --- Payments.

payment = Table(
    "payment",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", Whole, nullable=False),
    Column("purpose", Text, _one_of("payment", "purpose", words.PURPOSES), nullable=False),
    Column("provider", Text, nullable=False),
    Column("fen", Whole, CheckConstraint("fen > 0", name="payment_fen"), nullable=False),
    Column("state", Text, _one_of("payment", "state", PAYMENT_STATES), nullable=False),
    Column("link", Text, nullable=False),  # what the reader's phone opens; empty until known
    Column("reference", Text, nullable=False),  # the provider's own number; empty until paid
    Column("made_ms", Whole, nullable=False),
    Column("expires_ms", Whole, nullable=False),
    Column("settled_ms", Whole),  # when its outcome became known
    Column("actor", Text, nullable=False),
    # The database knows no second charge while the outcome of the first is open.
    Index("one_open_payment", "account", "purpose", unique=True,
          **_where("state IN ('intended', 'unknown')")),
    Index("payment_account", "account"),
    sqlite_strict=True,
)  # fmt: skip

# What providers said, as they said it: each event once.
payment_event = Table(
    "payment_event",
    metadata,
    Column("provider", Text, primary_key=True),
    Column("event", Text, primary_key=True),
    Column("payment", Text, ForeignKey("payment.id"), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("fen", Whole, nullable=False),
    Column("reference", Text, nullable=False),
    Column("heard_ms", Whole, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

refund = Table(
    "refund",
    metadata,
    Column("id", Text, primary_key=True),
    Column("payment", Text, ForeignKey("payment.id"), nullable=False),
    Column("fen", Whole, CheckConstraint("fen > 0", name="refund_fen"), nullable=False),
    Column(
        "state", Text, _one_of("refund", "state", words.kinds(words.REFUND_STATES)), nullable=False
    ),
    Column("reference", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_ms", Whole, nullable=False),
    Column("settled_ms", Whole),
    Column("actor", Text, nullable=False),
    Index("refund_payment", "payment"),
    sqlite_strict=True,
)

reconciliation = Table(
    "reconciliation",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("provider", Text, nullable=False),
    Column("day", Whole, nullable=False),
    Column("made_ms", Whole, nullable=False),
    Column("matched", Whole, nullable=False),
    Column("differences", Text, nullable=False),  # a JSON list
    sqlite_strict=True,
)

# --- Who may borrow.

card = Table(
    "card",
    metadata,
    Column("card", Text, primary_key=True),
    Column("reader", Text, nullable=False, unique=True),  # sign.pseudonym of the card
    Column("account", Whole, nullable=False),
    Column("state", Text, _one_of("card", "state", words.kinds(words.CARD_STATES)), nullable=False),
    Column("since_ms", Whole, nullable=False),
    Column("lost_ms", Whole),  # what happened with it from then on is the suspect's
    Column("suspect", Whole),
    Column("ended_ms", Whole),
    CheckConstraint(
        "state <> 'lost' OR (lost_ms IS NOT NULL AND suspect IS NOT NULL)", name="card_lost_since"
    ),
    Index("card_account", "account"),
    Index("card_suspect", "suspect", **_where("suspect IS NOT NULL")),
    Index("one_active_card", "account", unique=True, **_where("state = 'active'")),
    sqlite_strict=True,
)  # fmt: skip

# Accounts that lead to no person, and what statistics still say of them.
nameless = Table(
    "nameless",
    metadata,
    Column("account", Whole, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),  # adult, juvenile
    Column("why", Text, _one_of("nameless", "why", words.kinds(words.NAMELESS)), nullable=False),
    Column("since_ms", Whole, nullable=False),
    sqlite_strict=True,
)

block = Table(
    "block",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("account", Whole, nullable=False),
    Column("reason", Text, CheckConstraint("reason <> ''", name="block_reason"), nullable=False),
    Column("from_ms", Whole, nullable=False),
    Column("until_ms", Whole),  # NULL: until it is lifted
    Column("actor", Text, nullable=False),
    Column("lifted_ms", Whole),
    Column("lifted_by", Text, nullable=False),
    CheckConstraint("until_ms IS NULL OR until_ms > from_ms", name="block_has_a_time"),
    Index("block_account", "account"),
    sqlite_strict=True,
)

guarantee = Table(
    "guarantee",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("account", Whole, nullable=False),
    Column("kind", Text, _one_of("guarantee", "kind", words.GUARANTEES), nullable=False),
    Column("reference", Text, nullable=False),  # a payment, a provider's decision, an institution
    Column("accepted", Whole, nullable=False),  # the decision; a score is never stored
    Column("limit_set", Text, nullable=False),
    Column("first_day", Whole, nullable=False),
    Column("last_day", Whole, nullable=False),
    Column("made_ms", Whole, nullable=False),
    Column("actor", Text, nullable=False),
    Column("ended_ms", Whole),
    CheckConstraint("first_day <= last_day", name="guarantee_has_a_time"),
    Index("guarantee_account", "account"),
    sqlite_strict=True,
)

# --- Personal data, deleted with the person.

contact = Table(
    "contact",
    metadata,
    Column("account", Whole, primary_key=True, autoincrement=False),
    Column("channel", Text, _one_of("contact", "channel", ("mail", "webhook")), primary_key=True),
    Column("address", Text, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

identity = Table(
    "identity",
    metadata,
    Column("account", Whole, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),  # keyed: the number itself is nowhere
    Column("noted_ms", Whole, nullable=False),
    sqlite_strict=True,
)

guardian = Table(
    "guardian",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("account", Whole, nullable=False),  # the child's
    Column("guardian", Whole),  # the guardian's own account, when there is one
    Column("hash", Text, nullable=False),  # keyed, of the guardian's ID number
    Column("relation", Text, nullable=False),
    Column(
        "verified",
        Text,
        CheckConstraint("verified <> ''", name="guardian_verified"),
        nullable=False,
    ),  # how
    Column("verified_ms", Whole, nullable=False),
    Column("actor", Text, nullable=False),
    Column("ended_ms", Whole),
    Index("guardian_account", "account"),
    sqlite_strict=True,
)

consent_text = Table(
    "consent_text",
    metadata,
    Column("purpose", Text, _one_of("consent_text", "purpose", words.kinds(words.PURPOSES_OF_DATA)),
           primary_key=True),
    Column("version", Whole, primary_key=True),
    Column("text_zh", Text, nullable=False),
    Column("text_en", Text, nullable=False),
    Column("made_ms", Whole, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)  # fmt: skip

consent = Table(
    "consent",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("account", Whole, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("version", Whole, nullable=False),
    Column("given_ms", Whole, nullable=False),
    Column("guardian", Whole, ForeignKey("guardian.id")),  # who gave it for a child
    Column("actor", Text, nullable=False),
    Column("withdrawn_ms", Whole),
    ForeignKeyConstraint(["purpose", "version"], ["consent_text.purpose", "consent_text.version"]),
    UniqueConstraint("account", "purpose", "version", "given_ms"),
    sqlite_strict=True,
)

# That somebody was erased, and never who.
erasure = Table(
    "erasure",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("at_ms", Whole, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    sqlite_strict=True,
)
