"""Tries each part that a kiosk needs and says what it found, a line each."""

import shutil
import socket
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import serial

from kiosk.config import Config
from kiosk.services.speaker import PROGRAM
from kiosk.services.tls import proof
from kiosk.ui.theme import BOLD, REGULAR

CONNECT_S = 3


def check(config: Config) -> bool:
    """Print a line for each part; return whether all are well."""
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("fonts", _fonts),
        ("data", lambda: _data(config.data)),
        *((part, partial(_port, url)) for part, url in config.ports.items()),
        ("speech", _speech),
        ("mqtt", lambda: _mqtt(config)),
        ("web", lambda: _web(config.web)),
    )
    wells = [_line(name, attempt) for name, attempt in checks]
    return all(wells)


def _line(name: str, attempt: Callable[[], str]) -> bool:
    try:
        said, well = attempt(), True
    except (OSError, sqlite3.Error) as error:
        said, well = str(error), False
    print(f"{name:10}{'ok' if well else 'FAILS':8}{said}")
    return well


def _fonts() -> str:
    for path in (REGULAR, BOLD):
        Path(path).stat()
    return str(Path(REGULAR).parent)


def _speech() -> str:
    """Without it nothing breaks, but nobody who does not see can use the machine."""
    found = shutil.which(PROGRAM)
    if not found:
        raise FileNotFoundError(f"{PROGRAM} is missing: nothing is read aloud")
    return found


def _data(folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / "probe"
    probe.write_bytes(b"")
    probe.unlink()
    return str(folder)


def _port(url: str) -> str:
    serial.serial_for_url(url, timeout=CONNECT_S).close()
    return url


def _mqtt(config: Config) -> str:
    """With certificates the server must prove itself; whether it takes ours, it says later."""
    if not config.mqtt:
        return "not used"
    said = _reach(*config.mqtt)
    if config.tls:
        with (
            socket.create_connection(config.mqtt, CONNECT_S) as plain,
            proof(config.tls).wrap_socket(plain, server_hostname=config.mqtt[0]) as secured,
        ):
            said += f", {secured.version()}"
    return said


def _reach(host: str, port: int) -> str:
    with socket.create_connection((host, port), CONNECT_S):
        return f"{host}:{port}"


def _web(url: str) -> str:
    if not url:
        return "not used"
    parts = urlsplit(url)
    return _reach(parts.hostname or "", parts.port or 80)
