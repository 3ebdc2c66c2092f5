"""What a run's ledger has seen, counted: kinds of movements, loans, cases and facts."""

import json
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from broker.ledger import database
from broker.ledger.store import Database

_KINDS = (
    # counted as        of what
    ("movement",        "SELECT kind, COUNT(*) FROM movement GROUP BY kind"),
    ("loan",            "SELECT state, COUNT(*) FROM loan GROUP BY state"),
    ("case",            "SELECT kind, COUNT(*) FROM exception_case GROUP BY kind"),
    ("open_case",       "SELECT kind, COUNT(*) FROM exception_case WHERE closed_ms IS NULL "
                        "GROUP BY kind"),
    ("fact",            "SELECT kind, COUNT(*) FROM inbox GROUP BY kind"),
    ("stream",          "SELECT state, COUNT(*) FROM stream GROUP BY state"),
    ("clock",           "SELECT quality, COUNT(*) FROM inbox GROUP BY quality"),
)  # fmt: skip
_SESSIONS = "SELECT body FROM inbox WHERE kind = 'session' AND body IS NOT NULL"
_OVER = "SELECT COUNT(*) FROM loan WHERE over_limit > 0"

# Of the body of a door session's record.
SESSIONS: tuple[tuple[str, Callable[[dict[str, Any]], bool]], ...] = (
    ("offline",     lambda body: body.get("policy", 0) > 0),
    ("nobodys",     lambda body: body.get("how") == "nobody"),
    ("rebound",     lambda body: body.get("rebounds", 0) > 0),
    ("left_open",   lambda body: body.get("left_open", False)),
    ("unsure",      lambda body: bool(body.get("unsure"))),
    ("both_ways",   lambda body: bool(body.get("took")) and bool(body.get("put"))),
    ("power",       lambda body: body.get("end") == "power"),
    ("jammed",      lambda body: body.get("end") == "jammed"),
    ("never_opened", lambda body: body.get("end") == "never_opened"),
)  # fmt: skip
_FAULTS = """SELECT device.name, inbox.body FROM inbox JOIN stream ON stream.id = inbox.stream
JOIN device ON device.id = stream.device WHERE inbox.kind = 'fault' AND inbox.body IS NOT NULL
ORDER BY inbox.id"""


_RECORDS = "SELECT received_ms, body FROM inbox ORDER BY id"
_MOVEMENTS = "SELECT copy, source, target, kind, at_ms FROM movement ORDER BY id"


def digest(folder: Path) -> str:
    """Return a hash of all that machines said, byte for byte, and of all that followed."""
    found = sha256()
    with database.snapshot(folder) as db:
        for query in (_RECORDS, _MOVEMENTS):
            for row in db.execute(query).fetchall():
                found.update(repr(row).encode())
    return found.hexdigest()[:16]


def faults(folder: Path) -> list[tuple[str, bytes]]:
    """Return (machine, record) of each `fault` in a run's ledger, in order of arrival."""
    with database.snapshot(folder) as db:
        return [(device, raw) for device, raw in db.execute(_FAULTS).fetchall()]


def count(folder: Path) -> Counter[str]:
    """Return counts of what is in a run's ledger; a word of each kind is its name."""
    seen: Counter[str] = Counter()
    with database.snapshot(folder) as db:
        for name, query in _KINDS:
            for word, times in db.execute(query).fetchall():
                seen[f"{name}_{word}"] += times
        ((over,),) = db.execute(_OVER).fetchall()
        seen["loan_over_limit"] += over
        seen += _sessions(db)
    return seen


def _sessions(db: Database) -> Counter[str]:
    seen: Counter[str] = Counter()
    for (raw,) in db.execute(_SESSIONS).fetchall():
        body = json.loads(raw)["d"]
        seen["sessions"] += 1
        for name, is_so in SESSIONS:
            seen[f"session_{name}"] += bool(is_so(body))
    return seen
