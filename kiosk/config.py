"""The kiosk's configuration: one JSON file, read once at start and passed down."""

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from kiosk.core.model import Timings
from kiosk.core.roles import ROLES
from kiosk.services.promotions import Promotion, frames

TRAYS = ("r200", "feig")  # UHF; HF, whose chips have a security bit.
WARNING_MIN_MS = 30_000  # Nobody is hurried more than this; WCAG 2.2.1 wants 20 s.
FRAME_MIN_MS = 40  # A screen that shows a film still answers to a touch at once.


class ConfigError(Exception):
    """The file cannot be used; the message says where and why."""


class Panel(msgspec.Struct, frozen=True):
    """The screen as a thing in space: sizes are in mm, and text in degrees of view."""

    diagonal_in: float = 21.5
    viewing_mm: int = 600
    bottom_mm: int = 800  # Its lower edge above the floor.
    width: int = 1080
    height: int = 1920

    @property
    def px_per_mm(self) -> float:
        return math.hypot(self.width, self.height) / (self.diagonal_in * 25.4)


class Tls(msgspec.Struct, frozen=True):
    """Files in PEM: the authority that the MQTT server must prove, and the machine's own proof."""

    ca: str
    cert: str
    key: str


class Config(NamedTuple):
    role: str
    device: str
    key: bytes
    district_key: bytes
    mqtt: tuple[str, int] | None  # None: what this role says goes another way.
    tls: Tls | None  # None: the connection is plain.
    data: Path
    ports: Mapping[str, str]  # Part, a word of wire.PARTS -> pyserial URL.
    tray_reader: str  # A word of TRAYS.
    doors: int  # Of a bookcase or locker.
    promotions: tuple[Promotion, ...]
    low_doors: tuple[int, ...]  # Of these, those that a seated hand reaches.
    web: str
    speech: bool  # Whether it reads aloud; its sound belongs into a jack.
    panel: Panel
    timings: Timings
    uplink_timings: dict[str, int]
    timezone: str


class _File(msgspec.Struct):
    device: str
    key: str
    data: str
    role: str = "selfcheck"
    district_key: str = ""
    mqtt: tuple[str, int] | None = None
    tls: Tls | None = None
    tray: str = ""
    tray_reader: str = "r200"
    scanner: str = ""
    keypad: str = ""
    printer: str = ""
    controller: str = ""  # A bookcase's controller, at the other end of the panel link.
    doors: int = 1
    low_doors: tuple[int, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    web: str = ""
    speech: bool = True
    panel: Panel = Panel()
    timings: dict[str, int] = {}
    timezone: str = "Asia/Shanghai"


def load(path: Path, role: str = "") -> Config:
    """Return the configuration, in a role if one is given, or raise ConfigError."""
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_File)
    except (OSError, msgspec.DecodeError) as error:
        raise ConfigError(f"{path}: {error}")
    role = role or file.role
    if role not in ROLES:
        raise ConfigError(f"{path}: no such role: {role}; there are {', '.join(ROLES)}")
    lends = ROLES[role].journals
    for name in ("key", "district_key") if lends else ("key",):
        if not re.fullmatch("([0-9a-f]{2})+", getattr(file, name)):
            raise ConfigError(f"{path}: {name} wants hexadecimal digits")
    if lends and not file.mqtt:
        raise ConfigError(f"{path}: mqtt is missing: the {role} tells the service what it does")
    own = {name: value for name, value in file.timings.items() if name in Timings._fields}
    if own.get("warning_ms", WARNING_MIN_MS) < WARNING_MIN_MS:
        raise ConfigError(f"{path}: warning_ms is less than {WARNING_MIN_MS}")
    for name, kept in msgspec.structs.asdict(file.tls).items() if file.tls else ():
        if not Path(kept).is_file():
            raise ConfigError(f"{path}: tls.{name}: there is no {kept}")
    for promotion in file.promotions:
        if not Path(promotion.picture).is_file():
            raise ConfigError(f"{path}: promotions: there is no {promotion.picture}")
        if promotion.picture.lower().endswith(".zip") and not frames(promotion.picture):
            raise ConfigError(f"{path}: promotions: no pictures are in {promotion.picture}")
        if promotion.frame_ms < FRAME_MIN_MS:
            raise ConfigError(f"{path}: promotions: frame_ms is less than {FRAME_MIN_MS}")
    if file.tray_reader not in TRAYS:
        raise ConfigError(f"{path}: tray_reader is none of {', '.join(TRAYS)}")
    if file.doors < 1:
        raise ConfigError(f"{path}: doors is less than 1")
    if wrong := [door for door in file.low_doors if not 1 <= door <= file.doors]:
        raise ConfigError(f"{path}: low_doors: there is no door {wrong[0]}")
    return Config(
        role=role,
        device=file.device,
        key=bytes.fromhex(file.key),
        district_key=bytes.fromhex(file.district_key),
        mqtt=file.mqtt,
        tls=file.tls,
        data=Path(file.data),
        ports=_ports(path, file, role),
        tray_reader=file.tray_reader,
        doors=file.doors,
        low_doors=file.low_doors,
        promotions=file.promotions,
        web=file.web.rstrip("/"),
        speech=file.speech,
        panel=file.panel,
        timings=Timings(**own),
        uplink_timings={name: ms for name, ms in file.timings.items() if name not in own},
        timezone=file.timezone,
    )


def _ports(path: Path, file: _File, role: str) -> dict[str, str]:
    """Return the ports of the role's parts; a missing keypad or printer is only missed."""
    found = {}
    for part in ROLES[role].parts:
        name = _NAMES.get(part, part)
        if url := getattr(file, name):
            found[part] = url
        elif part in ROLES[role].needs:
            raise ConfigError(f"{path}: {name} is missing: a {role} needs it")
    return found


# A bookcase's screen calls its panel link by what is at the other end.
_NAMES = {"panel": "controller"}


def texts(language: str) -> dict[str, str]:
    """Return the texts of a language."""
    path = Path(__file__).parent / "ui" / "texts" / f"{language}.json"
    loaded: dict[str, str] = json.loads(path.read_text())
    return loaded
