"""Enters a copy into the ledger: its line, and the movement that puts it where it is."""

from broker.ledger.store import Database

_COPY = """INSERT INTO copy (barcode, tag, title, home, placed, loaded_ms)
VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id"""
_LOAD = """INSERT INTO movement (copy, source, target, kind, at_ms, recorded_ms)
VALUES (?, 1, ?, 'load', ?, ?)"""

_NONE = "none:"


def no_tag(barcode: str) -> str:
    """Return what stands for the chip of a copy that has none: no machine can ever read it."""
    return f"{_NONE}{barcode}"


def chip(tag: str) -> str:
    """Return a copy's tag as people know it; empty when it has none."""
    return "" if tag.startswith(_NONE) else tag


def enter(
    db: Database, *, barcode: str, tag: str, title: str, home: str, placed: int, now_ms: int
) -> bool:
    """Enter a copy and say whether it is new; a barcode or a tag that is there changes nothing."""
    values = (barcode, tag or no_tag(barcode), title, home, placed, now_ms)
    new = db.execute(_COPY, values).fetchone()
    if new:
        db.execute(_LOAD, (new[0], placed, now_ms, now_ms))
    return bool(new)
