"""The service's configuration: one JSON file, read once at the start."""

from pathlib import Path

import msgspec


class ConfigError(Exception):
    """The file cannot be used.  The message says where and why."""


class Mqtt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """With `embedded` the service is the MQTT server; port 0 takes a free one.

    At another server: `password` is that of the user `service`; `ca`, `cert` and `key` are PEM
    files, of the authority that signed the server's certificate and of the service's own.
    """

    embedded: bool = True
    host: str = "127.0.0.1"
    port: int = 1883
    password: str = ""
    ca: str = ""
    cert: str = ""
    key: str = ""


class Web(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    host: str = "127.0.0.1"
    port: int = 8080


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A payment provider over signed HTTP; `key` is hexadecimal."""

    url: str
    key: str


class Smtp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mail server for notices; without a host no mail is sent."""

    host: str = ""
    port: int = 25
    sender: str = "library@localhost"
    user: str = ""
    password: str = ""


class Updates(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`url` is where machines reach the service's pages; "" is the address that it listens on.

    `key` is the modulus of the key that signs bundles, hexadecimal: no other is offered.
    """

    url: str = ""
    key: str = ""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data` is the folder of the ledger; `rules` and `calendar` are files, or "" for the built-in.

    `database` is the address of a PostgreSQL database, or "" for a file in the folder.
    """

    data: str
    district_key: str
    mqtt: Mqtt = Mqtt()
    web: Web = Web()
    database: str = ""
    timezone: str = "Asia/Shanghai"
    rules: str = ""
    calendar: str = ""
    providers: dict[str, Provider] = {}
    smtp: Smtp = Smtp()
    updates: Updates = Updates()
    history_days: int = 0  # After how many readers' history is detached by itself; 0 for never.
    webhook_key: str = ""  # Hexadecimal; without one no webhook is told anything.

    @property
    def folder(self) -> Path:
        return Path(self.data)

    @property
    def key(self) -> bytes:
        return bytes.fromhex(self.district_key)


def read(path: Path) -> Config:
    """Return the configuration in a file, or raise ConfigError."""
    try:
        config = msgspec.json.decode(path.read_bytes(), type=Config)
        if len(config.key) < 16:
            raise ConfigError(f"{path}: district_key is shorter than 16 bytes")
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: {error}") from error
    return config
