"""The deployed parts for a test: certificates, Mosquitto, a library, a bookcase's firmware."""

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from broker.ledger import database
from hw_sim.desk import config, keys, mosquitto, ports, station
from hw_sim.desk.process import ROOT, Process
from hw_sim.machines import BookcaseTwins
from hw_sim.world import sample

DEPLOY = ROOT / "deploy"
HOST = "localhost"
LOOK_S, LOOKS_MAX = 0.1, 1200


async def until(true: Callable[[], object], what: str) -> None:
    for _look in range(LOOKS_MAX):
        if true():
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


@asynccontextmanager
async def service(
    folder: Path, server: int, secrets: keys.Keys, **more: Any
) -> AsyncIterator[tuple[str, int]]:
    """Serve a loaded library over TLS; yields the address of its pages."""
    web = ("127.0.0.1", ports.free())
    values = config.service(folder / "data", (HOST, server), web, secrets, embedded=False)
    values["mqtt"] |= files_of(folder / "certificates", "service", "pem")
    path = config.write(folder / "service.json", values | more)
    load(folder, secrets)
    command = [sys.executable, "-m", "broker", "serve", "--config", str(path)]
    process = Process("service", command, folder / "service.log")
    await process.start("ready ")
    try:
        yield web
    finally:
        await process.stop()


def asked(folder: Path, question: str) -> list[tuple[object, ...]]:
    """Return what the ledger of a service that runs answers to a question in SQL."""
    with sqlite3.connect(f"file:{folder / 'data' / database.NAME}?mode=ro", uri=True) as ledger:
        return ledger.execute(question).fetchall()


def files_of(made: Path, name: str, kind: str) -> dict[str, str]:
    key = f"{name}.key" if kind == "pem" else f"{name}.key.der"
    return {
        "ca": str(made / f"ca.{kind}"),
        "cert": str(made / f"{name}.{kind}"),
        "key": str(made / key),
    }


def load(folder: Path, secrets: keys.Keys) -> None:
    source = folder / "sample"
    source.mkdir()
    for file in sample.FOLDER.iterdir():
        (source / file.name).symlink_to(file)
    (source / "keys.csv").write_text(f"device,key\nbc01,{secrets.devices['bc01'].hex()}\n")
    command = [sys.executable, "-m", "broker", "load", source, "--config", folder / "service.json"]
    subprocess.run(command, check=True, capture_output=True)


def firmware(
    folder: Path,
    secrets: keys.Keys,
    files: dict[str, str],
    twins: BookcaseTwins,
    server: int,
    host: str = HOST,
    hear: Callable[[str], None] = lambda _line: None,
    **more: Any,
) -> station.Station:
    """Return a bookcase that trusts these certificates; more: fields of its configuration."""
    path = folder / "bc01.json"
    row = {"device": "bc01", "doors": "4", "capacity": "12"}

    def configure(_address: station.Address, at: object) -> None:
        values = config.bookcase(row, (host, server), at, secrets, folder / "flash.img", {})
        path.write_text(json.dumps(values | {"tls": files} | more))

    command, environment = station.firmware(path)
    process = Process("bc01", command, folder / "bc01.log", environment, on_line=hear)
    return station.Station(twins, ("127.0.0.1", server), process, configure)
