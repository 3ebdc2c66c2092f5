"""A backup is the ledger as it was; restored it is the same ledger, and goes on."""

import json
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

from broker.catalogue.index import Index
from broker.keeping import backup, restoring
from broker.keeping.archive import Archive, ArchiveError
from broker.ledger import audit, database, migrations, store
from broker.ledger.database import LedgerError
from broker.ledger.store import Database
from tests.broker.desk import MINUTE_MS, READERS, START_MS, TAGS, Desk, Machine, day

NOW_MS = START_MS + 60 * MINUTE_MS


def quiet(_name: str, _done: int, _all: int) -> None:
    pass


def rebuilt(db: Database) -> None:
    db.begin()
    Index(db).rebuild()
    db.commit()


def live(desk: Desk) -> Desk:
    """A copy was lent and brought back, another is out; a third one's fact came late."""
    machine, other = Machine(), Machine("bc02")
    for each in (machine, other):
        desk.hear(each.says("hello", each.hello()))
    machine.session(1, READERS[0], took=[TAGS[0], TAGS[1]], due=20270101)
    machine.session(20 * MINUTE_MS, READERS[0], put=[TAGS[0]], door=2)
    other.session(10 * MINUTE_MS, READERS[1], put=[TAGS[1]])
    for each in (machine, other):
        desk.hear(each.says("fact", each.payload(), NOW_MS))
    return desk


def back_up(desk: Desk, path: Path) -> Path:
    engine = database.open_reader(desk.folder, desk.url)
    backup.backup(engine, path, now_ms=NOW_MS, progress=quiet)
    engine.dispose()
    return path


@pytest.fixture
def lived(desk: Desk) -> Desk:
    return live(desk)


@pytest.fixture
def taken(lived: Desk, tmp_path: Path) -> Path:
    return back_up(lived, tmp_path / "ledger.zip")


class Place(NamedTuple):
    """Where a ledger may be: a folder, or a PostgreSQL database at `url`."""

    folder: Path
    url: str

    def restore(self, path: Path, *, force: bool = False) -> str:
        archive = Archive(path)
        try:
            return restoring.place(
                *self, archive, force=force, now_ms=NOW_MS, after=rebuilt, progress=quiet
            )
        finally:
            archive.close()

    def contents(self) -> dict[str, list[tuple[object, ...]]]:
        """Return every row of every table."""
        engine = database.open_reader(*self)
        with engine.connect() as connection:
            found = {
                table.name: sorted(map(tuple, connection.execute(table.select())), key=repr)
                for table in migrations.all_tables().sorted_tables
            }
        engine.dispose()
        return found

    def restored(self) -> dict[str, list[tuple[object, ...]]]:
        """Return the same without what a restore notes: itself, and a policy above all others."""
        found = self.contents()
        assert len(found["restoration"]) == 1
        newest = max(found["policy"], default=None, key=lambda row: row[0])  # type: ignore[arg-type,return-value]
        found["policy"] = [row for row in found["policy"] if row is not newest]
        return found | {"restoration": []}


