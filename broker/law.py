"""The law in force: rules and calendar, read from their files and noted in the ledger."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from broker.circulation import calendar, days, rules
from broker.circulation.calendar import Calendar
from broker.circulation.rules import Rules
from broker.config import Config
from broker.ledger.store import Database

BUILT_IN = Path(__file__).parent / "circulation"

_RULESET = "SELECT id FROM ruleset WHERE sha256 = ?"
_ENTER = "INSERT INTO ruleset (sha256, text, active_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_CALENDAR = """INSERT INTO calendar (ruleset, sha256, version, text) VALUES (?, ?, ?, ?)
ON CONFLICT DO NOTHING"""


class Law(NamedTuple):
    """`ruleset` is the number of this pair of texts in the ledger; `day` gives a time's day."""

    rules: Rules
    calendar: Calendar
    ruleset: int
    day: Callable[[int], int]


def read(config: Config) -> tuple[str, str]:
    """Return the texts of the rules and of the calendar that a configuration names."""
    texts = (config.rules, "minhang.rules"), (config.calendar, "minhang.calendar")
    first, second = (Path(named) if named else BUILT_IN / own for named, own in texts)
    return first.read_text(), second.read_text()


def in_force(db: Database, config: Config, now_ms: int) -> Law:
    """Return the law of a configuration; a pair of texts that is new gets a number.

    Raises RuleError for a text that cannot be understood; then nothing is written.
    """
    text, days_text = read(config)
    parsed, parsed_days = rules.parse(text), calendar.parse(days_text)
    digest = sha256(f"{text}\0{days_text}".encode()).hexdigest()
    db.begin()
    db.execute(_ENTER, (digest, text, now_ms))
    (ruleset,) = db.execute(_RULESET, (digest,)).fetchone()
    days_digest = sha256(days_text.encode()).hexdigest()
    db.execute(_CALENDAR, (ruleset, days_digest, parsed_days.version, days_text))
    db.commit()
    return Law(parsed, parsed_days, ruleset, days.in_zone(ZoneInfo(config.timezone)))
