"""Which shards this process serves: leases in the database, shared among all processes that live.

A process says every second that it lives and keeps its leases; one that says so no more loses them
after five, and the others share its shards.  A lease is only for efficiency: it spares two
processes the same work.  Order is kept by what the database refuses (docs/ledger.md), so that one
who was stopped and goes on in the belief that it still serves does no harm.
"""

import secrets
import threading
from collections.abc import Callable
from typing import NamedTuple

import psycopg
import structlog

from bookcase_fw import wire
from broker.ledger.postgres import PostgresDatabase

log = structlog.get_logger()

PERIOD_S = 1.0
KEPT_MS = 5000  # From one word of life until the lease ends without another.
FORGOTTEN_MS = 60_000

# All by the database's clock: those of the processes may differ.
_NOW = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"
_LIVE = f"""INSERT INTO service (name, seen_ms) VALUES (?, {_NOW})
ON CONFLICT (name) DO UPDATE SET seen_ms = excluded.seen_ms"""
_DIE = "DELETE FROM service WHERE name = ?"
_BURY = f"DELETE FROM service WHERE seen_ms < {_NOW} - {FORGOTTEN_MS}"
_COUNT = f"SELECT COUNT(*) FROM service WHERE seen_ms >= {_NOW} - {KEPT_MS}"
_KEEP = f"UPDATE lease SET until_ms = {_NOW} + {KEPT_MS} WHERE service = ? RETURNING shard"
_TAKE = f"""UPDATE lease SET service = ?, until_ms = {_NOW} + {KEPT_MS} WHERE shard IN
(SELECT shard FROM lease WHERE service = '' OR until_ms < {_NOW}
ORDER BY shard LIMIT ? FOR UPDATE SKIP LOCKED) RETURNING shard"""
_LEAVE = "UPDATE lease SET service = '', until_ms = 0 WHERE service = ? AND shard = ANY(?)"


class Turn(NamedTuple):
    """What one word of life came to: the shards that are held, and those to be given up."""

    held: frozenset[int]
    surplus: frozenset[int]


class Leases(threading.Thread):
    """`changed` is told which shards to serve, whenever that changes; by this thread."""

    def __init__(
        self,
        url: str,
        *,
        changed: Callable[[frozenset[int]], None],
        monotonic: Callable[[], float],
    ) -> None:
        super().__init__(name="leases")
        self._url = url
        self._changed = changed
        self._monotonic = monotonic
        self._name = secrets.token_hex(8)
        self._db: PostgresDatabase | None = None
        self._told: frozenset[int] = frozenset()
        self._kept_at = monotonic()
        self._ending = threading.Event()

    def stop(self) -> None:
        """Give all leases back, and end: the others need not wait until they run out."""
        self._ending.set()

    def run(self) -> None:
        while not self._ending.is_set():
            try:
                self._say()
            except psycopg.Error as error:
                log.warning("leases_unsure", text=str(error).strip())
                self._close()
                if self._monotonic() - self._kept_at > KEPT_MS / 1000:
                    self._tell(frozenset())
            self._ending.wait(PERIOD_S)
        try:
            if self._db:
                leave(self._db, self._name, self._told)
                self._db.execute(_DIE, (self._name,))
        except psycopg.Error as error:
            log.warning("leases_unsure", text=str(error).strip())
        self._close()

    def _say(self) -> None:
        if self._db is None:
            self._db = PostgresDatabase(self._url)
        begun = self._monotonic()
        turn = say(self._db, self._name)
        self._kept_at = begun
        # First we stop to serve, then the others may: so nobody is sent away by a newcomer.
        self._tell(turn.held - turn.surplus)
        if turn.surplus:
            leave(self._db, self._name, turn.surplus)

    def _tell(self, served: frozenset[int]) -> None:
        if served != self._told:
            self._told = served
            log.info("shards", served=sorted(served))
            self._changed(served)

    def _close(self) -> None:
        if self._db:
            self._db.close()
            self._db = None


def say(db: PostgresDatabase, name: str) -> Turn:
    """Say that a process lives, keep its leases and take what is free of its share."""
    db.execute(_LIVE, (name,))
    db.execute(_BURY)
    ((live,),) = db.execute(_COUNT).fetchall()
    share = -(-wire.SHARD_COUNT // live)
    held = [shard for (shard,) in db.execute(_KEEP, (name,))]
    if len(held) < share:
        held += [shard for (shard,) in db.execute(_TAKE, (name, share - len(held)))]
    return Turn(frozenset(held), frozenset(sorted(held)[share:]))


def leave(db: PostgresDatabase, name: str, shards: frozenset[int]) -> None:
    db.execute(_LEAVE, (name, sorted(shards)))
