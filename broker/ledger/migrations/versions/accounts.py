"""Readers' accounts: money, payments, cards, blocks, guarantees, consent, notices; and guards.

What `patron` said of cards and blocks becomes rows: a reader may have several of each over time.
"""

import sqlalchemy as sa
from alembic import op

from broker.accounts import guards as accounts
from broker.ledger import guards, schema
from broker.ledger.columns import Whole
from broker.ledger.store import Kind

revision = "accounts"
down_revision = "foundation"
branch_labels = None
depends_on = None

CARDS = """INSERT INTO card (card, reader, account, state, since_ms)
SELECT card, reader, account, 'active', 0 FROM patron"""
WAYS = (
    ("fine", "income", "receivable"),
    ("processing", "income", "receivable"),
    ("lost_item", "replacement", "receivable"),
    ("payment", "receivable", "cash"),
    ("deposit", "deposit", "cash"),
    ("refund", "cash", "receivable"),
    ("return_deposit", "cash", "deposit"),
    ("waive", "receivable", "waived"),
    ("write_off", "receivable", "written_off"),
)
BLOCKS = """INSERT INTO block (account, reason, from_ms, actor, lifted_by)
SELECT account, blocked, 0, 'import', '' FROM patron WHERE blocked <> ''"""


def upgrade() -> None:
    _tables()
    guards.words("exception_case", "kind", tuple(kind for kind, _what in schema.CASES))
    op.execute(sa.text(CARDS))
    op.execute(sa.text(BLOCKS))
    guards.install(
        *guards.append_only("money", "money"),
        *guards.append_only("payment_event", "what a provider said"),
        *guards.never_deleted("balance", "a balance"),
    )
    for statement in accounts.statements(_kind()):
        op.get_bind().exec_driver_sql(statement)


def _kind() -> Kind:
    return "sqlite" if op.get_bind().dialect.name == "sqlite" else "postgresql"


