"""Boards of machines as the web sees them: claims, configurations, journals read on the bench."""

import base64
import dataclasses
from collections.abc import Callable
from typing import Any

from bookcase_fw import record
from broker.accounts.till import Do
from broker.config import Config
from broker.exchange import Exchange
from broker.fleet import bench
from broker.fleet.claims import ClaimError, Claims, Waiting
from broker.fleet.registry import Device, Registry
from broker.ledger import told
from broker.ledger.store import Database


class Boards:
    """Any thread may ask; each thing is done in one transaction.

    Raises ClaimError and bench.NoJournal, which say that nothing was done.
    """

    def __init__(
        self,
        config: Config,
        *,
        mqtt_port: int,
        do: Do,
        exchange: Exchange,
        registry: Registry,
        now_ms: Callable[[], int],
    ) -> None:
        self._config = config
        self._mqtt_port = mqtt_port
        self._do = do
        self._exchange = exchange
        self._registry = registry
        self._now_ms = now_ms

    def code(self, device: str, *, by: str) -> str:
        return self._do(lambda db: Claims(db).make(device, by=by, now_ms=self._now_ms()))

    def waiting(self) -> list[Waiting]:
        return self._do(lambda db: Claims(db).waiting(self._now_ms()))

    def approve(self, claim: int, *, by: str) -> None:
        self._do(lambda db: Claims(db).approve(claim, by=by, now_ms=self._now_ms()))

    def ask(self, code: str, board: str) -> str:
        return self._do(lambda db: Claims(db).ask(code, board, now_ms=self._now_ms()))

    def fetch(self, code: str, secret: str) -> dict[str, Any] | None:
        """Return a machine's configuration, once; None while staff have not said yes."""
        found = self._do(lambda db: Claims(db).fetch(code, secret, now_ms=self._now_ms()))
        if found is None:
            return None
        name, key = found
        # In a transaction of its own: the writer's thread alone changes the registry.
        device = self._do(lambda db: self._rekey(db, name, key))
        return {
            "device": name,
            "key": key.hex(),
            "district_key": self._config.district_key,
            "mqtt": [self._config.mqtt.host, self._mqtt_port],
            "doors": device.doors,
        }

    def _rekey(self, db: Database, name: str, key: bytes) -> Device:
        device = self._registry.rekey(db, name, key)
        # What was retained for the board before is signed with its key.
        self._exchange.renew_policy(self._now_ms())
        self._exchange.want(device)
        return device

    def old_journal(self, device: str, image: str, behind_sectors: int) -> dict[str, Any]:
        """Take the journal in a picture of a board's flash (base64), as far as it is news.

        `new` says how many of its records the ledger did not have.
        """
        machine = self._registry.find(device)
        if machine is None:
            raise ClaimError("unknown_machine")
        data = base64.b64decode(image)
        keys = [machine.key, *self._do(lambda db: Claims(db).old_keys(device))]
        before = {key: bench.read(data, key, behind_sectors=behind_sectors) for key in keys}
        for key, old in before.items():
            if _vouches(key, old):
                return {"journal": old.id, "last": old.last, "new": self._take(machine, key, old)}
        raise bench.NoJournal(f"no key that {device} ever had vouches for this journal")

    def _take(self, machine: Device, key: bytes, old: bench.Old) -> int:
        before, now_ms = dataclasses.replace(machine, key=key), self._now_ms()

        def take() -> int:
            return sum(self._exchange.take_old(before, text, now_ms) for text in old.messages)

        return self._do(lambda _db: take())


def _vouches(key: bytes, old: bench.Old) -> bool:
    """Say whether the records are chained by this key, the first of all to the journal's id."""
    try:
        records = [row for text in old.messages for row in told.read(key, text).records]
    except told.Refusal:
        return False
    begins = record.genesis(key, old.id)
    return bool(records) and (records[0].number > 1 or records[0].before == begins)
