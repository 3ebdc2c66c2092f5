"""The deployed Mosquitto: machines are served over TLS, each under its certificate's name only."""

import ssl
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from bookcase_fw import wire
from hw_sim.desk import keys
from hw_sim.machines import BookcaseTwins
from hw_sim.world import radio, sample
from tests.deploy.parts import (
    HOST,
    asked,
    certificate,
    files_of,
    firmware,
    mqtt_server,
    service,
    until,
)

SERVED = "SELECT device FROM device_state WHERE online = 1 AND served = session"


async def test_a_bookcase_is_served_over_tls(tmp_path: Path) -> None:
    async with mqtt_server(tmp_path) as server:
        secrets = keys.load_or_make(tmp_path, ["bc01"])
        world = sample.load(lambda: 0, devices=["bc01"])
        twins = BookcaseTwins("bc01", 4, world, radio.Radio(world, radio.load(), 1))
        made = files_of(tmp_path / "certificates", "bc01", "der")
        async with service(tmp_path, server, secrets):
            machine = firmware(tmp_path, secrets, made, twins, server)
            await machine.start()
            try:
                await until(lambda: asked(tmp_path, SERVED), "bc01 is served")
            finally:
                await machine.stop()


@pytest.mark.parametrize("wrong", ["authority", "name"])
async def test_a_bookcase_does_not_speak_to_a_server_that_proves_nothing(
    tmp_path: Path, wrong: str
) -> None:
    async with mqtt_server(tmp_path) as server:
        made = tmp_path / "certificates"
        files = files_of(made, "bc01", "der")
        if wrong == "authority":
            certificate(tmp_path / "others", "mqtt", HOST)
            files["ca"] = str(tmp_path / "others" / "ca.der")
        host = HOST if wrong == "authority" else "127.0.0.1"
        secrets = keys.load_or_make(tmp_path, ["bc01"])
        world = sample.load(lambda: 0, devices=["bc01"])
        twins = BookcaseTwins("bc01", 4, world, radio.Radio(world, radio.load(), 1))
        heard: list[str] = []
        machine = firmware(tmp_path, secrets, files, twins, server, host, heard.append)
        await machine.start()

        def refused() -> bool:
            return sum("uplink: " in line for line in heard) >= 2

        try:
            await until(refused, "two refusals")
        finally:
            await machine.stop()
        log = (tmp_path / "m.log").read_text()

    assert "bc01" not in log
    assert all(
        "no connection" in line or "ended" in line or "OSError" in line
        for line in heard
        if "uplink: " in line
    )


@pytest.mark.parametrize(
    ("user", "topic", "heard"),
    [
        ("bc01", wire.topic("bc01", "up/beat"), True),
        ("bc02", wire.topic("bc01", "up/beat"), False),
        ("bc01", wire.topic("bc01", "dn/order"), False),
    ],
)
async def test_a_certificate_speaks_under_its_own_name_only(
    tmp_path: Path, user: str, topic: str, heard: bool
) -> None:
    async with mqtt_server(tmp_path) as server:
        made = tmp_path / "certificates"
        listener, speaker = _client(made, "service"), _client(made, user)
        said: list[str] = []
        listener.on_message = lambda _client, _data, message: said.append(message.topic)
        listener.connect(HOST, server)
        listener.subscribe("sg/1/#", 1)
        listener.loop_start()
        speaker.connect(HOST, server)
        speaker.loop_start()
        speaker.publish(topic, b"{}", 1).wait_for_publish(10)
        # What the service says to itself comes after it.
        listener.publish("sg/1/0/last", b"{}", 1)

        def last() -> bool:
            return "sg/1/0/last" in said

        await until(last, "the last word")
        listener.loop_stop()
        speaker.loop_stop()

        assert (topic in said) == heard


async def test_nobody_without_a_certificate_is_let_in(tmp_path: Path) -> None:
    async with mqtt_server(tmp_path) as server:
        stranger = paho.Client(CallbackAPIVersion.VERSION2, client_id="bc01")
        stranger.tls_set(str(tmp_path / "certificates" / "ca.pem"))

        with pytest.raises((ssl.SSLError, OSError)):
            stranger.connect(HOST, server)
            while stranger.loop(1) == paho.MQTT_ERR_SUCCESS:
                assert not stranger.is_connected()
            raise ssl.SSLError("the server hung up")


def _client(made: Path, name: str) -> paho.Client:
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=f"test-{name}")
    files = files_of(made, name, "pem")
    client.tls_set(files["ca"], files["cert"], files["key"])
    return client
