"""The clerk: a thread that settles, tells readers, asks providers, and lets blocks begin and end.

Everything that it does is found in the ledger and done in short transactions of the writer; what
waits for others, mail servers and providers, waits outside of them.  Stopping it at any point loses
nothing: what was begun is found again.
"""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from typing import NamedTuple
from zoneinfo import ZoneInfo

import structlog

from broker.accounts import people
from broker.accounts.blocks import Blocks
from broker.accounts.cards import Cards
from broker.accounts.news import News
from broker.accounts.settle import CostOf
from broker.accounts.till import Do, Till
from broker.circulation import days
from broker.ledger.store import CONFLICTS, FAILURES, Database
from broker.notices import daily
from broker.notices.post import Letter, Post
from broker.notices.senders import NotSent, Sender

log = structlog.get_logger()

POLL_S = 2.0  # Between two rounds: a change is told well within a minute.
ASK_MS = 60_000  # Between two questions to providers.


class Office(NamedTuple):
    """What the clerk works with.  `cards` makes the cards of the writer's own transaction."""

    do: Do
    till: Till
    senders: Mapping[str, Sender]
    cost_of: CostOf
    law_is_old: Callable[[], bool]  # Rules or calendar were changed since they were read.
    cards: Callable[[Database], Cards]
    people_changed: Callable[[int], None]  # Called in the writer's transaction.
    zone: ZoneInfo
    now_ms: Callable[[], int]


class Clerk(threading.Thread):
    def __init__(self, office: Office) -> None:
        # A mail server may let one wait for longer than the service takes to end.
        super().__init__(name="clerk", daemon=True)
        self._office = office
        self._stopped = threading.Event()
        self._changes = -1
        self._asked_ms = 0

    def stop(self) -> None:
        """End after what is under way, at most as long as a mail server lets one wait."""
        self._stopped.set()

    def run(self) -> None:
        while not self._stopped.wait(POLL_S):
            try:
                self.round()
            except (*FAILURES, *CONFLICTS, CancelledError, TimeoutError) as error:
                log.warning("clerk_waits", text=str(error))

    def round(self) -> None:
        """Do once what there is to do."""
        while self._office.do(self._take_news) and not self._stopped.is_set():
            pass
        self._office.do(self._look_at_people)
        self._office.do(lambda db: daily.make(db, self._office.now_ms(), self._office.zone))
        self._send()
        now_ms = self._office.now_ms()
        if now_ms - self._asked_ms >= ASK_MS:
            self._asked_ms = now_ms
            self._office.till.catch_up()

    def _take_news(self, db: Database) -> int:
        office = self._office
        news = News(db, office.cost_of, days.in_zone(office.zone), office.cards(db))
        return news.take(office.now_ms())

    def _look_at_people(self, db: Database) -> None:
        """Begin and end blocks; when anybody changed anything about people, forget them here."""
        now_ms = self._office.now_ms()
        Blocks(db).refresh(now_ms)
        changes = people.changes(db)
        if changes != self._changes:
            self._changes = changes
            self._office.people_changed(now_ms)

    def _send(self) -> None:
        office = self._office
        while not self._stopped.is_set():
            letters = office.do(lambda db: Post(db).take(office.now_ms(), office.senders.keys()))
            for letter in letters:
                self._send_one(letter)
            if not letters:
                return

    def _send_one(self, letter: Letter) -> None:
        office = self._office
        try:
            office.senders[letter.channel].send(letter)
        except NotSent as error:
            why = str(error)
            log.warning("not_sent", notice=letter.id, attempt=letter.attempts, text=why)
            office.do(lambda db: Post(db).failed(letter, why, office.now_ms()))
        else:
            office.do(lambda db: Post(db).sent(letter.id, office.now_ms()))
