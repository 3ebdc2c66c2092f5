"""The service in the city: its real exchange on a real ledger, with deaths at the worst moments.

What the link and the writer do in the product (group, commit, then say) is done here on the clock
that jumps.  A death before the commit loses the group; one after it loses what was to be said.
"""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Callable

from bookcase_fw import wire
from broker.accounts.blocks import Blocks
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
AGAIN_S = 2.0  # After which a database is tried again that others keep busy; as the writer does.
DEATHS = ("before_commit", "after_commit")
MANY_PAGES = 1 << 30
_PATRON = "SELECT account FROM patron WHERE card = ?"
_COMMITTED = """SELECT device.name, stream.journal, stream.number FROM stream
JOIN device ON device.id = stream.device"""


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
        self._db: Database | None = None
        # Of a process that died; what it had not committed is gone.  To open the file anew would
        # take longer than an hour of the city.
        self._kept: Database | None = None
        self.disk_full = False
        self._other: sqlite3.Connection | None = None  # That keeps the database busy.
        self.on_start: Callable[[], None] = _nobody_listens
        self.deaths = dict.fromkeys(DEATHS, 0.0)
        self.fired: Counter[str] = Counter()
        self.restart_s = 20.0
        server.to_service = self._take

    @property
    def on(self) -> bool:
        return self._db is not None

    def start(self) -> None:
        """Open the ledger and announce every shard."""
        if self._kept is None:
            self._kept = database.open_writer(self._config.folder)
            # The product waits some seconds; here those would be real ones.
            self._kept.execute("PRAGMA busy_timeout = 0")
        self._db = db = self._kept
        self.fill_disk(self.disk_full)
        db.execute("UPDATE device_state SET online = 0")
        self._registry = Registry(db)
        self._exchange = Exchange(db, self._registry, in_force(db, self._config, self._now_ms()))
        self.announce()
        if self._db:
            self.on_start()

    def fill_disk(self, full: bool) -> None:
        """Let the disk have no page left, or room again."""
        self.disk_full = full
        if self._db:
            ((pages,),) = self._db.execute("PRAGMA page_count").fetchall()
            self._db.execute(f"PRAGMA max_page_count = {pages if full else MANY_PAGES}").fetchall()

    def keep_busy(self, busy: bool) -> None:
        """Let somebody else hold the lock of the database's one writer, or let go of it."""
        if self._other:
            self._other.close()
            self._other = None
        if busy:
            path = self._config.folder / database.NAME
            self._other = sqlite3.connect(path, isolation_level=None)
            self._other.execute("BEGIN IMMEDIATE")

    def block(self, card: str) -> None:
        """A librarian blocks a card; the service must be on."""

        def put() -> None:
            assert self._db
            (account,) = self._db.execute(_PATRON, (card,)).fetchone()
            Blocks(self._db).put(account, "owes", now_ms=self._now_ms(), actor="a librarian")
            self._exchange.people_changed(self._now_ms())

        self._do(put)

    def committed(self) -> dict[tuple[str, str], int]:
        """Return (device, journal) -> the highest number that is in the ledger."""
        assert self._db
        rows = self._db.execute(_COMMITTED).fetchall()
        return {(device, journal): number for device, journal, number in rows}

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
        self._db = None
        for shard in range(wire.SHARD_COUNT):
            self._server.say(wire.service_topic(shard), b'{"online": false}', retain=True)

    def reader(self) -> Reader:
        return Reader(database.open_reader(self._config.folder))

    def stop(self) -> None:
        self._db = None
        if self._kept:
            self._kept.close()
            self._kept = None

    def _take(self, topic: str, payload: bytes) -> None:
        if self._db is None:
            return
        self._waiting.append(Incoming(topic, payload, self._now_ms()))
        if self._going is None:
            self._going = asyncio.get_running_loop().call_later(COMMIT_S, self._commit)

    def _commit(self) -> None:
        self._going = None
        group, self._waiting = self._waiting, []
        assert self._db
        about = [message.payload.hex() for message in group]
        try:
            self._db.begin()
            self._exchange.begin(group)
            for message in group:
                self._exchange.take(message)
            if self._dies("before_commit", about):
                return
            self._exchange.settle()
            self._db.commit()
        except sqlite3.OperationalError:
            if self._is_busy():
                self._waiting[:0] = group
                self._going = asyncio.get_running_loop().call_later(AGAIN_S, self._commit)
            else:
                self._fail()
            return
        if self._dies("after_commit", about):
            return
        self._say()

    def _do(self, work: Callable[[], None]) -> None:
        assert self._db
        try:
            self._db.begin()
            self._exchange.begin(())
            work()
            self._exchange.settle()
            self._db.commit()
        except sqlite3.OperationalError:
            if self._is_busy():
                asyncio.get_running_loop().call_later(AGAIN_S, self._do_if_on, work)
            else:
                self._fail()
            return
        self._say()

    def _do_if_on(self, work: Callable[[], None]) -> None:
        if self._db:
            self._do(work)

    def _is_busy(self) -> bool:
        """Whether others keep the database busy; then nothing has happened."""
        if not self._other:
            return False
        assert self._db
        if self._db.in_transaction:
            self._db.rollback()
        self._exchange.forget()
        self.fired["database_was_busy"] += 1
        return True

    def _fail(self) -> None:
        """Nothing can be written: end, and try again later; nothing was acknowledged."""
        assert self.disk_full or self._other
        self.fired["disk_was_full" if self.disk_full else "database_was_busy"] += 1
        self._die_for_a_while()

    def _say(self) -> None:
        for topic, payload, retain in self._exchange.outbox.take():
            self._server.say(topic, payload, retain=retain)
        self._exchange.heard.clear()
        self._exchange.cases.changed.clear()

    def _dies(self, when: str, about: list[str]) -> bool:
        if self._chance.of(when, self._now_ms(), *about) >= self.deaths[when]:
            return False
        self.fired[f"service_died_{when}"] += 1
        self._die_for_a_while()
        return True

    def _die_for_a_while(self) -> None:
        self.die()
        asyncio.get_running_loop().call_later(self.restart_s, self.start_again)

    def start_again(self) -> None:
        """Start, unless it is on; a full disk may forbid it for a while."""
        if self._db is not None:
            return
        try:
            self.start()
        except sqlite3.OperationalError:
            self._fail()


def _nobody_listens() -> None:
    pass
