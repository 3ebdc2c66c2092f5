"""What would happen if: the command, the address and the service's own answer agree."""

import json
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from bookcase_fw import wire
from broker.__main__ import app
from broker.circulation.calendar import ALWAYS
from broker.fleet.registry import Registry
from broker.law import Law
from broker.ledger import database
from broker.ledger.read import Reader
from broker.ledger.trial import NotKnown, Question, Trial
from broker.live import Hub
from broker.web.app import create_app
from tests.broker.desk import CARDS, READERS, RULES, START_MS, TAGS, Desk, Machine, day

ANN = CARDS[0]
BARCODES = tuple(f"MH{number:08}" for number in range(1, 41))
TODAY = day(START_MS)


@pytest.fixture
def trial(desk: Desk) -> Trial:
    law = Law(RULES, ALWAYS, 1, day)
    zone = ZoneInfo("Asia/Shanghai")
    return Trial(
        lambda: database.snapshot(desk.folder, desk.url), law, zone, now_ms=lambda: START_MS
    )


def config(tmp_path: Path, desk: Desk) -> list[str]:
    path = tmp_path / "service.json"
    settings = {"data": str(desk.folder), "district_key": "00" * 32, "database": desk.url}
    path.write_text(json.dumps(settings))
    return ["--config", str(path)]


def test_trying_answers_as_the_service_does_and_changes_nothing(desk: Desk, trial: Trial) -> None:
    tried = trial.decide(Question("lend", ANN, BARCODES[:4], "kx01", TODAY))
    assert desk.one("SELECT COUNT(*) FROM lend_grant") == 0
    assert desk.one("SELECT COUNT(*) FROM request") == 0

    machine = Machine("kx01")
    desk.hear(machine.says("hello", machine.hello()))
    ask = {"id": "1.1", "session": "1.1", "op": "lend", "reader": READERS[0], "tags": TAGS[:4]}
    ask["tags"] = list(TAGS[:4])
    ((_name, answer),) = desk.hear(machine.says("ask", wire.encode("ask", ask)))

    books = answer["books"]
    assert isinstance(books, list)
    assert [book.why for book in tried.books] == [book["why"] for book in books]
    assert [book.due for book in tried.books] == [book["due"] for book in books]
    assert desk.one("SELECT line FROM request") == "\n".join(tried.lines)


def test_what_was_granted_a_moment_ago_counts_in_a_trial_too(desk: Desk, trial: Trial) -> None:
    machine = Machine("kx01")
    desk.hear(machine.says("hello", machine.hello()))
    ask = {"id": "1.1", "session": "1.1", "op": "lend", "reader": READERS[0]}
    desk.hear(machine.says("ask", wire.encode("ask", ask | {"tags": list(TAGS[:2])})))

    assert trial.decide(Question("open", ANN, (), "bc01", TODAY)).left == 1


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        (Question("lend", "SG9", (), "kx01", TODAY), "card"),
        (Question("lend", ANN, ("MH9",), "kx01", TODAY), "copy"),
        (Question("lend", ANN, (), "kx99", TODAY), "place"),
        (Question("lend", ANN, (), "lib01/moon", TODAY), "place"),
        (Question("lend", ANN, (), "lib99/desk", TODAY), "place"),
    ],
)
def test_what_is_not_there_is_named(trial: Trial, asked: Question, kind: str) -> None:
    with pytest.raises(NotKnown) as unknown:
        trial.decide(asked)

    assert unknown.value.kind == kind


def test_the_command_says_it_in_words_by_the_day(tmp_path: Path, desk: Desk) -> None:
    asked = ["rules", "try", *config(tmp_path, desk), "--card", ANN, "--barcode", BARCODES[0]]

    closed = CliRunner().invoke(app, [*asked, "--at", "kx01", "--day", "2020-03-20"])
    lent = CliRunner().invoke(app, [*asked, "--at", "lib01/desk", "--day", "2020-06-01"])

    assert closed.stdout.splitlines() == [
        "lend on 2020-03-20: yes",
        "  on loan 0, may still take 10",
        "  MH00000001 红楼梦: no, closed: this service is closed now",
        "  by 9: until 2020-10-26: limit any 10",
        "  by calendar 40: from 2020-01-23: closed enter lend return card_issue",
    ]
    assert lent.stdout.splitlines() == [
        "lend on 2020-06-01: yes",
        "  on loan 0, may still take 9",
        "  MH00000001 红楼梦: yes, due 2020-06-29",
        "  by 9: until 2020-10-26: limit any 10",
        "  by 14: loan any any -> 28 days",
    ]


@pytest.mark.parametrize(
    "more", [["--card", "SG9"], ["--day", "soon"], ["--op", "steal"], ["--at", "nowhere"]]
)
def test_the_command_names_what_it_does_not_know(
    tmp_path: Path, desk: Desk, more: list[str]
) -> None:
    asked = ["rules", "try", *config(tmp_path, desk), "--at", "kx01", *more]

    result = CliRunner().invoke(app, asked)

    assert result.exit_code == 1
    assert more[1] in result.stderr


def test_a_text_is_checked_with_line_column_and_a_caret(tmp_path: Path) -> None:
    path = tmp_path / "my.rules"
    path.write_text("loan any any -> 28 days\nlimit senior 3\n# fine\nfine any any 20 fen\n")

    result = CliRunner().invoke(app, ["rules", "check", str(path)])

    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{path}:2:7: expected any, adult, juvenile, institution; found 'senior'",
        "    limit senior 3",
        "          ^",
        f"{path}:4:14: expected ->; found '20'",
        "    fine any any 20 fen",
        "                 ^",
    ]


@pytest.mark.parametrize("name", ["minhang.rules", "minhang.calendar"])
def test_the_built_in_texts_have_nothing_wrong(name: str) -> None:
    path = Path(__file__).parents[3] / "broker" / "circulation" / name

    result = CliRunner().invoke(app, ["rules", "check", str(path)])

    assert result.exit_code == 0
    assert "nothing wrong" in result.stdout


def test_the_address_answers_the_same(desk: Desk, trial: Trial) -> None:
    web = TestClient(
        create_app(
            read=Reader(database.open_reader(desk.folder, desk.url)),
            hub=Hub(),
            send_order=lambda *_order: "",
            at_desk=lambda _job: {},
            token="secret",
            timezone="Asia/Shanghai",
            device_key=Registry(desk.db).key,
            now_ms=lambda: START_MS,
            trial=trial,
        ),
        headers={"Authorization": "Bearer secret"},
    )
    asked = {"card": ANN, "barcode": list(BARCODES[:4]), "at": "kx01"}

    found = web.get("/v1/decide", params=asked)
    unknown = web.get("/v1/decide", params=asked | {"card": "SG9"})
    wrong = web.get("/v1/decide", params=asked | {"day": "soon"})

    tried = trial.decide(Question("lend", ANN, BARCODES[:4], "kx01", TODAY))
    assert found.json()["books"] == [asdict(book) for book in tried.books]
    assert found.json()["lines"] == tried.lines
    assert (unknown.status_code, wrong.status_code) == (404, 422)
    assert unknown.headers["content-type"] == "application/problem+json"
    stranger = web.get("/v1/decide", params=asked, headers={"Authorization": "Bearer x"})
    assert stranger.status_code == 401
