"""Which rules were in force in a period."""

from broker.reports.cells import Rows

_RULESETS = "SELECT sha256, active_ms FROM ruleset ORDER BY active_ms, id"


def in_force(rows: Rows, begin_ms: int, end_ms: int) -> list[str]:
    """Return the sha256 of each ruleset that was in force, in order."""
    found: list[str] = []
    for sha256, active_ms in rows(_RULESETS):
        if active_ms <= begin_ms:
            found = [sha256]
        elif active_ms < end_ms:
            found.append(sha256)
    return found
