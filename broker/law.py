"""The law in force: rules and calendar, read from their files and noted in the ledger."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from broker.circulation import calendar, days, rules
from broker.circulation.calendar import Calendar
from broker.circulation.rules import Rules
from broker.circulation.text import RuleError
from broker.config import Config
from broker.ledger.store import Database

T = TypeVar("T")
BUILT_IN = Path(__file__).parent / "circulation"
RULES, CALENDAR = "minhang.rules", "minhang.calendar"

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
    sha256: str = ""  # Of both texts; empty when they are from no file.


def of_files(config: Config) -> Law:
    """Return the law of a configuration without a number; RuleError names file and line."""
    return _law(config, *_texts(config), ruleset=0)


def in_force(db: Database, config: Config, now_ms: int) -> Law:
    """Return the law of a configuration; a pair of texts that is new gets a number.

    Raises RuleError for a text that cannot be understood; then nothing is written.
    """
    text, days_text = _texts(config)
    law = _law(config, text, days_text, ruleset=0)
    days_digest = sha256(days_text.encode()).hexdigest()
    db.begin()
    db.execute(_ENTER, (law.sha256, text, now_ms))
    (ruleset,) = db.execute(_RULESET, (law.sha256,)).fetchone()
    db.execute(_CALENDAR, (ruleset, days_digest, law.calendar.version, days_text))
    db.commit()
    return law._replace(ruleset=ruleset)


def is_old(law: Law, config: Config) -> bool:
    """Say whether the files say something else since this law was read from them."""
    return law.sha256 != _digest(*_texts(config))


def _law(config: Config, text: str, days_text: str, *, ruleset: int) -> Law:
    zone = ZoneInfo(config.timezone)
    return Law(
        _parsed(rules.parse, text, _path(config.rules, RULES)),
        _parsed(calendar.parse, days_text, _path(config.calendar, CALENDAR)),
        ruleset,
        days.in_zone(zone),
        _digest(text, days_text),
    )


def _digest(text: str, days_text: str) -> str:
    return sha256(f"{text}\0{days_text}".encode()).hexdigest()


def _texts(config: Config) -> tuple[str, str]:
    return (
        _path(config.rules, RULES).read_text(encoding="utf-8"),
        _path(config.calendar, CALENDAR).read_text(encoding="utf-8"),
    )


def _path(named: str, built_in: str) -> Path:
    return Path(named) if named else BUILT_IN / built_in


def _parsed(parse: Callable[[str], T], text: str, path: Path) -> T:
    try:
        return parse(text)
    except RuleError as error:
        raise RuleError(error.line, error.column, error.expected, path.name) from None
