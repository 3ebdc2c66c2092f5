"""Mosquitto as the desk sets it up: each machine within its own topics, by password only."""

import asyncio
import socket
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from bookcase_fw import sign, wire
from hw_sim.desk import keys, mosquitto, ports
from hw_sim.desk.process import Process


class Peer:
    """An MQTT client whose messages can be awaited."""

    def __init__(self, name: str, password: str) -> None:
        self._loop = asyncio.get_running_loop()
        self.heard: asyncio.Queue[str] = asyncio.Queue()
        self.connected: asyncio.Future[bool] = self._loop.create_future()
        self.subscribed: asyncio.Queue[None] = asyncio.Queue()
        self.client = paho.Client(CallbackAPIVersion.VERSION2, client_id=name)
        self.client.username_pw_set(name, password)
        self.client.on_connect = lambda _c, _u, _f, reason, _p: self._on_loop(
            self.connected.set_result, not reason.is_failure
        )
        self.client.on_message = lambda _c, _u, message: self._on_loop(
            self.heard.put_nowait, message.topic
        )
        self.client.on_subscribe = lambda *_: self._on_loop(self.subscribed.put_nowait, None)

    def _on_loop(self, call, *given) -> None:  # type: ignore[no-untyped-def]
        self._loop.call_soon_threadsafe(call, *given)

    async def connect(self, port: int) -> bool:
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        async with asyncio.timeout(5):
            return await self.connected

    async def subscribe(self, topic: str) -> None:
        self.client.subscribe(topic, 1)
        await self.subscribed.get()

    def stop(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


async def test_a_machine_is_heard_below_its_own_topics_only(tmp_path: Path) -> None:
    secrets = keys.load_or_make(tmp_path, ["bc01", "bc02"])
    port = ports.free()
    await mosquitto.prepare(tmp_path / "mosquitto", port, secrets)
    server = Process("mosquitto", mosquitto.command(tmp_path / "mosquitto"), tmp_path / "m.log")
    await server.start()
    await ports.answers("127.0.0.1", port)
    service = Peer("service", secrets.service_password)
    machine = Peer("bc01", sign.password(secrets.devices["bc01"]))
    stranger = Peer("bc02", "wrong")
    try:
        assert await service.connect(port)
        assert await machine.connect(port)
        assert not await stranger.connect(port)
        await service.subscribe("sg/1/#")

        machine.client.publish(wire.topic("bc02", "up/fact"), "forged", 1)
        machine.client.publish(wire.topic("bc01", "dn/order"), "forged", 1)
        machine.client.publish(wire.topic("bc01", "up/fact"), "true", 1)

        assert await service.heard.get() == wire.topic("bc01", "up/fact")
        assert service.heard.empty()
    finally:
        for peer in (service, machine, stranger):
            peer.stop()
        await server.stop()


def test_a_port_that_is_taken_is_passed_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]

        assert ports.next_free(number) > number


async def test_a_server_that_does_not_answer_is_said() -> None:
    with pytest.raises(TimeoutError):
        await ports.answers("127.0.0.1", ports.free(), timeout_s=0.05)