@pytest.fixture(params=["into a file", "into PostgreSQL"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A place without a ledger, on each database."""
    if request.param == "into a file":
        return Place(tmp_path / "again", "")
    return Place(tmp_path / "again", request.getfixturevalue("postgres").empty())


def test_a_restored_ledger_is_the_same_in_every_row(
    lived: Desk, taken: Path, elsewhere: Place
) -> None:
    """From either database into either: a library may grow from a file to a server."""
    assert elsewhere.restore(taken) == ""

    before = Place(lived.folder, lived.url).contents()
    assert elsewhere.contents()["restoration"] == [(1, NOW_MS, NOW_MS)]
    assert elsewhere.restored() == before
    assert len(before["observation"]) == 4
    assert audit.check(elsewhere.folder, day, elsewhere.url) == []


def test_a_restored_ledger_has_its_guards_and_goes_on(taken: Path, elsewhere: Place) -> None:
    elsewhere.restore(taken)
    db = database.open_writer(*elsewhere)

    with pytest.raises(store.CONFLICTS, match="never deleted"):
        db.execute("DELETE FROM inbox")
    db.begin()
    insert = "INSERT INTO holder (kind, device, door) VALUES ('compartment', 1, 9) RETURNING id"
    (new,) = db.execute(insert).fetchone()
    db.commit()
    assert db.execute("SELECT COUNT(*) FROM holder WHERE id > ?", (new,)).fetchone() == (0,)
    db.close()


@pytest.mark.parametrize(
    ("table", "key", "lie"),
    [
        ("observation", "happened_ms", "copy = 999"),
        ("observation", "happened_ms", "cause = 999"),
        ("observation", "happened_ms", "place = 999"),
        ("movement", "id", "cause = 999"),
        ("movement", "id", "target = 999"),
        ("loan", "id", "copy = 999"),
        ("loan", "id", "cause = 999"),
        ("copy", "id", "title = 'nowhere'"),
    ],
)
def test_a_row_that_refers_to_nothing_is_not_restored(
    tmp_path: Path, elsewhere: Place, table: str, key: str, lie: str
) -> None:
    """Also where PostgreSQL checks a statement's references by a trigger."""
    desk = live(Desk(tmp_path / "data"))
    desk.db.execute("PRAGMA foreign_keys = OFF")
    guards = "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?"
    for (name,) in desk.db.execute(guards, (table,)).fetchall():
        desk.db.execute(f"DROP TRIGGER {name}")
    only_one = f"(SELECT MAX({key}) FROM {table})"
    desk.db.execute(f"UPDATE {table} SET {lie} WHERE {key} = {only_one}")
    archive = back_up(desk, tmp_path / "broken.zip")
    desk.db.close()

    with pytest.raises(ArchiveError, match=f"a row of {table} refers to"):
        elsewhere.restore(archive)


def test_what_can_be_searched_is_found_after_a_restore(taken: Path, elsewhere: Place) -> None:
    elsewhere.restore(taken)
    db = database.open_writer(*elsewhere)
    db.begin()
    Index(db).add_missing()
    db.commit()

    assert db.execute("SELECT title FROM search_title").fetchall() == [("t1",)]
    db.close()


def test_a_ledger_that_holds_anything_is_not_overwritten(lived: Desk, taken: Path) -> None:
    here = Place(lived.folder, lived.url)
    lived.db.close()

    with pytest.raises(LedgerError, match="--force"):
        here.restore(taken)


def test_with_force_the_old_ledger_is_set_aside(elsewhere: Place, taken: Path) -> None:
    elsewhere.restore(taken)
    before = elsewhere.restored()

    aside = elsewhere.restore(taken, force=True)

    assert elsewhere.restored() == before
    assert "before" in aside


def test_a_ledger_that_is_served_is_left_alone(taken: Path, elsewhere: Place) -> None:
    elsewhere.restore(taken)
    lock = database.Lock(elsewhere.folder)
    db = database.open_writer(*elsewhere, "shared")

    with pytest.raises(LedgerError, match="serve"):
        elsewhere.restore(taken, force=True)
    db.close()
    lock.release()


def test_a_backup_taken_while_machines_speak_is_of_one_moment(
    lived: Desk, tmp_path: Path, elsewhere: Place
) -> None:
    """Between any two tables that are read, a machine tells what it saw."""
    machine = Machine("kx01")
    lived.hear(machine.says("hello", machine.hello()))

    def speak(_name: str, _done: int, _all: int) -> None:
        number = len(machine.records)
        machine.fact("lent", visit="1.1", reader=READERS[0], tag=TAGS[number], due=20270101)
        lived.hear(machine.says("fact", machine.payload(number + 1), NOW_MS))

    before = Place(lived.folder, lived.url).contents()
    engine = database.open_reader(lived.folder, lived.url)
    backup.backup(engine, tmp_path / "busy.zip", now_ms=NOW_MS, progress=speak)
    engine.dispose()
    elsewhere.restore(tmp_path / "busy.zip")

    assert len(machine.records) > 5
    assert lived.one("SELECT COUNT(*) FROM inbox") == 3 + len(machine.records)
    assert elsewhere.restored() == before
    assert audit.check(elsewhere.folder, day, elsewhere.url) == []


@pytest.mark.parametrize("size", [0, 100, -1])
def test_a_torn_archive_is_refused(taken: Path, size: int, tmp_path: Path) -> None:
    taken.write_bytes(taken.read_bytes()[:size])

    with pytest.raises(ArchiveError, match="archive|manifest"):
        Place(tmp_path / "again", "").restore(taken)
    assert not (tmp_path / "again").exists()


def test_an_archive_that_was_changed_is_refused(taken: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(taken) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, text.replace(b"1001", b"1002") if name == "loan.jsonl" else text)
        new.comment = old.comment

    with pytest.raises(ArchiveError, match="table loan was changed"):
        Archive(changed)


def test_an_archive_of_a_newer_service_is_refused(taken: Path, tmp_path: Path) -> None:
    archive = Archive(taken)
    archive.manifest.migrations.append("tomorrow")

    with pytest.raises(ArchiveError, match="tomorrow"):
        restoring.place(
            tmp_path / "again", "", archive, force=False, now_ms=NOW_MS, after=rebuilt,
            progress=quiet,
        )  # fmt: skip
    assert not (tmp_path / "again" / database.NAME).exists()
    assert not (tmp_path / "again" / restoring.FOLDER).exists()


def test_a_backup_never_overwrites(lived: Desk, taken: Path) -> None:
    before = taken.read_bytes()

    with pytest.raises(ArchiveError, match="there already"):
        backup.backup(
            database.open_reader(lived.folder, lived.url), taken, now_ms=NOW_MS, progress=quiet
        )
    assert taken.read_bytes() == before


def test_an_archive_is_its_owners_alone_and_can_be_read_without_us(taken: Path) -> None:
    assert taken.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(taken) as file:
        manifest = json.loads(file.read("manifest.json"))
        loans = [json.loads(line) for line in file.read("loan.jsonl").splitlines()]

    (columns,) = [table["columns"] for table in manifest["tables"] if table["name"] == "loan"]
    assert sorted(loan[columns.index("state")] for loan in loans) == ["returned", "void"]
