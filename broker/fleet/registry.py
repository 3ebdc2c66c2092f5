"""The machines that the library has, their keys, and the connection in which each one speaks."""

from dataclasses import dataclass

from bookcase_fw import sign
from broker.ledger.store import Database

_DEVICES = """SELECT device.id, device.name, device.kind, device.site, site.level, device.doors,
device.key, COALESCE(device_state.session, '') FROM device JOIN site ON site.id = device.site
LEFT JOIN device_state ON device_state.device = device.id
WHERE device.kind <> 'desk' ORDER BY device.name"""


@dataclass(slots=True)
class Device:
    """A machine.  `session` and `nonce` are of its last hello: what an ack is signed for."""

    id: int
    name: str
    kind: str
    site: str
    level: str
    doors: int
    key: bytes
    session: str
    nonce: str = ""


class Registry:
    """All machines with a key, by name.  Read by any thread, changed only by the writer's."""

    def __init__(self, db: Database) -> None:
        rows = db.execute(_DEVICES).fetchall()
        self._devices = {row[1]: Device(*row) for row in rows if row[6] is not None}

    def rekey(self, db: Database, name: str, key: bytes) -> Device:
        """Let a machine be known by another key from now on; in the writer's thread."""
        device = self._devices.get(name)
        if device is None:
            rows = [row for row in db.execute(_DEVICES).fetchall() if row[1] == name]
            device = self._devices[name] = Device(*rows[0])
        # Nothing that the board before said in its connection counts any more.
        device.key, device.session, device.nonce = key, "", ""
        return device

    def find(self, name: str) -> Device | None:
        return self._devices.get(name)

    def all(self) -> list[Device]:
        return list(self._devices.values())

    def key(self, name: str) -> bytes | None:
        device = self.find(name)
        return device.key if device else None

    def password(self, name: str) -> str | None:
        """Return the machine's MQTT password; None for a machine that is not known."""
        key = self.key(name)
        return sign.password(key) if key else None
