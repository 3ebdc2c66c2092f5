"""Export: what comes out goes in again, here or elsewhere, and is the same."""

import json
from pathlib import Path

import pymarc

from broker.catalogue import export, intake
from broker.catalogue.intake import Source
from broker.ledger import database
from broker.ledger.store import Database
from broker.library.load import load
from tests.broker.catalogue.conftest import furnish
from tests.broker.catalogue.records import cnmarc, field

NOW_MS = 1_795_000_000_000
KEY = bytes(range(32))


def filled(db: Database, folder: Path) -> Database:
    records = (
        cnmarc(1, "红楼梦", field("905", "alib01", "bB1", "bB2"), encoding="gb18030"),
        cnmarc(2, "重庆森林", encoding="gb18030"),
    )
    (folder / "in.mrc").write_bytes(b"".join(records))
    take(db, Source(folder / "in.mrc", "cnmarc", "gb18030"))
    return db


def take(db: Database, source: Source) -> intake.Taken:
    return intake.take(db, source, now_ms=NOW_MS, progress=lambda *_how_far: None)


def elsewhere(folder: Path) -> Database:
    db = database.open_writer(folder)
    furnish(db)
    return db


def described(db: Database) -> list[object]:
    asked = (
        "SELECT id, title, author, year, language, audience, class FROM title ORDER BY id",
        "SELECT title, publisher, subjects FROM title_detail ORDER BY title",
        "SELECT isbn, title FROM title_isbn ORDER BY isbn, title",
        "SELECT barcode, tag, title, home FROM copy ORDER BY barcode",
        "SELECT title, phrases, words FROM search_title ORDER BY title",
    )
    return [db.execute(question).fetchall() for question in asked]


def test_the_records_come_out_in_utf8(db: Database, tmp_path: Path) -> None:
    counts = export.write(filled(db, tmp_path), tmp_path / "out")

    with (tmp_path / "out" / "cnmarc.mrc").open("rb") as file:
        found = [record["200"]["a"] for record in pymarc.MARCReader(file) if record]
    assert found == ["红楼梦", "重庆森林"]
    assert (counts["cnmarc.mrc"], counts["marc21.mrc"], counts["copies.csv"]) == (2, 0, 2)


def test_the_records_go_in_again_elsewhere(db: Database, tmp_path: Path) -> None:
    export.write(filled(db, tmp_path), tmp_path / "out")
    other = elsewhere(tmp_path / "other")

    take(other, Source(tmp_path / "out" / "cnmarc.mrc", "cnmarc"))

    assert described(other) == described(db)


def test_the_sheet_goes_in_again_elsewhere(db: Database, tmp_path: Path) -> None:
    export.write(filled(db, tmp_path), tmp_path / "out")
    other = elsewhere(tmp_path / "other")

    taken = take(other, Source(tmp_path / "out" / "catalogue.csv", "csv"))

    assert (taken.new, taken.copies, taken.broken) == (2, 2, ())
    assert described(other) == described(db)


def test_the_library_s_files_are_loaded_elsewhere(db: Database, tmp_path: Path) -> None:
    export.write(filled(db, tmp_path), tmp_path / "out")
    other = database.open_writer(tmp_path / "other")

    load(
        other,
        tmp_path / "out",
        district_key=KEY,
        now_ms=NOW_MS,
        progress=lambda *_how_far: None,
    )

    assert described(other)[0] == described(db)[0]
    assert described(other)[3] == described(db)[3]


def test_each_title_is_a_line_of_json(db: Database, tmp_path: Path) -> None:
    export.write(filled(db, tmp_path), tmp_path / "out")

    lines = (tmp_path / "out" / "catalogue.jsonl").read_text(encoding="utf-8").splitlines()
    first = json.loads(lines[0])
    assert (first["title"], first["author"], first["isbn"]) == (
        "红楼梦",
        ["曹雪芹"],
        ["9787020002207"],
    )
    assert [copy["barcode"] for copy in first["copies"]] == ["B1", "B2"]
