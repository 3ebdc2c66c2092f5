"""The desk's secrets: made once from the system's randomness, readable by their owner only."""

import csv
import io
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

KEY_SIZE = 32
DISTRICT_KEY_SIZE = 32


class Keys(NamedTuple):
    district: bytes
    devices: dict[str, bytes]
    service_password: str  # At a server that is not the service's own.


def load_or_make(folder: Path, devices: Iterable[str]) -> Keys:
    """Return the secrets of a folder; those that are missing are made."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    known = _read_devices(folder / "keys.csv")
    missing = {name: os.urandom(KEY_SIZE) for name in devices if name not in known}
    if missing:
        known |= missing
        write_private(folder / "keys.csv", _device_lines(known))
    return Keys(
        district=_bytes(folder / "district.key", DISTRICT_KEY_SIZE),
        devices=known,
        service_password=_bytes(folder / "service.password", KEY_SIZE).hex(),
    )


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    scratch = path.with_name(path.name + ".new")
    scratch.unlink(missing_ok=True)
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    scratch.replace(path)


def _bytes(path: Path, size: int) -> bytes:
    if not path.exists():
        write_private(path, os.urandom(size).hex() + "\n")
    return bytes.fromhex(path.read_text())


def _read_devices(path: Path) -> dict[str, bytes]:
    if not path.exists():
        return {}
    with path.open(newline="") as file:
        return {row["device"]: bytes.fromhex(row["key"]) for row in csv.DictReader(file)}


def _device_lines(keys: dict[str, bytes]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("device", "key"))
    writer.writerows((name, key.hex()) for name, key in sorted(keys.items()))
    return text.getvalue()
