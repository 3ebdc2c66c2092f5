"""A ledger with two branches, for the catalogue's tests."""

from pathlib import Path

import pytest

from broker.ledger import database
from broker.ledger.store import Database


@pytest.fixture
def db(tmp_path: Path) -> Database:
    db = database.open_writer(tmp_path / "data")
    furnish(db)
    return db


def furnish(db: Database) -> None:
    db.begin()
    for site in ("lib01", "lib02"):
        values = (site, f"{site}馆", f"Library {site}")
        db.execute("INSERT INTO site VALUES (?, ?, ?, 'library', 'district', 31, 121)", values)
        db.execute("INSERT INTO holder (kind, site) VALUES ('shelf', ?)", (site,))
    db.commit()
