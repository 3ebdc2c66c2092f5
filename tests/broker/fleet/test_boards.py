"""A board becomes a machine by a code; one that was taken out still tells what it had not told."""

import binascii
import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from bookcase_fw import record
from bookcase_fw.journal import Journal
from bookcase_fw.ring import Part
from broker.__main__ import app
from broker.fleet import bench
from hw_sim.flash import Flash
from tests.broker.desk import KEYS, READERS, TAGS, Machine
from tests.broker.process import Client, Service, client, folder_with_library

ANN = READERS[0]
BEHIND, SECTORS = 4, 6
BODY = {"id": "1.1", "reader": ANN, "how": "card", "door": 1, "end": "shut"}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return folder_with_library(tmp_path)


@pytest.fixture
def service(config: Path) -> Iterator[Service]:
    with Service(config) as running:
        yield running


def old_board(key: bytes, took: tuple[str, ...]) -> tuple[Journal, bytes]:
    """A board with some sessions on its flash; return its journal and a picture of the flash."""
    flash = Flash(SECTORS + BEHIND)
    journal = Journal(Part(flash, 0, SECTORS), key, os.urandom)
    for number, tag in enumerate(took, 1):
        journal.append("session", BODY | {"id": f"1.{number}", "took": [tag]}, (1, number, 0, 0))
    picture = bytearray((SECTORS + BEHIND) * flash.sector_size)
    for sector in range(SECTORS + BEHIND):
        data = bytearray(flash.sector_size)
        flash.readblocks(sector, data)
        picture[sector * flash.sector_size : (sector + 1) * flash.sector_size] = data
    return journal, bytes(picture)


def run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result.output


def test_a_swapped_board_takes_over_and_the_old_journal_is_taken_once(
    service: Service, config: Path, tmp_path: Path
) -> None:
    journal, picture = old_board(KEYS["bc01"], (TAGS[0], TAGS[1], TAGS[2]))
    records = journal.since(0, 10_000)
    web = f"http://127.0.0.1:{service.ports['web']}"
    machine = Machine()
    machine.journal, machine.records = journal.id, records[:1]
    with client(machine, service.ports["mqtt"]) as before:
        before.say("fact", machine.payload())
        assert before.expect("ack")["number"] == 1

    code = run("fleet", "claim", "bc01", "--config", str(config)).strip()
    with httpx.Client(base_url=web, timeout=20) as board:
        given = {"code": code, "board": "serial 7"}
        assert board.post("/v1/claim", json={"code": "A" * 10}).status_code == 401
        secret = board.post("/v1/claim", json=given).json()["secret"]
        assert board.post("/v1/claim", json=given).status_code == 401
        fetching = {"code": code, "secret": secret}
        assert board.post("/v1/claim/configuration", json=fetching).status_code == 202
        listed = run("fleet", "claims", "--config", str(config))
        assert "bc01" in listed and "asked" in listed and "serial 7" in listed
        run("fleet", "approve", listed.split()[0], "--config", str(config))
        wrong = board.post("/v1/claim/configuration", json=fetching | {"secret": "0" * 64})
        assert wrong.status_code == 401
        found = board.post("/v1/claim/configuration", json=fetching).json()
        assert board.post("/v1/claim/configuration", json=fetching).status_code == 401

    assert found["device"] == "bc01" and bytes.fromhex(found["key"]) != KEYS["bc01"]
    stranger = Client(Machine(), service.ports["mqtt"])
    assert not stranger.connected.get(timeout=20)
    stranger.close()
    swapped = Machine()
    swapped.key = bytes.fromhex(found["key"])
    with client(swapped, service.ports["mqtt"]) as after:
        swapped.fact("counted", id="1.1", door=1, back=[], gone=[TAGS[3]], count=2)
        after.say("fact", swapped.payload())
        assert after.expect("ack")["number"] == 1

    image = tmp_path / "board.bin"
    image.write_bytes(picture)
    words = ("fleet", "journal", "bc01", str(image), "--config", str(config), "--behind", "4")
    assert f"journal {journal.id}, 3 records, 2 were new" in run(*words)
    assert "0 were new" in run(*words)


def test_a_picture_of_nothing_or_of_another_machine_is_refused(
    service: Service, config: Path, tmp_path: Path
) -> None:
    image = tmp_path / "board.bin"
    words = ("fleet", "journal", "bc01", str(image), "--config", str(config), "--behind", "4")
    _journal, other = old_board(os.urandom(32), (TAGS[0], TAGS[1]))
    for picture in (b"\xff" * 4096 * 10, b"short", other):
        image.write_bytes(picture)
        assert CliRunner().invoke(app, list(words)).exit_code == 1


def test_what_was_acknowledged_is_not_told_again() -> None:
    journal, picture = old_board(KEYS["bc01"], (TAGS[0], TAGS[1]))
    found = bench.read(picture, KEYS["bc01"], behind_sectors=BEHIND)

    assert (found.id, found.last, len(found.messages)) == (journal.id, 2, 1)
    genesis = record.genesis(KEYS["bc01"], journal.id)
    assert genesis.encode() in found.messages[0]


def test_a_journal_of_a_newer_format_is_refused_in_words() -> None:
    _journal, picture = old_board(KEYS["bc01"], (TAGS[0],))
    header = picture[:3] + bytes((picture[3] + 1,)) + picture[4:24]
    newer = header + binascii.crc32(header).to_bytes(4, "little") + picture[28:]

    with pytest.raises(bench.NoJournal, match="a newer version"):
        bench.read(newer, KEYS["bc01"], behind_sectors=BEHIND)
