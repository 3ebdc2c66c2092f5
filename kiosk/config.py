"""The kiosk's configuration: one JSON file, read once at start and passed down."""

import json
import math
import re
from pathlib import Path
from typing import NamedTuple

import msgspec

from kiosk.core.model import Timings

WARNING_MIN_MS = 20_000  # WCAG 2.2.1: nobody is hurried more than this.


class ConfigError(Exception):
    """The file cannot be used; the message says where and why."""


class Panel(msgspec.Struct, frozen=True):
    """The screen as a thing in space: sizes are in mm, and text in degrees of view."""

    diagonal_in: float = 21.5
    viewing_mm: int = 600
    width: int = 1080
    height: int = 1920

    @property
    def px_per_mm(self) -> float:
        return math.hypot(self.width, self.height) / (self.diagonal_in * 25.4)


class Config(NamedTuple):
    device: str
    key: bytes
    district_key: bytes
    mqtt: tuple[str, int]
    data: Path
    tray: str
    scanner: str
    keypad: str
    web: str
    panel: Panel
    timings: Timings
    uplink_timings: dict[str, int]
    timezone: str


class _File(msgspec.Struct):
    device: str
    key: str
    district_key: str
    mqtt: tuple[str, int]
    data: str
    tray: str
    scanner: str
    keypad: str
    web: str = ""
    panel: Panel = Panel()
    timings: dict[str, int] = {}
    timezone: str = "Asia/Shanghai"


def load(path: Path) -> Config:
    """Return the configuration, or raise ConfigError."""
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_File)
    except (OSError, msgspec.DecodeError) as error:
        raise ConfigError(f"{path}: {error}")
    for name in ("key", "district_key"):
        if not re.fullmatch("([0-9a-f]{2})+", getattr(file, name)):
            raise ConfigError(f"{path}: {name} wants hexadecimal digits")
    own = {name: value for name, value in file.timings.items() if name in Timings._fields}
    if own.get("warning_ms", WARNING_MIN_MS) < WARNING_MIN_MS:
        raise ConfigError(f"{path}: warning_ms is less than {WARNING_MIN_MS}")
    return Config(
        device=file.device,
        key=bytes.fromhex(file.key),
        district_key=bytes.fromhex(file.district_key),
        mqtt=file.mqtt,
        data=Path(file.data),
        tray=file.tray,
        scanner=file.scanner,
        keypad=file.keypad,
        web=file.web.rstrip("/"),
        panel=file.panel,
        timings=Timings(**own),
        uplink_timings={name: ms for name, ms in file.timings.items() if name not in own},
        timezone=file.timezone,
    )


def texts(language: str) -> dict[str, str]:
    """Return the texts of a language."""
    path = Path(__file__).parent / "ui" / "texts" / f"{language}.json"
    loaded: dict[str, str] = json.loads(path.read_text())
    return loaded
