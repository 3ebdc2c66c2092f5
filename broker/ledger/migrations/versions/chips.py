"""Cases of chips: a copy's number on another one, a security bit that could not be written."""

from broker.ledger import guards, schema

revision = "chips"
down_revision = "append"
branch_labels = None
depends_on = None


def upgrade() -> None:
    guards.words("exception_case", "kind", tuple(kind for kind, _what in schema.CASES))