def _tables() -> None:
    op.create_table(
        "block",
        sa.Column("id", Whole, nullable=False),
        sa.Column("account", Whole, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("from_ms", Whole, nullable=False),
        sa.Column("until_ms", Whole, nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("lifted_ms", Whole, nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=False),
        sa.CheckConstraint("reason <> ''", name="block_reason"),
        sa.CheckConstraint("until_ms IS NULL OR until_ms > from_ms", name="block_has_a_time"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("block_account", "block", ["account"], unique=False)
    op.create_table(
        "card",
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("account", Whole, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since_ms", Whole, nullable=False),
        sa.Column("lost_ms", Whole, nullable=True),
        sa.Column("suspect", Whole, nullable=True),
        sa.Column("ended_ms", Whole, nullable=True),
        sa.CheckConstraint(
            "state <> 'lost' OR (lost_ms IS NOT NULL AND suspect IS NOT NULL)",
            name="card_lost_since",
        ),
        sa.CheckConstraint("state IN ('active', 'lost', 'ended')", name="card_state"),
        sa.PrimaryKeyConstraint("card"),
        sa.UniqueConstraint("reader"),
        sqlite_strict=True,
    )
    op.create_index("card_account", "card", ["account"], unique=False)
    op.create_index(
        "card_suspect",
        "card",
        ["suspect"],
        unique=False,
        sqlite_where=sa.text("suspect IS NOT NULL"),
        postgresql_where=sa.text("suspect IS NOT NULL"),
    )
    op.create_index(
        "one_active_card",
        "card",
        ["account"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "consent_text",
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("version", Whole, nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("made_ms", Whole, nullable=False),
        sa.CheckConstraint(
            "purpose IN ('lending', 'notices', 'history')", name="consent_text_purpose"
        ),
        sa.PrimaryKeyConstraint("purpose", "version"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "contact",
        sa.Column("account", Whole, autoincrement=False, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.CheckConstraint("channel IN ('mail', 'webhook')", name="contact_channel"),
        sa.PrimaryKeyConstraint("account", "channel"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "erasure",
        sa.Column("id", Whole, nullable=False),
        sa.Column("at_ms", Whole, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_table(
        "guarantee",
        sa.Column("id", Whole, nullable=False),
        sa.Column("account", Whole, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("accepted", Whole, nullable=False),
        sa.Column("limit_set", sa.Text(), nullable=False),
        sa.Column("first_day", Whole, nullable=False),
        sa.Column("last_day", Whole, nullable=False),
        sa.Column("made_ms", Whole, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("ended_ms", Whole, nullable=True),
        sa.CheckConstraint("kind IN ('deposit', 'credit', 'institution')", name="guarantee_kind"),
        sa.CheckConstraint("first_day <= last_day", name="guarantee_has_a_time"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("guarantee_account", "guarantee", ["account"], unique=False)
    op.create_table(
        "guardian",
        sa.Column("id", Whole, nullable=False),
        sa.Column("account", Whole, nullable=False),
        sa.Column("guardian", Whole, nullable=True),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("verified", sa.Text(), nullable=False),
        sa.Column("verified_ms", Whole, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("ended_ms", Whole, nullable=True),
        sa.CheckConstraint("verified <> ''", name="guardian_verified"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("guardian_account", "guardian", ["account"], unique=False)
    op.create_table(
        "identity",
        sa.Column("account", Whole, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("noted_ms", Whole, nullable=False),
        sa.PrimaryKeyConstraint("account"),
        sa.UniqueConstraint("hash"),
        sqlite_strict=True,
    )
    op.create_table(
        "loan_news",
        sa.Column("id", Whole, nullable=False),
        sa.Column("copy", Whole, nullable=False),
        sa.Column("cause", Whole, nullable=False),
        sa.Column("account", Whole, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_table(
        "money",
        sa.Column("id", Whole, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_account", Whole, nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("target_account", Whole, nullable=False),
        sa.Column("fen", Whole, nullable=False),
        sa.Column("cause_kind", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("words_zh", sa.Text(), nullable=False),
        sa.Column("words_en", sa.Text(), nullable=False),
        sa.Column("at_ms", Whole, nullable=False),
        sa.Column("recorded_ms", Whole, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reverses", Whole, nullable=True),
        sa.CheckConstraint(
            "(source IN ('receivable', 'deposit')) = (source_account <> 0)",
            name="money_source_has_its_account",
        ),
        sa.CheckConstraint(
            "(target IN ('receivable', 'deposit')) = (target_account <> 0)",
            name="money_target_has_its_account",
        ),
        sa.CheckConstraint(
            "cause_kind IN ('loan', 'payment', 'case', 'desk')", name="money_cause_kind"
        ),
        sa.CheckConstraint("kind <> 'fine' OR rule <> ''", name="fine_has_a_rule"),
        sa.CheckConstraint(
            "kind IN ('fine', 'processing', 'lost_item', 'payment', "
            "'deposit', 'refund', 'return_deposit', 'waive', 'write_off')",
            name="money_kind",
        ),
        sa.CheckConstraint(_ways(), name="money_goes_its_way"),
        sa.CheckConstraint(
            "source IN ('receivable', 'deposit', 'cash', 'income', "
            "'replacement', 'waived', 'written_off')",
            name="money_source",
        ),
        sa.CheckConstraint(
            "target IN ('receivable', 'deposit', 'cash', 'income', "
            "'replacement', 'waived', 'written_off')",
            name="money_target",
        ),
        sa.CheckConstraint("fen > 0", name="money_fen"),
        sa.CheckConstraint("source <> target", name="money_moves"),
        sa.ForeignKeyConstraint(
            ["reverses"],
            ["money.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
        sa.UniqueConstraint("reverses"),
        sqlite_strict=True,
    )
    op.create_index("money_cause", "money", ["cause_kind", "cause"], unique=False)
    op.create_index("money_source", "money", ["source_account", "id"], unique=False)
    op.create_index("money_target", "money", ["target_account", "id"], unique=False)
    op.create_table(
        "nameless",
        sa.Column("account", Whole, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("since_ms", Whole, nullable=False),
        sa.CheckConstraint("why IN ('suspect', 'retired', 'erased')", name="nameless_why"),
        sa.PrimaryKeyConstraint("account"),
        sqlite_strict=True,
    )
    op.create_table(
        "notice",
        sa.Column("id", Whole, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("account", Whole, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", Whole, nullable=False),
        sa.Column("next_ms", Whole, nullable=False),
        sa.Column("made_ms", Whole, nullable=False),
        sa.Column("sent_ms", Whole, nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.CheckConstraint("channel IN ('mail', 'webhook')", name="notice_channel"),
        sa.CheckConstraint(
            "kind IN ('courtesy', 'overdue', 'hold_ready', 'changed', 'payment')",
            name="notice_kind",
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'dead', 'dropped')", name="notice_state"
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
        sqlite_strict=True,
    )
    op.create_index("notice_account", "notice", ["account"], unique=False)
    op.create_index(
        "notice_waiting",
        "notice",
        ["next_ms"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'sending')"),
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )
    op.create_table(
        "notice_day",
        sa.Column("day", Whole, autoincrement=False, nullable=False),
        sa.Column("made_ms", Whole, nullable=False),
        sa.PrimaryKeyConstraint("day"),
        sqlite_strict=True,
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", Whole, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("fen", Whole, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("made_ms", Whole, nullable=False),
        sa.Column("expires_ms", Whole, nullable=False),
        sa.Column("settled_ms", Whole, nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.CheckConstraint("purpose IN ('owed', 'deposit')", name="payment_purpose"),
        sa.CheckConstraint(
            "state IN ('intended', 'unknown', 'paid', 'failed', 'expired')", name="payment_state"
        ),
        sa.CheckConstraint("fen > 0", name="payment_fen"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index(
        "one_open_payment",
        "payment",
        ["account", "purpose"],
        unique=True,
        sqlite_where=sa.text("state IN ('intended', 'unknown')"),
        postgresql_where=sa.text("state IN ('intended', 'unknown')"),
    )
    op.create_index("payment_account", "payment", ["account"], unique=False)
    op.create_table(
        "reconciliation",
        sa.Column("id", Whole, nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("day", Whole, nullable=False),
        sa.Column("made_ms", Whole, nullable=False),
        sa.Column("matched", Whole, nullable=False),
        sa.Column("differences", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_table(
        "balance",
        sa.Column("purse", sa.Text(), nullable=False),
        sa.Column("account", Whole, nullable=False),
        sa.Column("fen", Whole, nullable=False),
        sa.Column("money", Whole, nullable=False),
        sa.CheckConstraint("purse <> 'deposit' OR fen <= 0", name="deposit_is_a_debt"),
        sa.CheckConstraint(
            "purse IN ('receivable', 'deposit', 'cash', 'income', "
            "'replacement', 'waived', 'written_off')",
            name="balance_purse",
        ),
        sa.ForeignKeyConstraint(
            ["money"],
            ["money.id"],
        ),
        sa.PrimaryKeyConstraint("purse", "account"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("balance_account", "balance", ["account"], unique=False)
    op.create_table(
        "consent",
        sa.Column("id", Whole, nullable=False),
        sa.Column("account", Whole, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("version", Whole, nullable=False),
        sa.Column("given_ms", Whole, nullable=False),
        sa.Column("guardian", Whole, nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("withdrawn_ms", Whole, nullable=True),
        sa.ForeignKeyConstraint(
            ["guardian"],
            ["guardian.id"],
        ),
        sa.ForeignKeyConstraint(
            ["purpose", "version"],
            ["consent_text.purpose", "consent_text.version"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account", "purpose", "version", "given_ms"),
        sqlite_strict=True,
    )
    op.create_table(
        "payment_event",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("fen", Whole, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("heard_ms", Whole, nullable=False),
        sa.ForeignKeyConstraint(
            ["payment"],
            ["payment.id"],
        ),
        sa.PrimaryKeyConstraint("provider", "event"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "refund",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=False),
        sa.Column("fen", Whole, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_ms", Whole, nullable=False),
        sa.Column("settled_ms", Whole, nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('asked', 'unknown', 'done', 'failed')", name="refund_state"),
        sa.CheckConstraint("fen > 0", name="refund_fen"),
        sa.ForeignKeyConstraint(
            ["payment"],
            ["payment.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("refund_payment", "refund", ["payment"], unique=False)


def _ways() -> str:
    form = "(kind = '%s' AND source = '%s' AND target = '%s')"
    return "reverses IS NOT NULL OR " + " OR ".join(form % way for way in WAYS)
