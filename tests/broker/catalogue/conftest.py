"""A ledger with two branches, on each database, for the catalogue's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.ledger import database
from broker.ledger.store import Database


@pytest.fixture
def db(tmp_path: Path, database_url: str) -> Iterator[Database]:
    db = database.open_writer(tmp_path / "data", database_url)
    furnish(db)
    yield db
    db.close()


def furnish(db: Database) -> None:
    """Two branches with a shelf each, and a bookcase with two compartments."""
    db.begin()
    for site in ("lib01", "lib02"):
        values = (site, f"{site}馆", f"Library {site}")
        db.execute("INSERT INTO site VALUES (?, ?, ?, 'library', 'district', 31, 121)", values)
        db.execute("INSERT INTO holder (kind, site) VALUES ('shelf', ?)", (site,))
    (device,) = db.execute(
        "INSERT INTO device (name, kind, site, doors, capacity)"
        " VALUES ('bc01', 'bookcase', 'lib02', 2, 12) RETURNING id"
    ).fetchone()
    for door in (1, 2):
        db.execute(
            "INSERT INTO holder (kind, device, door) VALUES ('compartment', ?, ?)", (device, door)
        )
    db.commit()
