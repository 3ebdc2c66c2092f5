"""A hold's life as a table: what happens to it, and what it is then.  Pure."""

STATES = (
    # word       meaning
    ("waiting", "in the queue of its title"),
    ("ready", "a copy is kept for its reader at the place of pick-up"),
    ("collected", "the reader has the title"),
    ("cancelled", "the reader, or staff, do not want it any more"),
    ("expired", "the reader did not come in time"),
)
EVENTS = (
    ("trapped", "a copy is at the place of pick-up, and it is this hold's turn"),
    ("taken", "its reader has the copy, or another one of the title"),
    ("broken", "somebody else took the copy, or it is not there any more"),
    ("cancel", "reader or staff take it back"),
    ("expire", "its last day is over"),
)
# fmt: off
TABLE = {
    ("waiting", "trapped"): "ready",
    ("waiting", "taken"):   "collected",
    ("waiting", "cancel"):  "cancelled",
    ("ready",   "taken"):   "collected",
    ("ready",   "broken"):  "waiting",     # At the head of the queue.
    ("ready",   "cancel"):  "cancelled",
    ("ready",   "expire"):  "expired",
}
# fmt: on
IGNORED = (
    ("waiting", "broken"),
    ("waiting", "expire"),
    ("ready", "trapped"),
    *((state, event) for state in ("collected", "cancelled", "expired") for event, _ in EVENTS),
)
ACTIVE = ("waiting", "ready")


def step(state: str, event: str) -> str:
    """Return the state after an event; what changes nothing leaves it as it is."""
    return TABLE.get((state, event), state)
