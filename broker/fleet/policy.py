"""The offline policy: what machines may do while they cannot ask, made of the rules and the cards.

It has one revision for all machines, which rises whenever anything in it changes.
"""

import json
from typing import NamedTuple

from broker.circulation.rules import LEVELS, Rules
from broker.ledger.store import Database

READERS_MAX = 380  # With the blocked ones said twice they fit into wire.PAYLOAD_SIZE_MAX.

_READERS = "SELECT reader FROM patron WHERE blocked = '' ORDER BY reader LIMIT ?"
_BLOCKED = "SELECT reader FROM patron WHERE blocked <> '' ORDER BY reader LIMIT ?"
_NEWEST = "SELECT revision, body FROM policy ORDER BY revision DESC LIMIT 1"
_OF = "SELECT body FROM policy WHERE revision = ?"


class Policy(NamedTuple):
    """`limits` are by level of the machine's site."""

    revision: int
    loan_days: int
    limits: dict[str, int]
    quota: int
    uptime_h: int
    readers: list[str]
    blocked: list[str]

    def at(self, level: str) -> dict[str, object]:
        """Return the fields of wire.POLICY for a machine at a site of this level."""
        return {
            "revision": self.revision,
            "loan_days": self.loan_days,
            "limit": self.limits.get(level, self.limits["any"]),
            "quota": self.quota,
            "uptime_h": self.uptime_h,
            "readers": self.readers,
            "blocked": self.blocked,
        }


def current(db: Database, rules: Rules, today: int, now_ms: int) -> Policy:
    """Return the policy of today, under a new revision when it differs from the newest one."""
    blocked = [row[0] for row in db.execute(_BLOCKED, (READERS_MAX // 3,))]
    readers = [row[0] for row in db.execute(_READERS, (READERS_MAX - len(blocked),))]
    made = Policy(
        revision=0,
        loan_days=_value(rules, "loan", today),
        limits={level: _value(rules, "limit", today, level) for level in LEVELS},
        quota=_value(rules, "offline copies", today),
        uptime_h=_value(rules, "offline hours", today),
        readers=sorted(readers + blocked),
        blocked=blocked,
    )
    body = json.dumps(made[1:])
    revision, newest = db.execute(_NEWEST).fetchone() or (0, "")
    if body != newest:
        revision += 1
        values = (revision, body, now_ms)
        db.execute("INSERT INTO policy (revision, body, made_ms) VALUES (?, ?, ?)", values)
    return made._replace(revision=revision)


def of(db: Database, revision: int) -> Policy | None:
    """Return the policy of a revision, or None when there was none."""
    row = db.execute(_OF, (revision,)).fetchone()
    return Policy(revision, *json.loads(row[0])) if row else None


def _value(rules: Rules, kind: str, today: int, level: str = "any") -> int:
    line = rules.find(kind, today, level=level)
    return line.value if line else 0
