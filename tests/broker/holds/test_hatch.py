"""The staff's API of holds: each request once, and what cannot be is a problem."""

from concurrent.futures import Future
from contextlib import nullcontext
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from broker.holds.hatch import Hatch
from broker.web import holds, problem
from tests.broker.desk import MINUTE_MS, START_MS
from tests.broker.holds.hall import ANN_ID, BEN_ID, ONE, TWO, WANTED, Hall

WISH = {"card": "SG00000001", "title": WANTED, "pickup": "bc01"}
MINUTE = 30


@pytest.fixture
def client(hall: Hall) -> TestClient:
    hall.takes("", ONE, 1)
    hall.takes("", TWO, 2)

    def do(run: Any) -> "Future[str]":
        done: Future[str] = Future()
        done.set_result(hall.does(lambda _holds, _now: run(), MINUTE))
        return done

    app = FastAPI()
    for kind, handler in problem.HANDLERS:
        app.add_exception_handler(kind, handler)
    app.include_router(holds.router)
    app.state.holds = Hatch(
        do=do,
        db=hall.desk.db,
        holds=hall.exchange.holds,
        read=lambda: nullcontext(hall.desk.db),
        now_ms=lambda: START_MS + MINUTE * MINUTE_MS,
    )
    return TestClient(app)


def post(client: TestClient, path: str, body: dict[str, Any], key: str = "key-00001") -> Any:
    return client.post(path, json=body, headers={"Idempotency-Key": key})


def test_a_hold_is_placed_once_however_often_it_is_sent(client: TestClient, hall: Hall) -> None:
    first, again = post(client, "/v1/holds", WISH), post(client, "/v1/holds", WISH)

    assert (first.status_code, again.json()) == (201, first.json())
    assert hall.queue() == [ANN_ID]


def test_staff_see_the_queue_and_pass_a_hold_over(client: TestClient, hall: Hall) -> None:
    number = post(client, "/v1/holds", WISH).json()["hold"]
    post(client, "/v1/holds", WISH | {"card": "SG00000002"}, "key-00002")
    post(client, f"/v1/holds/{number}/pause", {"until": 20261130}, "key-00003")

    lines = client.get("/v1/holds", params={"title": WANTED}).json()

    assert [(line["card"], line["position"], line["suspended_until"]) for line in lines] == [
        ("SG00000001", 1, 20261130),
        ("SG00000002", 2, 0),
    ]
    hall.brings("", ONE, 40)
    assert hall.kept() == {ONE: BEN_ID}


def test_a_hold_is_taken_back(client: TestClient, hall: Hall) -> None:
    number = post(client, "/v1/holds", WISH).json()["hold"]

    answer = client.delete(f"/v1/holds/{number}", headers={"Idempotency-Key": "key-00002"})

    assert answer.status_code == 200
    assert hall.states() == [(ANN_ID, "cancelled")]


def test_what_must_be_carried_is_listed(client: TestClient, hall: Hall) -> None:
    post(client, "/v1/holds", WISH | {"pickup": "bc02"})
    hall.brings("", ONE, 40)

    (line,) = client.get("/v1/transfers").json()
    assert (line["barcode"], line["device"], line["pickup"]) == ("W1", "bc01", "bc02")


@pytest.mark.parametrize(
    ("wish", "status", "name"),
    [
        (WISH | {"card": "SG99999999"}, 404, "unknown_card"),
        (WISH | {"title": "t0"}, 404, "unknown_title"),
        (WISH | {"pickup": "kx01"}, 422, "unknown_place"),
    ],
)
def test_what_cannot_be_is_a_problem(
    client: TestClient, wish: dict[str, Any], status: int, name: str
) -> None:
    answer = post(client, "/v1/holds", wish)

    assert answer.status_code == status
    assert answer.json()["type"].endswith(name)


def test_a_key_is_for_one_request(client: TestClient) -> None:
    post(client, "/v1/holds", WISH)

    answer = post(client, "/v1/holds", WISH | {"card": "SG00000002"})

    assert answer.json()["type"].endswith("key_reused")
