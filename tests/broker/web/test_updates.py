"""Bundles in ranges for whoever knows their hash, and the page that tells how far an offer is."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from broker.updates import making
from broker.updates.shelf import Shelf
from tests.broker.web.conftest import House
from tests.broker.web.library import NOW_MS

DATA = making.build({"board.mpy": b"wiring" * 50}, kind="firmware", version="0.2.0", least="0.1.0")
HASH = making.read(DATA).hash


@pytest.fixture
def shelf(house: House, tmp_path: Path) -> Shelf:
    made = Shelf(tmp_path)
    made.put(DATA)
    house.app.state.shelf = made
    return made


@pytest.fixture
def offered(house: House, shelf: Shelf) -> None:
    """bc01 has gone back, bc02 was not told yet."""
    db = house.library.db
    db.begin()
    offer = (1, "firmware", "0.2.0", HASH, 100, "stopped", NOW_MS)
    db.execute("INSERT INTO update_offer VALUES (?, ?, ?, ?, ?, ?, ?)", offer)
    insert = """INSERT INTO update_machine
        SELECT 1, id, ?, ?, ?, ? FROM device WHERE name = ?"""
    db.execute(insert, (0, "back", "unserved", NOW_MS, "bc01"))
    db.execute(insert, (1, "", "", NOW_MS, "bc02"))
    db.commit()


def test_a_machine_fetches_a_range_without_a_token(stranger: TestClient, shelf: Shelf) -> None:
    answer = stranger.get(f"/updates/{HASH}", headers={"Range": "bytes=100-199"})

    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == f"bytes 100-199/{len(DATA)}"
    assert answer.content == DATA[100:200]


@pytest.mark.parametrize("name", ["0" * 64, "tray", "..%2Fledger.sqlite"])
def test_nothing_else_can_be_fetched(stranger: TestClient, shelf: Shelf, name: str) -> None:
    assert stranger.get(f"/updates/{name}").status_code in (401, 404)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("firmware 0.2.0", "stopped", "went back", "the service did not answer", "wave 2")),
        ("zh", ("程序 0.2.0", "已停止", "已退回旧版", "连不上服务", "第 2 批")),
    ],
)
def test_the_page_tells_what_each_machine_made_of_it(
    staff: TestClient, offered: None, language: str, words: tuple[str, ...]
) -> None:
    page = staff.get("/updates", headers={"Accept-Language": language}).text

    for word in (*words, "bc01", "bc02"):
        assert word in page


def test_programs_read_the_same(staff: TestClient, offered: None) -> None:
    (offer,) = staff.get("/v1/updates").json()

    assert (offer["kind"], offer["version"], offer["state"]) == ("firmware", "0.2.0", "stopped")
    assert [(row["name"], row["word"]) for row in offer["machines"]] == [
        ("bc01", "back"),
        ("bc02", ""),
    ]


def test_strangers_do_not_see_it(stranger: TestClient, offered: None) -> None:
    assert stranger.get("/v1/updates").status_code == 401
