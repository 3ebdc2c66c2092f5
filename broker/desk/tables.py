"""The desk's tables: requests that were answered, cases that were settled, what copies are fit for.

Condition and promise stand beside custody (`copy_state`) and contract (`loan`): the four dimensions
of a copy.  Both are projections of its observations, and a copy of which nothing was said has none.
"""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from broker.ledger.columns import Whole
from broker.ledger.schema import metadata

PROMISES = (
    # word     meaning
    ("held", "it waits for this account"),
    ("kept", "this account took it"),
    ("broken", "another account took it: the hold goes back to the head of its queue"),
)

desk_request = Table(
    "desk_request",
    metadata,
    Column("key", Text, primary_key=True),  # made by whoever asks
    Column("fingerprint", Text, nullable=False),  # SHA-256 of what was asked
    Column("response", Text, nullable=False),  # JSON, said again to the same request
    Column("at_ms", Whole, nullable=False),
    Index("desk_request_at", "at_ms"),
    sqlite_strict=True,
)

case_action = Table(
    "case_action",
    metadata,
    Column("case_key", Text, ForeignKey("exception_case.key"), primary_key=True),
    Column("action", Text, nullable=False),  # a word of contract.ACTIONS
    Column("reason", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("cause", Whole, ForeignKey("inbox.id"), nullable=False),
    Column("at_ms", Whole, nullable=False),
    sqlite_strict=True,
)

copy_condition = Table(
    "copy_condition",
    metadata,
    Column("copy", Whole, ForeignKey("copy.id"), primary_key=True, autoincrement=False),
    Column("damaged", Whole, nullable=False),
    Column("withdrawn", Whole, nullable=False),
    Column("disinfect_ms", Whole, nullable=False),  # until then it may not be lent; 0 for never
    sqlite_strict=True,
)

copy_promise = Table(
    "copy_promise",
    metadata,
    Column("copy", Whole, ForeignKey("copy.id"), primary_key=True, autoincrement=False),
    Column("account", Whole, nullable=False),
    Column("until_ms", Whole, nullable=False),  # 0 for no end
    Column("state", Text, nullable=False),  # a word of PROMISES
    Column("cause", Whole, ForeignKey("inbox.id"), nullable=False),  # what made this state
    Index("copy_promise_account", "account"),
    sqlite_strict=True,
)
