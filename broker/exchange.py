"""A machine's message becomes rows of the ledger, and what is to be said when they are committed.

Runs in the writer's transaction and sends nothing itself.  Whatever is no message of the machine
that it claims to be from is refused: counted, logged in one line, and nothing else is disturbed.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple, cast

import structlog

from bookcase_fw import wire
from broker.catalogue.asked import Searches
from broker.circulation.decide import Answer
from broker.circulation.terms import Place
from broker.desk import requests
from broker.desk.desk import Desk
from broker.desk.journal import Journal
from broker.fleet.orders import OrderRefused, Orders
from broker.fleet.policy import Policies
from broker.fleet.registry import Device, Registry
from broker.fleet.state import States
from broker.holds import terms
from broker.holds.asked import OPS as HOLD_OPS
from broker.holds.asked import HoldAsks
from broker.holds.holds import ACTOR as HOLDS
from broker.holds.holds import Holds
from broker.holds.telling import Teller
from broker.holds.waiting import Waiting
from broker.keeping import restored
from broker.law import Law
from broker.ledger import told
from broker.ledger.asks import Asks
from broker.ledger.books import Books
from broker.ledger.cases import Cases, Subject
from broker.ledger.clocks import Clocks
from broker.ledger.counters import Counters
from broker.ledger.directory import Directory
from broker.ledger.facts import Facts
from broker.ledger.gaps import Gaps
from broker.ledger.inbox import Fact, Inbox, Stream, Taken
from broker.ledger.limits import Limits
from broker.ledger.store import Database
from broker.ledger.told import INTEGER_MAX, JOURNAL, Refusal
from broker.outbox import Outbox
from broker.updates.rollout import Rollout

log = structlog.get_logger()

# What may be a tag or a reader in a payload: only to look it up before it is needed.
_TAG = re.compile(rb'"([0-9A-F]{8,32})"')
_READER = re.compile(rb'"([0-9a-f]{24})"')
LOGGED_MAX = 80  # Characters of a stranger's words in one line of the log.


class Incoming(NamedTuple):
    topic: str
    payload: bytes
    received_ms: int


class Exchange:
    """`outbox` and `heard` collect what is to be said and told after the commit."""

    def __init__(self, db: Database, registry: Registry, law: Law) -> None:
        self._db = db
        self._registry = registry
        self.policies = Policies(db, law.rules, law.calendar, law.day, law.ruleset)
        self._forgot = False
        self._now_ms = 0
        self.counters = Counters(db)
        self.cases = Cases(db)
        self.books = Books(db, self.cases, law.day)
        self._inbox = Inbox(db)
        self._clocks = Clocks(db)
        self.directory = Directory(db)
        self._limits = Limits(
            db, self.cases, directory=self.directory, rules=law.rules, day=law.day
        )
        self._states = States(db)
        self._orders = Orders(db, self._clocks)
        self._asks = Asks(
            db,
            directory=self.directory,
            rules=law.rules,
            calendar=law.calendar,
            ruleset=law.ruleset,
            day=law.day,
            waiting=Waiting(db),
        )
        self._searches = Searches(db)
        self._facts = Facts(
            db,
            inbox=self._inbox,
            clocks=self._clocks,
            directory=self.directory,
            cases=self.cases,
            rules=law.rules,
            calendar=law.calendar,
            day=law.day,
        )
        self.desk = Desk(
            db,
            Journal(db, self._inbox, self._clocks),
            draw=self._said,
            ask=self._asks.answer,
        )
        self.holds = Holds(
            db,
            say=lambda kind, body, now_ms: self.desk.say(kind, body, now_ms=now_ms, actor=HOLDS),
            tell=Teller(db),
            terms=terms.of(db, law.rules, law.calendar, law.day),
        )
        self._hold_asks = HoldAsks(db, asks=self._asks, holds=self.holds, directory=self.directory)
        self._looked = 0  # Of the books' movements, how many holds have looked at.
        self._gaps = Gaps(self.cases)
        self.outbox = Outbox()
        self.rollout: Rollout | None = None  # Set where machines are offered updates.
        self.heard: set[str] = set()

    def read_ahead(self, messages: Iterable[Incoming]) -> None:
        """Read facts before their turn; what is wrong with one is said when its turn has come."""
        for message in messages:
            with suppress(Exception):
                device, name = self._sender(message)
                if name == "fact":
                    told.read(device.key, message.payload)

    def take(self, message: Incoming) -> None:
        """Draw all consequences of a message; what is refused is counted and logged."""
        try:
            device, name = self._sender(message)
            self._now_ms = message.received_ms
            self.renew_policy(message.received_ms)
            self._facts.obedience.heard(device.id, message.received_ms)
            _HANDLERS[name](self, device, message)
            self.heard.add(device.name)
        except Refusal as refusal:
            self.refuse(refusal.reason, message.topic, str(refusal))

    def shelve(self, message: Incoming, why: str) -> None:
        """Take a fact that could not be folded: stored under its number, as a case for staff.

        A fact is never refused, and a stream does not stick at what this service cannot understand.
        """
        device, name = self._sender(message)
        if name == "fact":
            journal, taken = self._inbox.take(device, message.payload, message.received_ms)
            for fact in taken.facts:
                subject = Subject("lost", str(fact.id), device.id, cause=fact.id)
                evidence: dict[str, object] = {"number": fact.number, "why": why}
                self.cases.open(subject, evidence, message.received_ms)
            self._acknowledge(device, journal, taken, message)
        self.counters.add("refused", "not_folded")

    def refuse(self, reason: str, topic: str, text: str) -> None:
        self.counters.add("refused", reason)
        log.warning("refused", reason=reason, topic=topic[:LOGGED_MAX], text=text[:LOGGED_MAX])

    def order(
        self,
        name: str,
        *,
        op: str,
        door: int,
        now_ms: int,
        staff: str = "",
        reader: str = "",
        reason: str = "",
    ) -> str:
        """Order something of a machine, in the name of staff; return the order's id.

        `reader` is for whom a door is opened, `reason` why.  Raises OrderRefused.
        """
        device = self._registry.find(name)
        if device is None:
            raise OrderRefused("unknown")
        made = self._orders.make(
            device, op=op, door=door, reader=reader, staff=staff, now_ms=now_ms, reason=reason
        )
        number = str(made["id"])
        self.outbox.say(device, "order", made, session=str(made["session"]), nonce=number)
        return number

    def want(self, device: Device) -> None:
        """Queue what a machine is wanted to be: retained, so that it is told whenever it comes."""
        policy = self.policies.now
        if policy:
            fields = policy.at(Place(device.site, device.level, device.kind))
            offers = self.rollout.wanted(device) if self.rollout else {}
            want = {"revision": policy.revision, "policy": fields}
            self.outbox.say(device, "want", want | offers)

    def renew_policy(self, now_ms: int) -> None:
        """Look whether day or cards have changed, and tell the machines that are there.

        Whoever comes later says which policy it has, and is told then.
        """
        changed = self.rollout.look(now_ms) if self.rollout else []
        if self.policies.look(now_ms):
            changed = self._registry.all()
        for device in changed:
            if device.nonce:
                self.want(device)

    def people_changed(self, now_ms: int) -> None:
        """Cards, blocks or readers have changed: forget them, and tell the machines."""
        self.directory.forget_patrons()
        self.policies.cards_changed()
        self.renew_policy(now_ms)

    def adopt(self, shard: int) -> None:
        """Another process may have served this shard: its machines' streams are read anew."""
        self._inbox.forget()
        self._clocks.forget()
        self.lost(shard)

    def lost(self, shard: int) -> None:
        """The MQTT server of a shard is out of reach: nobody is known to be there."""
        for device in self._registry.all():
            if wire.shard(device.name) == shard:
                device.nonce = ""
                self._states.lost(device)
                self.heard.add(device.name)

    def begin(self, messages: Sequence[Incoming]) -> None:
        """A transaction begins, in which these messages will be taken.

        Where other processes write too, what they may have changed is looked up anew, and what the
        messages name is held against them: all at once, and in one order for everybody.
        """
        self.books.begin()
        self._looked = len(self.books.moved)
        if self._db.kind == "postgresql":
            words = b"".join(message.payload for message in messages)
            tags = {found.decode() for found in _TAG.findall(words)}
            self.directory.recall({found.decode() for found in _READER.findall(words)}, tags)
            self.books.hold([copy.id for tag in tags if (copy := self.directory.copy(tag))])
        if self._db.kind == "postgresql" or self._forgot:
            self._limits.recall()
            self._forgot = False

    def settle(self) -> bool:
        """End a transaction's work; say whether anything was counted."""
        self.look_at_holds(self._now_ms)
        self._limits.check_all(self.books.accounts, self._now_ms)
        self.books.accounts.clear()
        self._states.write()
        return self.counters.write()

    def look_at_holds(self, now_ms: int) -> None:
        """What moved in this transaction may be what somebody waits for, or kept for somebody."""
        moved = self.books.moved[self._looked :]
        self.holds.look(moved, self.books.promises, now_ms)
        self._looked = len(self.books.moved)
        self.books.promises.clear()

    def forget(self) -> None:
        """After a rollback: nothing of what was prepared happened."""
        parts = (self._inbox, self.books, self._clocks, self.directory, self._states)
        for part in (*parts, self.counters, self.outbox, self.policies):
            part.forget()
        self.holds.forget()
        if self.rollout:
            self.rollout.forget()
        self._looked = 0
        self._forgot = True
        self.cases.changed.clear()
        self.heard.clear()

    def _sender(self, message: Incoming) -> tuple[Device, str]:
        try:
            name, tail = wire.split(message.topic)
            kind = wire.name_of(tail)
        except wire.WireError as error:
            raise Refusal("topic", str(error)) from None
        device = self._registry.find(name)
        if device is None:
            raise Refusal("unknown_device", name)
        if kind not in _HANDLERS:
            raise Refusal("topic", f"{kind} is not said by a machine")
        if len(message.payload) > wire.PAYLOAD_SIZE_MAX:
            raise Refusal("too_long", f"{len(message.payload)} bytes")
        return device, kind

    def _presence(self, device: Device, message: Incoming) -> None:
        self._states.presence(device, _decoded("presence", message), message.received_ms)

    def _hello(self, device: Device, message: Incoming) -> None:
        said = _decoded("hello", message)
        boot, uptime_ms = cast(int, said["boot"]), cast(int, said["uptime_ms"])
        journal, now_ms = str(said["journal"]), message.received_ms
        if not JOURNAL.fullmatch(journal):
            raise Refusal("malformed", "hello: no journal id")
        moved = self._clocks.anchor(device.id, boot, uptime_ms, now_ms)
        for copy, cause in moved.items():
            self.books.fold_again(copy, cause, now_ms)
        self._check_limits(now_ms)
        self._states.hello(device, said, now_ms)
        self._inbox.close_others(device, journal)
        stream = self._inbox.stream(device, journal)
        self._states.unacked(device, cast(int, said["last"]) - stream.number, now_ms)
        if cast(int, said["acked"]) > stream.number and stream.state == "open":
            # The machine has let go of records that this ledger never had, or has lost.
            self._behind(device, stream, cast(int, said["acked"]), message, journal)
        renew = stream.state == "quarantined"
        # Not what is committed: a machine that was given an old flash has other records under those
        # numbers.  It lets go of them when it has told them, and they were found to be the same.
        number = min(stream.number, cast(int, said["acked"]))
        self.outbox.greet(device, journal, number=number, renew=renew, time_ms=now_ms)
        if self.rollout and self.rollout.offers:
            self.want(device)  # What it was offered while it was away may be stopped since.

    def _fact(self, device: Device, message: Incoming) -> None:
        journal, taken = self._inbox.take(device, message.payload, message.received_ms)
        now_ms = message.received_ms
        for fact in taken.facts:
            self._draw(device, fact, now_ms)
            if fact.problem:
                self.counters.add("unknown", fact.kind[:LOGGED_MAX])
        self._check_limits(now_ms)
        self._gaps.look(device, journal, taken, now_ms)
        self._states.told(device, len(taken.facts))
        self.counters.add("facts", count=len(taken.facts))
        self.counters.add("duplicates", count=taken.repeated)
        if taken.conflict:
            why = f"record {taken.conflict} is not the one that was told before"
            self._quarantine(device, journal, message, why)
        self._acknowledge(device, journal, taken, message)

    def take_old(self, device: Device, payload: bytes, now_ms: int) -> int:
        """Take records of a board that was taken out, under the key that it had; nobody is told.

        Returns how many the ledger did not have.  In the caller's transaction; raises Refusal.
        """
        self._now_ms = now_ms
        _journal, taken = self._inbox.take(device, payload, now_ms)
        for fact in taken.facts:
            self._draw(device, fact, now_ms)
        self.counters.add("facts", count=len(taken.facts))
        self.counters.add("duplicates", count=taken.repeated)
        return len(taken.facts)

    def _renewed(self, device: Device, said: Mapping[str, object], now_ms: int) -> Answer:
        """Renew what may be renewed; the same ask told again is answered as before."""
        asked = [said["op"], said["reader"], said["tags"]]
        return self._once(
            device,
            said,
            asked,
            now_ms,
            lambda: self.desk.renewed(device, said, now_ms, device.name),
        )

    def _once(
        self,
        device: Device,
        said: Mapping[str, object],
        asked: object,
        now_ms: int,
        run: Callable[[], Answer],
    ) -> Answer:
        try:
            return requests.once(self._db, f"ask {device.name} {said['id']}", asked, now_ms, run)
        except requests.KeyReused as reused:
            raise Refusal("malformed", f"{reused}: another ask had this id") from None

    def _held(self, device: Device, said: Mapping[str, object], now_ms: int) -> Answer:
        """A hold is placed or taken back once, however often it is asked for."""
        asked = [said["op"], said["reader"], said["tags"], said["text"]]
        return self._once(
            device, said, asked, now_ms, lambda: self._hold_asks.answer(device, said, now_ms)
        )

    def _said(self, device: Device, fact: Fact, now_ms: int) -> None:
        """The desk said something."""
        self._draw(device, fact, now_ms)
        self._check_limits(now_ms)

    def _draw(self, device: Device, fact: Fact, now_ms: int) -> None:
        for copy, seen in self._facts.observed(device, fact, now_ms):
            self.books.see(copy, seen, now_ms)

    def _ask(self, device: Device, message: Incoming) -> None:
        said = _decoded("ask", message)
        others = {"renew": self._renewed, "search": self._searches.answer, "list": self._listed}
        others |= dict.fromkeys(HOLD_OPS, self._held)
        answering = others.get(str(said["op"]), self._asks.answer)
        answer = answering(device, said, message.received_ms)
        self.outbox.say(
            device, "answer", answer, session=str(said["session"]), nonce=str(said["id"])
        )

    def _listed(self, _device: Device, said: Mapping[str, object], _now_ms: int) -> Answer:
        return {"id": said["id"]} | self.policies.lists.answer(str(said["text"]))

    def _state(self, device: Device, message: Incoming) -> None:
        said = _decoded("state", message)
        self._states.state(device, said, message.received_ms)
        if self.rollout:
            updates = cast("list[dict[str, object]]", said["updates"])
            self.rollout.heard(device, updates, message.received_ms)
        if self.policies.now and said["policy"] != self.policies.now.revision:
            self.want(device)

    def _beat(self, device: Device, message: Incoming) -> None:
        self._states.beat(device, _decoded("beat", message), message.received_ms)

    def _quarantine(self, device: Device, journal: str, message: Incoming, why: str) -> None:
        self._inbox.quarantine(device, journal)
        self.counters.add("quarantined")
        subject = Subject("quarantine", f"{device.id}:{journal}", device.id)
        self.cases.open(subject, {"journal": journal, "why": why}, message.received_ms)
        log.warning("quarantined", device=device.name, journal=journal, text=why)

    def _behind(
        self, device: Device, stream: Stream, acked: int, message: Incoming, journal: str
    ) -> None:
        """A machine knows more than the ledger: expected after a restore, else a bad sign."""
        since = restored.picture(self._db, stream.id, stream.number)
        if not since:
            self._quarantine(device, journal, message, "the ledger is behind its machine")
            return
        self._inbox.quarantine(device, journal)
        subject = Subject("missing", f"{device.id}:{journal}", device.id)
        numbers = f"{stream.number + 1}–{acked}"
        evidence: dict[str, object] = {"journal": journal, "numbers": numbers, "since": since}
        self.cases.open(subject, evidence, message.received_ms)
        log.warning("missing", device=device.name, journal=journal, numbers=numbers)

    def _check_limits(self, now_ms: int) -> None:
        """Later, once for all of a transaction: what is over depends on what is open at its end."""
        self._now_ms = now_ms

    def _acknowledge(self, device: Device, journal: str, taken: Taken, message: Incoming) -> None:
        self.outbox.acknowledge(
            device,
            journal,
            number=taken.number,
            renew=taken.quarantined,
            time_ms=message.received_ms,
        )


def _decoded(name: str, message: Incoming) -> dict[str, object]:
    """Return a message's fields, or raise Refusal."""
    try:
        said: dict[str, object] = wire.decode(name, message.payload)
    except wire.WireError as error:
        raise Refusal("malformed", str(error)) from None
    if any(isinstance(value, int) and abs(value) > INTEGER_MAX for value in said.values()):
        raise Refusal("malformed", f"{name}: a number is out of bounds")
    return said


_HANDLERS: dict[str, Callable[[Exchange, Device, Incoming], None]] = {
    "presence": Exchange._presence,
    "hello": Exchange._hello,
    "fact": Exchange._fact,
    "ask": Exchange._ask,
    "state": Exchange._state,
    "beat": Exchange._beat,
}
