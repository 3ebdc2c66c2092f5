"""What was ordered of a machine: when, by whom, why, and what came of it.  Only reads."""

from typing import NamedTuple

from sqlalchemy import Engine, text

SHOWN = 10
SILENT_MS = 180_000  # After so long no answer will come: a restart takes a minute.

_NEWEST = """SELECT o.id, o.op, o.door, o.sent_ms, o.ok, o.why, o.done_ms,
COALESCE(order_reason.actor, '') AS actor, COALESCE(order_reason.reason, '') AS reason
FROM device_order o JOIN device ON device.id = o.device
LEFT JOIN order_reason ON order_reason.number = o.id
WHERE device.name = :device ORDER BY o.sent_ms DESC LIMIT :limit"""


class Ordered(NamedTuple):
    """`state` is sent, silent, done or failed; `why` is a word of wire.REASONS when it failed."""

    id: str
    op: str
    door: int
    actor: str
    reason: str
    sent_ms: int
    state: str
    why: str
    done_ms: int


def newest(engine: Engine, device: str, now_ms: int) -> list[Ordered]:
    """Return the last orders of a machine, newest first."""
    with engine.connect() as connection:
        rows = connection.execute(text(_NEWEST), {"device": device, "limit": SHOWN}).all()
    return [
        Ordered(
            id=row.id,
            op=row.op,
            door=row.door,
            actor=row.actor,
            reason=row.reason,
            sent_ms=row.sent_ms,
            state=_state(row.ok, now_ms - row.sent_ms),
            why=row.why,
            done_ms=row.done_ms or 0,
        )
        for row in rows
    ]


def _state(ok: int | None, since_ms: int) -> str:
    if ok is None:
        return "silent" if since_ms >= SILENT_MS else "sent"
    return "done" if ok else "failed"
