"""Whether an order from afar may be carried out: connection, deadline, once.  Pure.

An order names the session it was given in and a deadline in the device's own uptime, so that one
that was kept, replayed or delayed is dead without any trust in a wall clock.
"""

from bookcase_fw import wire


def refusal(order: dict, retained: bool, session: str, uptime_ms: int) -> str:
    """Return why a genuine order is refused, a word of wire.REASONS; "" when it may be done."""
    if retained:
        return "retained"
    if order["session"] != session:
        return "stale_session"
    if uptime_ms > order["deadline_ms"]:
        return "late"
    if order["op"] not in [op for op, _meaning in wire.ORDERS]:
        return "unknown"
    return ""
