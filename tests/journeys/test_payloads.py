"""What the world may throw at the MQTT server: refused or set aside, counted, nothing disturbed."""

import asyncio
import json
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest

from bookcase_fw import record, sign, wire
from hw_sim.desk.desk import Desk
from tests.journeys.visits import Reader, agreed, full_door, loans

DEVICE = "bc09"  # In the library, but not on the desk: the tests speak for it.
BAD = (
    # reason         topic tail       payload
    ("malformed", "up/hello", b"no JSON"),
    ("malformed", "up/hello", b"[1, 2, 3]"),
    ("malformed", "up/hello", b'{"session": 7}'),
    ("malformed", "up/ask", b'{"id": "1.1", "session": "1.1", "op": 5}'),
    ("malformed", "up/fact", b'{"journal": "0000bc09", "head": 1, "records": []}'),
    ("malformed", "up/fact", b"\xff\xfe\x00"),
    ("malformed", "up/state", b"[" * 4000),
    ("too_long", "up/fact", b" " * 1_000_000),
    ("topic", "up/nonsense", b"{}"),
)


@pytest.mark.parametrize(("reason", "tail", "payload"), BAD)
async def test_a_bad_payload_is_refused_and_counted(
    district: Desk, reason: str, tail: str, payload: bytes
) -> None:
    before = await _refused(district)

    await _say(district, DEVICE, wire.topic(DEVICE, tail), payload)

    after = await _until(district, lambda now: sum(now.values()) > sum(before.values()))
    assert after == before | {reason: before.get(reason, 0) + 1}
    await _nothing_is_disturbed(district)


async def test_a_device_that_nobody_knows_is_refused(district: Desk) -> None:
    """The MQTT server knows only machines of the library; the service does not rely on that."""
    before = await _refused(district)
    topic = f"sg/1/{wire.shard('bc99')}/bc99/up/hello"

    await _say(district, "service", topic, b"{}")

    after = await _until(district, lambda now: sum(now.values()) > sum(before.values()))
    assert after.get("unknown_device", 0) == before.get("unknown_device", 0) + 1


async def test_the_same_number_with_other_content_sets_the_stream_aside(district: Desk) -> None:
    key, journal = district.keys.devices[DEVICE], "0badc0de"
    first, second = (_record(key, journal, text) for text in ("seen", "seen otherwise"))
    before = (await district.service.get("/v1/counters"))["quarantined"]

    for data in (first, second):
        payload = wire.fact_payload(journal, record.chain(key, data), [data])
        await _say(district, DEVICE, wire.topic(DEVICE, "up/fact"), payload)

    for _try in range(100):
        counters = await district.service.get("/v1/counters")
        if counters["quarantined"] > before:
            break
        await asyncio.sleep(0.1)
    assert counters["quarantined"] == before + 1
    streams = await district.service.get("/v1/streams")
    (state,) = (row["state"] for row in streams if row["journal"] == journal)
    assert state == "quarantined"
    kinds = {case["kind"] for case in await district.service.get("/v1/cases?state=open")}
    assert "quarantine" in kinds
    await _nothing_is_disturbed(district)


async def test_every_refusal_has_one_clear_line_and_no_card_in_the_log(district: Desk) -> None:
    log = Path(district._folder, "logs", "service.log").read_text()
    lines = [line for line in log.splitlines() if "refused" in line]

    assert lines
    assert max(len(line) for line in lines) < 600
    assert "SG0000" not in log


async def _nothing_is_disturbed(district: Desk) -> None:
    reader = Reader(district, "SG00000017")
    door, books = full_door(district, "bc01", 1)

    await reader.borrow("bc01", door, books)
    await reader.bring("bc01", door, books)
    await agreed(district)

    assert await loans(district, reader.card) == set()


async def _refused(desk: Desk) -> dict[str, int]:
    counters = await desk.service.get("/v1/counters")
    refused: dict[str, int] = counters["refused"]
    return refused


async def _until(desk: Desk, done: Any) -> dict[str, int]:
    for _try in range(100):
        now = await _refused(desk)
        if done(now):
            return now
        await asyncio.sleep(0.1)
    raise AssertionError(f"not counted: {json.dumps(now)}")


async def _say(desk: Desk, user: str, topic: str, payload: bytes) -> None:
    """Publish one message as a machine, or as whoever stole the service's password."""
    await asyncio.to_thread(_publish, desk, user, topic, payload)


def _publish(desk: Desk, user: str, topic: str, payload: bytes) -> None:
    name = user if user != "service" else "thief"
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=name)
    key = desk.keys.devices.get(user)
    client.username_pw_set(user, sign.password(key) if key else desk.keys.service_password)
    client.connect(*desk.servers.mqtt)
    client.loop_start()
    client.publish(topic, payload, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def _record(key: bytes, journal: str, text: str) -> bytes:
    body = {"part": "clock", "on": True, "text": text}
    return record.encode(1, (1, 1000, 0, 0), "fault", record.genesis(key, journal), body)
