"""Offers go to machines wave by wave, and stop where machines go back.  In the writer's thread.

Several service processes may serve the same offers: each reads them from the database.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import structlog

from broker.fleet.registry import Device, Registry
from broker.ledger.store import Database
from broker.updates import waves
from broker.updates.shelf import Shelf

log = structlog.get_logger()

LOOK_MS = 10_000
MACHINES = "bookcase"  # The kind of machine that takes bundles.

_OPEN = "SELECT id, kind, version, hash, size FROM update_offer WHERE state = 'open' ORDER BY id"
_IS_OPEN = "SELECT 1 FROM update_offer WHERE hash = ? AND state = 'open'"
_ANY = "SELECT 1 FROM update_offer LIMIT 1"
_TOLD = "SELECT device, wave, word FROM update_machine WHERE offer = ?"
_ENTER = """INSERT INTO update_offer (id, kind, version, hash, size, state, made_ms)
VALUES (?, ?, ?, ?, ?, 'open', ?)"""
_ENTER_MACHINE = """INSERT INTO update_machine (offer, device, wave, word, why, at_ms)
VALUES (?, ?, ?, '', '', ?)"""
_CLOSE = "UPDATE update_offer SET state = ? WHERE id = ? AND state = 'open'"
_HEARD = """UPDATE update_machine SET word = ?, why = ?, at_ms = ?
WHERE offer = ? AND device = ? AND (word <> ? OR why <> ?)"""


class _Offer(NamedTuple):
    number: int
    kind: str
    version: str
    hash: str
    size: int


class Rollout:
    """Everything happens in the caller's transaction.

    url: where machines reach the service, without a slash at the end.
    """

    def __init__(self, db: Database, registry: Registry, shelf: Shelf, url: str) -> None:
        self._db, self._registry, self._shelf, self._url = db, registry, shelf, url
        self.offers = False  # Whether anything was ever offered.
        self._looked_ms = 0
        self._granted: list[
            Path
        ] = []  # Wishes that are removed once what came of them is committed.
        self._wanted: dict[int, dict[str, _Offer]] = {}  # Device -> kind -> what it is to take.

    def wanted(self, device: Device) -> dict[str, object]:
        """Return `firmware` and `config` of wire `want`, where there are any."""
        return {
            kind: {
                "number": offer.number,
                "version": offer.version,
                "hash": offer.hash,
                "size": offer.size,
                "url": f"{self._url}/updates/{offer.hash}",
            }
            for kind, offer in self._wanted.get(device.id, {}).items()
        }

    def look(self, now_ms: int) -> list[Device]:
        """Look, now and then, into the tray and the database; return whose wants have changed."""
        if now_ms - self._looked_ms < LOOK_MS:
            return []
        self._looked_ms = now_ms
        while self._granted:
            self._granted.pop().unlink(missing_ok=True)
        for path, wish in self._shelf.wishes():
            if "stop" in wish:
                self._db.execute(_CLOSE, ("stopped", wish["stop"]))
            elif not self._db.execute(_IS_OPEN, (wish["offer"],)).fetchone():
                self._offer(wish["offer"], wish["machines"], now_ms)
            self._granted.append(path)
        return self._changed()

    def heard(self, device: Device, updates: Sequence[Mapping[str, Any]], now_ms: int) -> None:
        """Note what a machine makes of its offers; what follows from it is seen at the next look.

        An offer at which too many machines went back is stopped at once.
        """
        for row in updates:
            said = (row["word"], row["why"])
            place = (row["number"], device.id)
            if self._db.execute(_HEARD, (*said, now_ms, *place, *said)).rowcount:
                self._judge(row["number"])

    def forget(self) -> None:
        """After a rollback: what was granted in it was not; look again."""
        self._granted.clear()
        self._looked_ms = 0

    def _offer(self, digest: str, names: Sequence[str], now_ms: int) -> None:
        found = self._shelf.read(digest)
        devices = {
            device.name: device
            for device in self._registry.all()
            if device.kind == MACHINES and (device.name in names or not names)
        }
        number = self._db.number("update_offer")
        self._db.execute(_ENTER, (number, found.kind, found.version, digest, found.manifest_size,
                                  now_ms))  # fmt: skip
        for name, wave in waves.plan(devices).items():
            self._db.execute(_ENTER_MACHINE, (number, devices[name].id, wave, now_ms))
        log.info("update_offered", number=number, kind=found.kind, version=found.version)

    def _judge(self, number: int) -> None:
        if waves.is_bad([waves.Told(*row[1:]) for row in self._db.execute(_TOLD, (number,))]):
            self._db.execute(_CLOSE, ("stopped", number))
            self._looked_ms = 0
            log.warning("update_stopped", number=number)

    def _changed(self) -> list[Device]:
        self.offers = self._db.execute(_ANY).fetchone() is not None
        wanted: dict[int, dict[str, _Offer]] = defaultdict(dict)
        for offer in [_Offer(*row) for row in self._db.execute(_OPEN).fetchall()]:
            rows = self._db.execute(_TOLD, (offer.number,)).fetchall()
            reach = waves.reach([waves.Told(*row[1:]) for row in rows])
            # A later offer stands before an earlier one.
            for device, wave, _word in rows:
                if wave <= reach:
                    wanted[device][offer.kind] = offer
        before, self._wanted = self._wanted, dict(wanted)
        return [
            device
            for device in self._registry.all()
            if before.get(device.id) != self._wanted.get(device.id)
        ]
