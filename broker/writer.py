"""The one thread that writes the ledger: what waits is committed together, then it is said so.

Nothing is acknowledged before its commit.  While PostgreSQL commits, the messages that come next
are read.  While a database cannot (a full disk, a lost connection) the same messages are tried
again.  When a transaction fails for another reason, they are taken one by one, so that a single bad
one delays nobody.  That one is shelved: stored and told to staff.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from itertools import count
from queue import Empty, SimpleQueue
from typing import NamedTuple

import structlog

from broker.exchange import Exchange, Incoming
from broker.fleet.orders import OrderRefused
from broker.ledger import store
from broker.ledger.store import Database
from broker.live import Hub
from broker.outbox import Outgoing

log = structlog.get_logger()

BATCH_MAX = 400  # Where a disk is slow to sync, 100 commits a third less in a second.
BACK_OFF_S = (0.05, 0.2, 0.5, 1.0, 2.0)
LOGGED_EVERY = 30  # Attempts: about a minute.
# Two processes met at a copy, a reader or a stream, and what this one remembered was old.
_MET = (*store.COLLISIONS, *store.CONFLICTS)
MET_MAX = 5  # Times that a batch is done again as a whole before its messages are taken one by one.


class Delivery(NamedTuple):
    """A message, and what the MQTT server wants to have acknowledged: over which connection."""

    message: Incoming
    source: tuple[int, int]
    mid: int
    qos: int


class Job(NamedTuple):
    """Something else to be done in a transaction; the future gets what it returns."""

    run: Callable[[], str]
    done: "Future[str]"


class Writer(threading.Thread):
    """`send` and `acknowledge` are called by this thread, after each commit."""

    def __init__(
        self,
        db: Database,
        exchange: Exchange,
        *,
        hub: Hub,
        send: Callable[[list[Outgoing]], None],
        acknowledge: Callable[[list[Delivery]], None],
    ) -> None:
        super().__init__(name="writer")
        self._db = db
        self._exchange = exchange
        self._hub = hub
        self._send = send
        self._acknowledge = acknowledge
        self._stopping = threading.Event()
        self._waiting: SimpleQueue[Delivery | Job | None] = SimpleQueue()
        self._next: list[Delivery | Job] = []
        self._ended = False

    def put(self, delivery: Delivery) -> None:
        self._waiting.put(delivery)

    def do(self, run: Callable[[], str]) -> "Future[str]":
        """Do something in a transaction soon; any thread may ask."""
        job = Job(run, Future())
        self._waiting.put(job)
        return job.done

    def stop(self) -> None:
        """End when everything that waits now is committed, or cannot be for the moment."""
        self._stopping.set()
        self._waiting.put(None)

    def run(self) -> None:
        while self._next or not self._ended:
            self._gather(wait=True)
            batch, self._next = self._next, []
            if batch:
                self._commit(batch, self._exchange.take)

    def _gather(self, *, wait: bool) -> None:
        """Let the next batch have what waits, as far as there is room; wait for its first."""
        while len(self._next) < BATCH_MAX and not self._ended:
            try:
                item = self._waiting.get(wait and not self._next)
            except Empty:
                return
            if item is None:
                self._ended = True
            else:
                self._next.append(item)

    def _look_ahead(self) -> None:
        self._gather(wait=False)
        self._exchange.read_ahead(_messages(self._next))

    def _commit(self, batch: list[Delivery | Job], take: Callable[[Incoming], None]) -> None:
        """Carry out a batch in one transaction; `take` is for the messages in it.

        While the database cannot, it waits and tries again: nothing else could be done meanwhile.
        """
        met = 0
        for attempt in count():
            error = self._tried(batch, take)
            if error is None:
                return
            if store.is_passing(error):
                if attempt % LOGGED_EVERY == 0:
                    log.error("database_cannot", text=str(error).strip())
                if self._stopping.wait(BACK_OFF_S[min(attempt, len(BACK_OFF_S) - 1)]):
                    return
            elif isinstance(error, _MET) and self._db.kind == "postgresql" and met < MET_MAX:
                met += 1
            else:
                self._failed(batch, take, error)
                return

    def _tried(
        self, batch: list[Delivery | Job], take: Callable[[Incoming], None]
    ) -> Exception | None:
        """Commit and say so, or return why nothing happened."""
        answers: list[tuple[Job, str | OrderRefused]] = []
        try:
            self._db.begin()
            self._exchange.begin(_messages(batch))
            for item in batch:
                if isinstance(item, Delivery):
                    take(item.message)
                elif not item.done.cancelled():
                    answers.append((item, _result(item)))
            counted = self._exchange.settle()
            self._db.commit(self._look_ahead)
        # The thread must outlive any message: a bug met by one is not the end of all others.
        except Exception as error:
            if self._db.in_transaction:
                self._db.rollback()
            self._exchange.forget()
            return error
        said = self._exchange.outbox.take()
        if said:
            self._send(said)
        self._acknowledge([item for item in batch if isinstance(item, Delivery)])
        for job, result in answers:
            if not job.done.set_running_or_notify_cancel():
                continue
            if isinstance(result, OrderRefused):
                job.done.set_exception(result)
            else:
                job.done.set_result(result)
        self._tell(counted)
        return None

    def _failed(
        self, batch: list[Delivery | Job], take: Callable[[Incoming], None], error: Exception
    ) -> None:
        if len(batch) > 1:
            for item in batch:
                self._commit([item], take)
            return
        (item,) = batch
        if isinstance(item, Job):
            item.done.set_exception(error)
            return
        log.error("not_committed", topic=item.message.topic, exc_info=error)
        if take == self._exchange.take:
            why = f"{type(error).__name__}: {error}"
            self._commit(batch, lambda message: self._exchange.shelve(message, why))
        else:
            self._acknowledge([item])

    def _tell(self, counted: bool) -> None:
        """Tell the browsers what changed."""
        exchange = self._exchange
        for device in exchange.heard:
            self._hub.publish("machine", {"device": device})
        for number in exchange.books.moved:
            self._hub.publish("movement", {"id": number})
        for number in exchange.cases.changed:
            self._hub.publish("case", {"id": number})
        if counted:
            self._hub.publish("counters", {})
        exchange.heard.clear()
        exchange.books.moved.clear()
        exchange.cases.changed.clear()


def _result(job: Job) -> str | OrderRefused:
    try:
        return job.run()
    except OrderRefused as refused:
        return refused


def _messages(batch: list[Delivery | Job]) -> list[Incoming]:
    return [item.message for item in batch if isinstance(item, Delivery)]
