"""The service in the city: its real exchange on a real ledger, with deaths at the worst moments.

What the link and the writer do in the product (group, commit, then say) is done here on the clock
that jumps.  A death before the commit loses the group; one after it loses what was to be said.
"""

import asyncio
from collections import Counter
from collections.abc import Callable

from bookcase_fw import wire
from broker.config import Config
from broker.exchange import Exchange, Incoming
from broker.fleet.registry import Registry
from broker.law import in_force
from broker.ledger import database
from broker.ledger.read import Reader
from broker.ledger.store import Database
from hw_sim.city.chance import Chance
from hw_sim.city.mqttmodel import MqttModel

COMMIT_S = 0.005  # What is there after this is one group.
DEATHS = ("before_commit", "after_commit")


class CityService:
    """Serves all shards.  `deaths` are shares of commits at which the process dies."""

    def __init__(
        self, config: Config, server: MqttModel, chance: Chance, now_ms: Callable[[], int]
    ) -> None:
        self._config = config
        self._server = server
        self._chance = chance
        self._now_ms = now_ms
        self._waiting: list[Incoming] = []
        self._going: asyncio.TimerHandle | None = None
        self._commits = 0
        self._db: Database | None = None
        self.deaths = dict.fromkeys(DEATHS, 0.0)
        self.fired: Counter[str] = Counter()
        self.restart_s = 20.0
        server.to_service = self._take

    @property
    def on(self) -> bool:
        return self._db is not None

    def start(self) -> None:
        """Open the ledger and announce every shard."""
        db = database.open_writer(self._config.folder)
        self._db = db
        db.execute("UPDATE device_state SET online = 0")
        self._registry = Registry(db)
        self._exchange = Exchange(db, self._registry, in_force(db, self._config, self._now_ms()))
        self.announce()

    def announce(self) -> None:
        """Say that every shard is served: at the start, and when the MQTT server is back."""
        if not self._db:
            return
        for shard in range(wire.SHARD_COUNT):
            self._server.say(wire.service_topic(shard), b'{"online": true}', retain=True)
        self._do(self._want_all)

    def mqtt_lost(self) -> None:
        """The MQTT server is away: nobody is known to be there."""
        if self._db:
            self._do(self._all_lost)

    def _want_all(self) -> None:
        for device in self._registry.all():
            self._exchange.want(device)

    def _all_lost(self) -> None:
        for shard in range(wire.SHARD_COUNT):
            self._exchange.lost(shard)

    def die(self) -> None:
        """End at once, as kill -9 does; `start` again later."""
        assert self._db
        self._waiting.clear()
        if self._going:
            self._going.cancel()
            self._going = None
        if self._db.in_transaction:
            self._db.rollback()
        self._db.close()
        self._db = None
        for shard in range(wire.SHARD_COUNT):
            self._server.say(wire.service_topic(shard), b'{"online": false}', retain=True)

    def reader(self) -> Reader:
        return Reader(database.open_reader(self._config.folder))

    def stop(self) -> None:
        if self._db:
            self._db.close()
            self._db = None

    def _take(self, topic: str, payload: bytes) -> None:
        if self._db is None:
            return
        self._waiting.append(Incoming(topic, payload, self._now_ms()))
        if self._going is None:
            self._going = asyncio.get_running_loop().call_later(COMMIT_S, self._commit)

    def _commit(self) -> None:
        self._going = None
        group, self._waiting = self._waiting, []
        self._commits += 1
        assert self._db
        self._db.begin()
        for message in group:
            self._exchange.take(message)
        if self._dies("before_commit"):
            return
        self._exchange.settle()
        self._db.commit()
        if self._dies("after_commit"):
            return
        self._say()

    def _do(self, work: Callable[[], None]) -> None:
        assert self._db
        self._db.begin()
        work()
        self._exchange.settle()
        self._db.commit()
        self._say()

    def _say(self) -> None:
        for topic, payload, retain in self._exchange.outbox.take():
            self._server.say(topic, payload, retain=retain)
        self._exchange.heard.clear()
        self._exchange.cases.changed.clear()

    def _dies(self, when: str) -> bool:
        if self._chance.of(when, self._commits) >= self.deaths[when]:
            return False
        self.fired[f"service_died_{when}"] += 1
        self.die()
        asyncio.get_running_loop().call_later(self.restart_s, self._start_again)
        return True

    def _start_again(self) -> None:
        if self._db is None:
            self.start()
