"""Live news over a real socket: what is sent, what is sent again, and that it ends."""

import json
from collections.abc import Iterator
from typing import Any

import httpx

from tests.broker.web.conftest import House


def _events(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Yield the fields of each event; comments and the retry time are left out."""
    fields: dict[str, Any] = {}
    for line in lines:
        name, _colon, value = line.partition(": ")
        if line and name in ("event", "id", "data"):
            fields[name] = json.loads(value) if name == "data" else value
        elif not line and fields:
            yield fields
            fields = {}


def test_news_are_sent_as_the_api_has_them(visitor: httpx.Client, house: House) -> None:
    with visitor.stream("GET", "/v1/live") as answer:
        lines = answer.iter_lines()
        assert next(lines) == ": welcome"
        for event, data in (
            ("machine", {"device": "bc01"}),
            ("movement", {"id": 1545}),
            ("case", {"id": 1}),
            ("counters", {}),
            ("picture", {"device": "kx01"}),
        ):
            house.hub.publish(event, data)
        events = _events(lines)
        sent = [next(events) for _ in range(5)]

    machines = {machine["device"]: machine for machine in visitor.get("/v1/machines").json()}
    (movement,) = visitor.get("/v1/movements?before=1546&limit=1").json()
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert sent == [
        {"event": "machine", "data": machines["bc01"]},
        {"event": "movement", "id": "1545", "data": movement},
        {"event": "case", "data": visitor.get("/v1/cases").json()[-1]},
        {"event": "counters", "data": visitor.get("/v1/counters").json()},
        {"event": "picture", "data": {"device": "kx01"}},
    ]


def test_whoever_comes_back_misses_no_movement(visitor: httpx.Client, house: House) -> None:
    newest = visitor.get("/v1/movements?limit=4").json()

    with visitor.stream(
        "GET", "/v1/live", headers={"Last-Event-ID": str(newest[-1]["id"])}
    ) as answer:
        events = _events(answer.iter_lines())
        again = [next(events) for _ in range(3)]
        house.hub.publish("movement", {"id": newest[0]["id"]})
        house.hub.publish("counters", {})
        after = next(events)

    assert [event["data"] for event in again] == newest[2::-1]
    assert [event["id"] for event in again] == [str(m["id"]) for m in newest[2::-1]]
    assert after["event"] == "counters"


def test_whoever_was_away_long_is_told_to_load_anew(visitor: httpx.Client) -> None:
    with visitor.stream("GET", "/v1/live", headers={"Last-Event-ID": "1"}) as answer:
        assert next(_events(answer.iter_lines())) == {"event": "reload", "data": {}}


def test_an_open_stream_ends_with_the_hub(visitor: httpx.Client, house: House) -> None:
    with visitor.stream("GET", "/v1/live") as answer:
        lines = answer.iter_lines()
        next(lines)

        house.hub.close()

        assert [line for line in lines if line.startswith("event")] == []


def test_a_stranger_hears_nothing(address: str) -> None:
    assert httpx.get(f"{address}/v1/live").status_code == 401
