"""Tries each part that a kiosk needs and says what it found, a line each."""

import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import serial

from kiosk.config import Config
from kiosk.ui.theme import BOLD, REGULAR

CONNECT_S = 3


def selfcheck(config: Config) -> bool:
    """Print a line for each part; return whether all are well."""
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("fonts", _fonts),
        ("data", lambda: _data(config.data)),
        ("tray", lambda: _port(config.tray)),
        ("scanner", lambda: _port(config.scanner)),
        ("keypad", lambda: _port(config.keypad)),
        ("mqtt", lambda: _reach(*config.mqtt)),
        ("web", lambda: _web(config.web)),
    )
    wells = [_line(name, check) for name, check in checks]
    return all(wells)


def _line(name: str, check: Callable[[], str]) -> bool:
    try:
        said, well = check(), True
    except (OSError, sqlite3.Error) as error:
        said, well = str(error), False
    print(f"{name:10}{'ok' if well else 'FAILS':8}{said}")
    return well


def _fonts() -> str:
    for path in (REGULAR, BOLD):
        Path(path).stat()
    return str(Path(REGULAR).parent)


def _data(folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / "selfcheck"
    probe.write_bytes(b"")
    probe.unlink()
    return str(folder)


def _port(url: str) -> str:
    serial.serial_for_url(url, timeout=CONNECT_S).close()
    return url


def _reach(host: str, port: int) -> str:
    with socket.create_connection((host, port), CONNECT_S):
        return f"{host}:{port}"


def _web(url: str) -> str:
    if not url:
        return "not used"
    parts = urlsplit(url)
    return _reach(parts.hostname or "", parts.port or 80)
