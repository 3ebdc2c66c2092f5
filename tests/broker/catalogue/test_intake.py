"""Importing: new and changed titles go in, what is as it was stays, broken ones are told."""

from pathlib import Path

import pytest

from broker.catalogue import intake
from broker.catalogue.intake import Problem, Source, Taken
from broker.catalogue.sheet import SheetError
from broker.ledger.store import Database
from tests.broker.catalogue.records import cnmarc, field

NOW_MS = 1_795_000_000_000
OTHERS = Path(__file__).parent.parent.parent.parent / ".cache" / "marc"
NOTHING = Taken(0, 0, 0, (), 0, 0, ())
HEADER = "title_id,title,author,year,barcode,site\n"


def take(db: Database, path: Path, form: str = "cnmarc", **more: str) -> Taken:
    return intake.take(
        db, Source(path, form, **more), now_ms=NOW_MS, progress=lambda *_how_far: None
    )


def file(folder: Path, *records: bytes) -> Path:
    path = folder / "in.mrc"
    path.write_bytes(b"".join(records))
    return path


def titles(db: Database) -> list[tuple[object, ...]]:
    return db.execute("SELECT id, title, author, year FROM title ORDER BY id").fetchall()


def test_a_file_goes_in_and_a_second_time_changes_nothing(db: Database, tmp_path: Path) -> None:
    path = file(tmp_path, *(cnmarc(number, f"书{number}") for number in range(1, 4)))

    first, second = take(db, path), take(db, path)

    assert first == NOTHING._replace(new=3)
    assert second == NOTHING._replace(unchanged=3)
    assert titles(db)[0] == ("CN000001", "书1", "曹雪芹", 2008)


def test_of_a_file_that_changed_only_what_changed_is_written(db: Database, tmp_path: Path) -> None:
    take(db, file(tmp_path, cnmarc(1), cnmarc(2, "三国演义")))

    taken = take(db, file(tmp_path, cnmarc(1), cnmarc(2, "水浒传"), cnmarc(3, "西游记")))

    assert taken == NOTHING._replace(new=1, changed=1, unchanged=1)
    assert [title for _id, title, *_rest in titles(db)] == ["红楼梦", "水浒传", "西游记"]


def test_a_broken_record_is_told_by_number_and_the_rest_goes_in(
    db: Database, tmp_path: Path
) -> None:
    broken = cnmarc(2)[:60] + b"\x1d"

    taken = take(db, file(tmp_path, cnmarc(1), broken, cnmarc(3), cnmarc(1, "另一部")))

    assert taken.new == 2
    assert [problem.number for problem in taken.broken] == [2, 4]
    assert taken.broken[1].why == "it has the number of record 1: CN000001"


def test_holdings_become_copies_on_the_shelf_of_their_branch(db: Database, tmp_path: Path) -> None:
    holding = field("905", "alib02", "bB1", "bB2")

    taken = take(db, file(tmp_path, cnmarc(1, "红楼梦", holding)))

    assert taken.copies == 2
    assert db.execute(
        "SELECT copy.barcode, copy.tag, copy.home, holder.site FROM copy"
        " JOIN copy_state ON copy_state.copy = copy.id"
        " JOIN holder ON holder.id = copy_state.holder ORDER BY copy.barcode"
    ).fetchall() == [("B1", "none:B1", "lib02", "lib02"), ("B2", "none:B2", "lib02", "lib02")]


def test_a_copy_of_an_unknown_branch_is_told_until_a_place_is_named(
    db: Database, tmp_path: Path
) -> None:
    path = file(tmp_path, cnmarc(1, "红楼梦", field("905", "aA馆", "bB1")))

    without, named, again = take(db, path), take(db, path, site="lib01"), take(db, path)

    assert without.refused_copies == (Problem(1, "copy B1: no site 'A馆'"),)
    assert (named.changed, named.copies) == (1, 1)
    assert again == NOTHING._replace(unchanged=1)


def test_a_copy_that_moved_to_another_record_keeps_its_place(db: Database, tmp_path: Path) -> None:
    holding = field("905", "alib01", "bB1")
    take(db, file(tmp_path, cnmarc(1, "红楼梦", holding)))
    take(db, file(tmp_path, cnmarc(1, "红楼梦"), cnmarc(2, "红楼梦魇", holding)))

    assert db.execute("SELECT title FROM copy").fetchall() == [("CN000002",)]
    assert db.execute("SELECT COUNT(*) FROM movement").fetchall() == [(1,)]


def test_csv_goes_in_like_records(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text(
        HEADER
        + "t1,三体,刘慈欣,2008,B1,lib01\nt1,三体,刘慈欣,2008,B2,lib02\n"
        + "t2,,x,,,\nt3,活着,余华,年,,\n",
        encoding="utf-8-sig",
    )

    first, second = take(db, path, "csv"), take(db, path, "csv")

    assert (first.new, first.copies) == (1, 2)
    assert [problem.number for problem in first.broken] == [2, 3]
    assert second == first._replace(new=0, unchanged=1, copies=0)


def test_a_sheet_without_titles_is_refused(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("a,b\n1,2\n")

    with pytest.raises(SheetError, match="no column title_id, title"):
        take(db, path, "csv")


def test_progress_comes_to_the_end_of_the_file(db: Database, tmp_path: Path) -> None:
    path = file(tmp_path, *(cnmarc(number) for number in range(1200)))
    told: list[tuple[int, int, int]] = []

    intake.take(db, Source(path, "cnmarc"), now_ms=NOW_MS, progress=lambda *how: told.append(how))

    size = path.stat().st_size
    assert [done for done, _read, _size in told] == [500, 1000, 1200]
    assert told[-1] == (1200, size, size)


@pytest.mark.parametrize(
    ("name", "new", "broken"), [("marc.dat", 20, 0), ("test.dat", 10, 0), ("bad_records.mrc", 1, 8)]
)
def test_records_of_others_go_in_and_stay_as_they_are(
    db: Database, name: str, new: int, broken: int
) -> None:
    first, second = take(db, OTHERS / name, "marc21"), take(db, OTHERS / name, "marc21")

    assert (first.new, len(first.broken)) == (new, broken)
    assert (second.new, second.changed, second.unchanged) == (0, 0, new)
