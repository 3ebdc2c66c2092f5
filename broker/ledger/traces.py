"""Conditions that find what happened to one copy or one reader among all that happened.

Only observations lie in the order of copies.  Loans and movements lie in the order of the facts
that caused them, and a reader's loans in the order of months: so a new fact writes into the newest
pages and not into one page for each copy and each reader, however many lie before it.

Each condition is SQL for an alias; `copy` and `account` are expressions, of which a `?` is asked
for as often as is said.
"""

from broker.ledger.schema import MONTH_MS

_MONTHS = f"""WITH RECURSIVE month (n) AS (SELECT MIN(out_ms) / {MONTH_MS} FROM loan
UNION ALL SELECT n + 1 FROM month WHERE n < (SELECT MAX(out_ms) / {MONTH_MS} FROM loan))
SELECT n FROM month"""


def loans_of_copy(loan: str, copy: str) -> str:
    """All loans of a copy: each began with something that was seen of it.  `copy` twice."""
    return f"""{loan}.copy = {copy} AND {loan}.cause IN
(SELECT seen.cause FROM observation seen WHERE seen.copy = {copy})"""


def movements_of_copy(movement: str, copy: str) -> str:
    """All movements of a copy: how it entered the ledger, and what its facts caused.  Twice."""
    return f"""{movement}.id IN
(SELECT entry.id FROM movement entry WHERE entry.cause IS NULL AND entry.copy = {copy}
UNION ALL SELECT step.id FROM observation seen
JOIN movement step ON step.cause = seen.cause AND step.copy = seen.copy WHERE seen.copy = {copy})"""


def loans_of_reader(loan: str, account: str) -> str:
    """All loans of a reader; for the open ones alone there is an index.  `account` once."""
    return f"{loan}.account = {account} AND {loan}.out_ms / {MONTH_MS} IN ({_MONTHS})"
