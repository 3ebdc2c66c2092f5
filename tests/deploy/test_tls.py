"""The deployed Mosquitto: machines are served over TLS, each under its certificate's name only."""

import asyncio
import json
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from bookcase_fw import wire
from hw_sim.desk import config, keys, mosquitto, ports, station
from hw_sim.desk.process import ROOT, Process
from hw_sim.ledger import Service
from hw_sim.machines import BookcaseTwins
from hw_sim.world import radio, sample

DEPLOY = ROOT / "deploy"
HOST = "localhost"
LOOK_S, LOOKS_MAX = 0.1, 300


async def until(true: Callable[[], Awaitable[bool]], what: str) -> None:
    for _look in range(LOOKS_MAX):
        if await true():
            return
        await asyncio.sleep(LOOK_S)
    raise AssertionError(f"{what}: it never came")


def certificate(folder: Path, name: str, *hosts: str) -> None:
    subprocess.run(["sh", DEPLOY / "certificates.sh", folder, name, *hosts], check=True)


@asynccontextmanager
async def mqtt_server(tmp_path: Path) -> AsyncIterator[int]:
    """Mosquitto with the deployed files, its paths and port replaced; yields its port."""
    made = tmp_path / "certificates"
    certificate(made, "mqtt", HOST)
    for name in ("service", "bc01", "bc02"):
        certificate(made, name)
    port = ports.free()
    text = (DEPLOY / "mosquitto" / "shugui.conf").read_text()
    text = text.replace("/etc/shugui/certificates", str(made))
    text = text.replace("/etc/shugui/mosquitto.acl", str(DEPLOY / "mosquitto" / "shugui.acl"))
    text = text.replace("listener 8883", f"listener {port} 127.0.0.1")
    conf = tmp_path / "mosquitto.conf"
    # Started by root, it would change into a user who may not read this folder.
    conf.write_text(text + "log_dest stderr\nuser root\n")
    process = Process("mosquitto", [mosquitto.program(), "-c", str(conf)], tmp_path / "m.log")
    await process.start()
    await ports.answers("127.0.0.1", port)
    try:
        yield port
    finally:
        await process.stop()


async def test_a_bookcase_is_served_over_tls(tmp_path: Path) -> None:
    async with mqtt_server(tmp_path) as server:
        made = tmp_path / "certificates"
        secrets = keys.load_or_make(tmp_path, ["bc01"])
        data, web = tmp_path / "data", ("127.0.0.1", ports.free())
        values = config.service(data, (HOST, server), web, secrets, embedded=False)
        values["mqtt"] |= _files(made, "service", "pem")
        config.write(tmp_path / "service.json", values)
        _load(tmp_path, secrets)
        command = [
            sys.executable,
            "-m",
            "broker",
            "serve",
            "--config",
            str(tmp_path / "service.json"),
        ]
        service = Process("service", command, tmp_path / "service.log")
        await service.start("ready ")
        world = sample.load(lambda: 0, devices=["bc01"])
        twins = BookcaseTwins("bc01", 4, world, radio.Radio(world, radio.load(), 1))
        machine = _firmware(tmp_path, secrets, _files(made, "bc01", "der"), twins, server)
        await machine.start()
        api = Service(f"http://{web[0]}:{web[1]}", (data / "staff.token").read_text().strip())

        async def served() -> bool:
            return bool((await api.get("/v1/machines"))[0]["served"])

        try:
            await until(served, "bc01 is served")
        finally:
            await machine.stop()
            await service.stop()


@pytest.mark.parametrize("wrong", ["authority", "name"])
async def test_a_bookcase_does_not_speak_to_a_server_that_proves_nothing(
    tmp_path: Path, wrong: str
) -> None:
    async with mqtt_server(tmp_path) as server:
        made = tmp_path / "certificates"
        files = _files(made, "bc01", "der")
        if wrong == "authority":
            certificate(tmp_path / "others", "mqtt", HOST)
            files["ca"] = str(tmp_path / "others" / "ca.der")
        host = HOST if wrong == "authority" else "127.0.0.1"
        secrets = keys.load_or_make(tmp_path, ["bc01"])
        world = sample.load(lambda: 0, devices=["bc01"])
        twins = BookcaseTwins("bc01", 4, world, radio.Radio(world, radio.load(), 1))
        heard: list[str] = []
        machine = _firmware(tmp_path, secrets, files, twins, server, host, heard.append)
        await machine.start()

        async def refused() -> bool:
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

        async def last() -> bool:
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
    files = _files(made, name, "pem")
    client.tls_set(files["ca"], files["cert"], files["key"])
    return client


def _files(made: Path, name: str, kind: str) -> dict[str, str]:
    key = f"{name}.key" if kind == "pem" else f"{name}.key.der"
    return {
        "ca": str(made / f"ca.{kind}"),
        "cert": str(made / f"{name}.{kind}"),
        "key": str(made / key),
    }


def _load(folder: Path, secrets: keys.Keys) -> None:
    source = folder / "sample"
    source.mkdir()
    for file in sample.FOLDER.iterdir():
        (source / file.name).symlink_to(file)
    (source / "keys.csv").write_text(f"device,key\nbc01,{secrets.devices['bc01'].hex()}\n")
    command = [sys.executable, "-m", "broker", "load", source, "--config", folder / "service.json"]
    subprocess.run(command, check=True, capture_output=True)


def _firmware(
    folder: Path,
    secrets: keys.Keys,
    files: dict[str, str],
    twins: BookcaseTwins,
    server: int,
    host: str = HOST,
    hear: Callable[[str], None] = lambda _line: None,
) -> station.Station:
    path = folder / "bc01.json"
    row = {"device": "bc01", "doors": "4", "capacity": "12"}

    def configure(_address: station.Address, at: object) -> None:
        values = config.bookcase(row, (host, server), at, secrets, folder / "flash.img", {})
        path.write_text(json.dumps(values | {"tls": files}))

    command, environment = station.firmware(path)
    process = Process("bc01", command, folder / "bc01.log", environment, on_line=hear)
    return station.Station(twins, ("127.0.0.1", server), process, configure)
