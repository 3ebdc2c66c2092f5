"""Commands that write: the service that runs does them; without one they open the ledger."""

import socket
import stat
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from broker import console
from broker.__main__ import app
from broker.console import ConsoleError
from tests.broker.process import Service, folder_with_library


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return folder_with_library(tmp_path)


def run(config: Path, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*words, "--config", str(config)])
    return result.exit_code, result.output


def test_the_service_that_runs_does_it(config: Path) -> None:
    with Service(config):
        closed = run(config, "report", "close", "202601", "--anyway")
        again = run(config, "report", "close", "202601", "--anyway")
        corrected = run(config, "report", "correct")
        retired = run(config, "accounts", "retire", "--before", "2025-01-01")
        added = run(config, "staff", "add", "ann")
        dark = run(config, "report", "dark-hours", "lib01", "22:00-07:00")

    assert closed == (0, "202601 is closed\n")
    assert again == (1, "shugui: The month is not closed: 202601 is closed\n")
    assert corrected == (0, "202601: 0 corrected\n")
    assert retired == (0, "detached=0 waiting=0 kept=0 notices=0 bodies=0\n")
    assert added[1].startswith("ann, manager: open http://127.0.0.1:")
    assert dark == (0, "lib01 is dark 22:00-07:00\n")
    # And without it.
    assert run(config, "report", "close", "202601", "--anyway") == (
        1, "shugui: 202601 is closed\n",
    )  # fmt: skip
    assert run(config, "report", "close", "202602", "--anyway")[0] == 0
    assert run(config, "staff", "list") == (0, "ann  manager\n")


def test_titles_are_ranked_and_exported_beside_the_service(config: Path) -> None:
    with Service(config):
        ranked = run(config, "catalogue", "rank")
        again = run(config, "catalogue", "rank")
        exported = run(config, "catalogue", "export", str(config.with_name("out")))

    assert ranked == (0, "new titles: 1 of 1\ntitles: 1 of 1\nindexed=1 moved=1 between_tiers=1\n")
    assert again == run(config, "catalogue", "rank") == (0, "indexed=0 moved=0 between_tiers=0\n")
    assert exported[0] == 0 and "titles.csv=1" in exported[1]


def test_what_is_cut_short_says_how_to_go_on() -> None:
    answer = b'HTTP/1.0 200 OK\r\n\r\n{"what": "loans", "done": 200, "total": 900}\n'
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_answered, args=(server, answer))
        thread.start()
        steps = console.Console("http://127.0.0.1:%d" % server.getsockname()[1], "x")
        told = steps.follow("POST", "/v1/settlements?since_ms=0")

        assert next(told)["done"] == 200
        with pytest.raises(ConsoleError, match="run the command again for the rest"):
            next(told)
        thread.join()


def test_what_lets_the_console_in_is_its_owners_only(config: Path) -> None:
    data = config.parent / "data"

    token = console.announce(data, "http://127.0.0.1:1")

    assert stat.S_IMODE((data / console.NAME).stat().st_mode) == 0o600
    assert console.announce(data, "http://127.0.0.1:2") == token
    found = console.find(data)
    assert found == console.Console("http://127.0.0.1:2", token)


def test_a_service_that_does_not_answer_is_named(config: Path) -> None:
    with pytest.raises(ConsoleError, match="127.0.0.1:1"):
        console.Console("http://127.0.0.1:1", "x").ask("GET", "/v1/me")


def _answered(server: socket.socket, answer: bytes) -> None:
    connection, _address = server.accept()
    connection.recv(65536)
    connection.sendall(answer)
    connection.close()
