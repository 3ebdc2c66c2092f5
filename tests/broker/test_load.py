"""Loading a library: twice is as good as once, and a wrong row loads nothing."""

import csv
import shutil
from pathlib import Path

import pytest

from bookcase_fw import sign
from broker.ledger import audit, database
from broker.ledger.store import Database
from broker.library.load import LoadError, load
from tests.broker.desk import DISTRICT_KEY, START_MS, day

SAMPLE = Path(__file__).parent.parent.parent / "hw_sim" / "sample" / "data"
TABLES = ("site", "device", "title", "copy", "patron", "holder", "movement", "copy_state")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample's files, with a key for one machine."""
    shutil.copytree(SAMPLE, tmp_path / "csv")
    (tmp_path / "csv" / "keys.csv").write_text(f"device,key\nbc01,{'ab' * 32}\n")
    return tmp_path / "csv"


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return database.open_writer(tmp_path / "data")


def enter(db: Database, folder: Path) -> list[tuple[str, int, int]]:
    """Load and return the progress that was told."""
    steps: list[tuple[str, int, int]] = []
    load(
        db,
        folder,
        district_key=DISTRICT_KEY,
        now_ms=START_MS,
        progress=lambda *step: steps.append(step),
    )
    return steps


def contents(db: Database) -> list[object]:
    return [db.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES]


def test_every_copy_is_where_the_file_says(db: Database, folder: Path) -> None:
    enter(db, folder)

    with (folder / "copies.csv").open() as file:
        wanted = {row["barcode"]: row["holder"] for row in csv.DictReader(file)}
    found = db.execute(
        "SELECT barcode, COALESCE('shelf:' || holder.site, device.name || '/' || holder.door)"
        " FROM copy JOIN copy_state ON copy_state.copy = copy.id"
        " JOIN holder ON holder.id = copy_state.holder"
        " LEFT JOIN device ON device.id = holder.device"
    )
    assert dict(found) == wanted


def test_loading_twice_changes_nothing(db: Database, folder: Path, tmp_path: Path) -> None:
    enter(db, folder)
    once = contents(db)

    enter(db, folder)

    assert contents(db) == once
    assert audit.check(tmp_path / "data", day) == []


def test_a_reader_is_known_by_the_pseudonym_of_the_card(db: Database, folder: Path) -> None:
    enter(db, folder)

    reader = sign.pseudonym(DISTRICT_KEY, "SG00000001")
    assert db.execute("SELECT card FROM patron WHERE reader = ?", (reader,)).fetchall() == [
        ("SG00000001",)
    ]


def test_progress_is_told_up_to_the_last_row(db: Database, folder: Path) -> None:
    last = {name: (done, total) for name, done, total in enter(db, folder)}

    assert all(done == total for done, total in last.values())
    assert last["keys.csv"] == (1, 1)


@pytest.mark.parametrize(
    ("file", "row", "said"),
    [
        ("copies.csv", "MH1,AA,t0001,lib01,bc99/1", "no such place: bc99/1"),
        ("copies.csv", "MH1,AA,t0001,lib01", "copies.csv, line"),
        ("keys.csv", "bc77,abab", "a key has 32 bytes"),
        ("keys.csv", f"bc77,{'ab' * 32}", "no machine bc77"),
        ("machines.csv", "bc77,bookcase,nowhere,4,12,", "FOREIGN KEY"),
        ("sites.csv", "x,y,z,mall,city,north,0", "could not convert"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_loaded(
    db: Database, folder: Path, file: str, row: str, said: str
) -> None:
    with (folder / file).open("a") as table:
        table.write(row + "\n")
    before = contents(db)

    with pytest.raises(LoadError, match=said) as error:
        enter(db, folder)

    assert str(error.value).startswith(file)
    assert contents(db) == before


def test_a_missing_file_is_named(db: Database, folder: Path) -> None:
    (folder / "titles.csv").unlink()

    with pytest.raises(LoadError, match=r"titles\.csv"):
        enter(db, folder)


def test_what_a_copy_is_may_be_told_and_is_taken_anew(db: Database, folder: Path) -> None:
    path = folder / "copies.csv"
    header, *lines = path.read_text().splitlines()
    types = ["disc", "", *[""] * (len(lines) - 2)]
    for first in ("disc", "periodical"):
        types[0] = first
        rows = [f"{line},{kind}" for line, kind in zip(lines, types, strict=True)]
        path.write_text("\n".join([f"{header},type", *rows]) + "\n")
        enter(db, folder)

    (found,) = db.execute("SELECT copy, type FROM copy_type").fetchall()

    assert found == (1, "periodical")
