"""What each program of the desk reads at its start: one JSON file a program, for its owner only."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hw_sim.desk.keys import Keys, write_private

DISTRICT_ZONE = "Asia/Shanghai"
PANEL = {"diagonal_in": 21.5, "viewing_mm": 600}

# The configuration of a machine with our firmware, by the first letters of its name.
MACHINES = {"bc": "small-doors", "gc": "glass-door", "pl": "pick-up-locker", "rt": "return-24h"}
MACHINE_FILES = Path(__file__).parents[2] / "deploy" / "machines"

# What a kiosk is, by the first letters of its name; a word of kiosk/core/roles.py.
ROLES = {"kx": "selfcheck", "oc": "opac"}

Timings = Mapping[str, int]
Address = tuple[str, int]
Ports = Mapping[str, Any]  # Of a machine's parts, as the simulated parts say them.


def service(
    data: Path, mqtt: Address, web: Address, keys: Keys, *, embedded: bool
) -> dict[str, Any]:
    """Return the service's configuration; without the embedded server it has a password for one."""
    server: dict[str, Any] = {"embedded": embedded, "host": mqtt[0], "port": mqtt[1]}
    if not embedded:
        server["password"] = keys.service_password
    return {
        "data": str(data),
        "mqtt": server,
        "web": {"host": web[0], "port": web[1]},
        "district_key": keys.district.hex(),
        "timezone": DISTRICT_ZONE,
        "rules": "",
    }


def fitting(device: str) -> dict[str, Any]:
    """Return what a machine is put together of: the fields of its file in deploy/machines."""
    path = MACHINE_FILES / f"{MACHINES[device[:2]]}.json"
    fields: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return fields


def bookcase(
    row: Mapping[str, str],
    mqtt: Address,
    ports: Ports,
    keys: Keys,
    flash: Path,
    timings: Timings,
) -> dict[str, Any]:
    """Return the configuration of a machine with our firmware; `row`: its line in machines.csv."""
    return {
        **fitting(row["device"]),
        **_machine(row["device"], mqtt, keys, timings),
        "revision": 1,
        "ports": ports,
        "flash": str(flash),
    }


def kiosk(
    device: str,
    mqtt: Address,
    urls: Ports,
    keys: Keys,
    data: Path,
    web: str,
    timings: Timings,
) -> dict[str, Any]:
    return {
        **_machine(device, mqtt, keys, timings),
        "role": role(device),
        "data": str(data),
        **urls,
        "web": web,
        "panel": PANEL,
        "speech": False,  # The keys that simulated readers press would start it.
    }


def role(device: str) -> str:
    """Return what a kiosk is."""
    return ROLES[device[:2]]


def write(path: Path, values: Mapping[str, Any]) -> Path:
    write_private(path, json.dumps(values, indent=2) + "\n")
    return path


def _machine(device: str, mqtt: Address, keys: Keys, timings: Timings) -> dict[str, Any]:
    return {
        "device": device,
        "key": keys.devices[device].hex(),
        "district_key": keys.district.hex(),
        "mqtt": list(mqtt),
        "timings": dict(timings),
    }
