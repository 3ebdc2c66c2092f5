"""A ledger that cannot be read is told in one line, with what to do; nothing is changed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from broker.ledger import database, migrations


def made(path: Path, version: str) -> None:
    """Make a ledger of an earlier service, or one that says that it is of a later one."""
    engine = database._migrating(path)
    with engine.begin() as connection:
        migrations.upgrade(connection, to="heads" if version == "later" else version)
        if version == "later":
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'later'")
    engine.dispose()


def cut(path: Path) -> None:
    made(path, "heads")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


UNREADABLE: tuple[tuple[str, Callable[[Path], object], str], ...] = (
    ("older", lambda path: made(path, "holds"), "older than this service: `ledger upgrade`"),
    ("newer", lambda path: made(path, "later"), "newer than this service: migration later"),
    ("no_database", lambda path: path.write_bytes(b"a letter" * 500), "damaged .* restore"),
    ("cut", cut, "damaged .* restore"),
    ("nothing", lambda path: None, "there is no ledger yet"),
    ("empty", lambda path: path.touch(), "there is no ledger yet"),
)


@pytest.mark.parametrize(("_name", "make", "said"), UNREADABLE)
def test_what_is_wrong_is_said_and_nothing_changed(
    tmp_path: Path, _name: str, make: Callable[[Path], object], said: str
) -> None:
    path = tmp_path / database.NAME
    make(path)
    before = path.read_bytes() if path.exists() else None

    with pytest.raises(database.LedgerError, match=said), database.snapshot(tmp_path):
        pass
    with pytest.raises(database.LedgerError, match=said):
        database.open_reader(tmp_path)

    assert (path.read_bytes() if path.exists() else None) == before


@pytest.mark.parametrize("make", [lambda path: path.write_bytes(b"a letter" * 500), cut])
def test_what_is_damaged_is_not_upgraded(tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / database.NAME)

    with pytest.raises(database.LedgerError, match="damaged"):
        database.open_writer(tmp_path)


def test_damage_further_in_is_said_when_it_is_read(tmp_path: Path) -> None:
    database.open_writer(tmp_path).close()
    path = tmp_path / database.NAME
    data = bytearray(path.read_bytes())
    with database.snapshot(tmp_path) as db:
        find = "SELECT rootpage FROM sqlite_schema WHERE name = 'lease'"
        (page,) = db.execute(find).fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    data[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(data)
    engine = database.open_reader(tmp_path)

    with pytest.raises(database.LedgerError, match="damaged"), engine.connect() as connection:
        connection.execute(text("SELECT * FROM lease")).fetchall()
    with (
        pytest.raises(database.LedgerError, match="damaged"),
        database.snapshot(tmp_path) as db,
    ):
        db.execute("SELECT * FROM lease").fetchall()
    engine.dispose()
