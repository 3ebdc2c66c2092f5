"""What the database itself refuses about money, and the balances that it keeps, in both dialects.

A trigger is written once, as (name, when, table, condition, message or action); `statements` says
it in the words of a database.
"""

from typing import NamedTuple

from broker.ledger.store import Kind


class Guard(NamedTuple):
    """Refuses with `message` when `condition` holds; or does `action` when there is one.

    Unlike `broker.ledger.guards` it may look into other rows and write them.
    """

    name: str
    when: str
    table: str
    condition: str = ""
    message: str = ""
    action: str = ""


_MIRROR = """NOT EXISTS (SELECT 1 FROM money r WHERE r.id = NEW.reverses AND r.reverses IS NULL
AND r.kind = NEW.kind AND r.fen = NEW.fen
AND r.source = NEW.target AND r.source_account = NEW.target_account
AND r.target = NEW.source AND r.target_account = NEW.source_account
AND r.cause_kind = NEW.cause_kind AND r.cause = NEW.cause)"""
# What a row of money adds to the purse that is being changed.
_ADDED = """(SELECT CASE WHEN m.target = NEW.purse AND m.target_account = NEW.account THEN m.fen
WHEN m.source = NEW.purse AND m.source_account = NEW.account THEN -m.fen END
FROM money m WHERE m.id = NEW.money)"""
# Not as one statement with ON CONFLICT: its row would be checked before the purse is found.
_BALANCE = """UPDATE balance SET fen = fen {sign} NEW.fen, money = NEW.id
WHERE purse = NEW.{end} AND account = NEW.{end}_account;
INSERT INTO balance (purse, account, fen, money)
SELECT NEW.{end}, NEW.{end}_account, 0 {sign} NEW.fen, NEW.id
WHERE NOT EXISTS (SELECT 1 FROM balance WHERE purse = NEW.{end} AND account = NEW.{end}_account)"""
_REFUNDED = """NEW.state <> 'failed' AND (SELECT COALESCE(SUM(fen), 0) FROM refund
WHERE payment = NEW.payment AND state <> 'failed' AND id <> NEW.id) + NEW.fen
> (SELECT CASE state WHEN 'paid' THEN fen ELSE 0 END FROM payment WHERE id = NEW.payment)"""
_TOLD = "copy, cause, account, in_ms, due, state"  # A change of these is news.
_TELL = (
    "INSERT INTO loan_news (copy, cause, account) VALUES ({row}.copy, {row}.cause, {row}.account)"
)

GUARDS = (
    Guard("money_is_reversed_whole", "BEFORE INSERT", "money",
          f"NEW.reverses IS NOT NULL AND {_MIRROR}",
          "a reversal is the mirror of the row that it takes back"),
    Guard("money_leaves_a_purse", "AFTER INSERT", "money",
          action=_BALANCE.format(end="source", sign="-")),
    Guard("money_reaches_a_purse", "AFTER INSERT", "money",
          action=_BALANCE.format(end="target", sign="+")),
    Guard("balance_begins_with_money", "BEFORE INSERT", "balance",
          f"COALESCE(NEW.fen <> {_ADDED}, TRUE)",
          "only money makes a balance"),
    Guard("only_money_changes_a_balance", "BEFORE UPDATE", "balance",
          f"NEW.money = OLD.money OR COALESCE(NEW.fen - OLD.fen <> {_ADDED}, TRUE)",
          "only money changes a balance"),
    Guard("refund_is_of_a_payment", "BEFORE INSERT", "refund", _REFUNDED,
          "more would be given back than was paid"),
    Guard("refund_stays_below_its_payment", "BEFORE UPDATE", "refund", _REFUNDED,
          "more would be given back than was paid"),
    # Whoever enters a reader enters his card: both stand in `patron`, the card's life in `card`.
    Guard("patron_has_a_card", "AFTER INSERT", "patron",
          action="INSERT INTO card (card, reader, account, state, since_ms) "
          "VALUES (NEW.card, NEW.reader, NEW.account, 'active', 0) ON CONFLICT DO NOTHING"),
)  # fmt: skip

ONLY_SQLITE = (
    Guard("loan_is_told_when_new", "AFTER INSERT", "loan", action=_TELL.format(row="NEW")),
    Guard("loan_is_told_when_changed", "AFTER UPDATE", "loan",
          "OLD.in_ms IS DISTINCT FROM NEW.in_ms OR OLD.due <> NEW.due "
          "OR OLD.state <> NEW.state OR OLD.account <> NEW.account",
          action=_TELL.format(row="NEW")),
    Guard("loan_is_told_when_gone", "BEFORE DELETE", "loan", action=_TELL.format(row="OLD")),
    # INSERT OR REPLACE deletes what it replaces without asking the guards of a deletion.
    Guard("money_is_not_replaced", "BEFORE INSERT", "money",
          "EXISTS (SELECT 1 FROM money WHERE id = NEW.id OR key = NEW.key)",
          "money is booked once"),
    Guard("payment_event_is_not_replaced", "BEFORE INSERT", "payment_event",
          "EXISTS (SELECT 1 FROM payment_event WHERE provider = NEW.provider "
          "AND event = NEW.event)", "what a provider said is told once"),
)  # fmt: skip

# The same of the loans of a whole statement: a call for each row would cost more than the row.
LOANS_TOLD = (
    # name                      event     its rows                                 what is told
    ("loan_is_told_when_new", "INSERT", "NEW TABLE AS new_", "TABLE new_"),
    ("loan_is_told_when_changed", "UPDATE", "OLD TABLE AS old_ NEW TABLE AS new_",
     f"(SELECT {_TOLD} FROM new_ EXCEPT SELECT {_TOLD} FROM old_ ORDER BY cause, copy)"),
    ("loan_is_told_when_gone", "DELETE", "OLD TABLE AS old_", "TABLE old_"),
)  # fmt: skip


def statements(kind: Kind) -> list[str]:
    """Return the statements that make all guards in an empty database."""
    if kind == "sqlite":
        return [_sqlite(guard) for guard in (*GUARDS, *ONLY_SQLITE)]
    made = [_postgresql(guard) for guard in GUARDS] + [_together(*told) for told in LOANS_TOLD]
    return [statement for pair in made for statement in pair]


def _sqlite(guard: Guard) -> str:
    when = f" WHEN {guard.condition}" if guard.condition else ""
    does = guard.action or f"SELECT RAISE(ABORT, '{guard.message}')"
    return f"CREATE TRIGGER {guard.name} {guard.when} ON {guard.table}{when} BEGIN {does}; END"


def _postgresql(guard: Guard) -> tuple[str, str]:
    refusal = f"RAISE EXCEPTION '{guard.message}' USING ERRCODE = 'integrity_constraint_violation'"
    does = guard.action or refusal
    if guard.condition:
        does = f"IF {guard.condition} THEN {does}; END IF"
    row = "OLD" if "DELETE" in guard.when else "NEW"
    function = f"""CREATE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {does}; RETURN {row}; END $$"""
    trigger = f"""CREATE TRIGGER {guard.name} {guard.when} ON {guard.table}
FOR EACH ROW EXECUTE FUNCTION {guard.name}()"""
    return function, trigger


def _together(name: str, event: str, rows: str, told: str) -> tuple[str, str]:
    function = f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
INSERT INTO loan_news (copy, cause, account) SELECT copy, cause, account FROM ({told}) AS told;
RETURN NULL; END $$"""
    trigger = f"""CREATE TRIGGER {name} AFTER {event} ON loan REFERENCING {rows}
FOR EACH STATEMENT EXECUTE FUNCTION {name}()"""
    return function, trigger
