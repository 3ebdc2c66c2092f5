"""A machine's message becomes rows of the ledger, and what is to be said when they are committed.

Runs in the writer's transaction and sends nothing itself.  Whatever is no message of the machine
that it claims to be from is refused: counted, logged in one line, and nothing else is disturbed.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, cast

import structlog

from bookcase_fw import wire
from broker.circulation.decide import Answer
from broker.circulation.rules import Rules
from broker.desk import requests
from broker.desk.desk import Desk
from broker.desk.journal import Journal
from broker.fleet.orders import OrderRefused, Orders
from broker.fleet.policy import Policy
from broker.fleet.registry import Device, Registry
from broker.fleet.state import States
from broker.ledger.asks import Asks
from broker.ledger.books import Books
from broker.ledger.cases import Cases, Subject
from broker.ledger.clocks import Clocks
from broker.ledger.counters import Counters
from broker.ledger.directory import Directory
from broker.ledger.facts import Facts
from broker.ledger.gaps import Gaps
from broker.ledger.inbox import INTEGER_MAX, JOURNAL, Fact, Inbox, Refusal, Taken
from broker.ledger.limits import LimitOf, Limits
from broker.ledger.store import Database
from broker.outbox import Outbox

log = structlog.get_logger()

LOGGED_MAX = 80  # Characters of a stranger's words in one line of the log.


class Incoming(NamedTuple):
    topic: str
    payload: bytes
    received_ms: int


class Law(NamedTuple):
    """The rules in force.  `day` gives the day of a time; `limit_of` the limit of an account."""

    rules: Rules
    ruleset: int
    day: Callable[[int], int]
    limit_of: LimitOf
    policy: Policy


class Exchange:
    """`outbox` and `heard` collect what is to be said and told after the commit."""

    def __init__(self, db: Database, registry: Registry, law: Law) -> None:
        self._db = db
        self._registry = registry
        self._policy = law.policy
        self.counters = Counters(db)
        self.cases = Cases(db)
        self.books = Books(db, self.cases, law.day)
        self._limits = Limits(db, self.cases, law.limit_of)
        self._inbox = Inbox(db)
        self._clocks = Clocks(db)
        self._directory = Directory(db)
        self._states = States(db)
        self._orders = Orders(db, self._clocks)
        self._asks = Asks(
            db, directory=self._directory, rules=law.rules, ruleset=law.ruleset, day=law.day
        )
        self._facts = Facts(
            db,
            inbox=self._inbox,
            clocks=self._clocks,
            directory=self._directory,
            cases=self.cases,
            rules=law.rules,
            day=law.day,
        )
        self.desk = Desk(db, Journal(db, self._inbox, self._clocks), self._said)
        self._gaps = Gaps(self.cases)
        self.outbox = Outbox()
        self.heard: set[str] = set()

    def take(self, message: Incoming) -> None:
        """Draw all consequences of a message; what is refused is counted and logged."""
        try:
            device, name = self._sender(message)
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

    def order(self, name: str, *, op: str, door: int, now_ms: int) -> str:
        """Order something of a machine; return the order's id, or raise OrderRefused."""
        device = self._registry.find(name)
        if device is None:
            raise OrderRefused("unknown")
        made = self._orders.make(device, op=op, door=door, reader="", now_ms=now_ms)
        number = str(made["id"])
        self.outbox.say(device, "order", made, session=str(made["session"]), nonce=number)
        return number

    def want(self, device: Device) -> None:
        """Queue what a machine is wanted to be: retained, so that it is told whenever it comes."""
        policy = self._policy.at(device.level)
        self.outbox.say(device, "want", {"revision": self._policy.revision, "policy": policy})

    def lost(self, shard: int) -> None:
        """The MQTT server of a shard is out of reach: nobody is known to be there."""
        for device in self._registry.all():
            if wire.shard(device.name) == shard:
                device.nonce = ""
                self._states.lost(device)
                self.heard.add(device.name)

    def settle(self) -> bool:
        """End a transaction's work; say whether anything was counted."""
        self._states.write()
        return self.counters.write()

    def forget(self) -> None:
        """After a rollback: nothing of what was prepared happened."""
        parts = (self._inbox, self.books, self._clocks, self._directory, self._states)
        for part in (*parts, self.counters, self.outbox):
            part.forget()
        self._limits.recall()
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
            self._quarantine(device, journal, message, "the ledger is behind its machine")
        renew = stream.state == "quarantined"
        self.outbox.greet(device, journal, number=stream.number, renew=renew, time_ms=now_ms)

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

    def _renewed(self, device: Device, said: Mapping[str, object], now_ms: int) -> Answer:
        """Renew what may be renewed; the same ask told again is answered as before."""

        def renew() -> Answer:
            answer = self._asks.answer(device, said, now_ms)
            line = answer.get("line", "")
            for book in cast(list[Answer], answer.get("books", [])):
                if answer["ok"] and book["ok"]:
                    body = {"reader": said["reader"], "tag": book["tag"], "due": book["due"]}
                    self.desk.say(
                        "renewed", body | {"line": line}, now_ms=now_ms, actor=device.name
                    )
            return answer

        asked = [said["op"], said["reader"], said["tags"]]
        try:
            return requests.once(self._db, f"ask {device.name} {said['id']}", asked, now_ms, renew)
        except requests.KeyReused as reused:
            raise Refusal("malformed", f"{reused}: another ask had this id") from None

    def _said(self, device: Device, fact: Fact, now_ms: int) -> None:
        """The desk said something."""
        self._draw(device, fact, now_ms)
        self._check_limits(now_ms)

    def _draw(self, device: Device, fact: Fact, now_ms: int) -> None:
        for copy, seen in self._facts.observed(device, fact, now_ms):
            self.books.see(copy, seen, now_ms)

    def _ask(self, device: Device, message: Incoming) -> None:
        said = _decoded("ask", message)
        renews = said["op"] == "renew"
        answer = (self._renewed if renews else self._asks.answer)(device, said, message.received_ms)
        self.outbox.say(
            device, "answer", answer, session=str(said["session"]), nonce=str(said["id"])
        )

    def _state(self, device: Device, message: Incoming) -> None:
        said = _decoded("state", message)
        self._states.state(device, said, message.received_ms)
        if said["policy"] != self._policy.revision:
            self.want(device)

    def _beat(self, device: Device, message: Incoming) -> None:
        self._states.beat(device, _decoded("beat", message), message.received_ms)

    def _quarantine(self, device: Device, journal: str, message: Incoming, why: str) -> None:
        self._inbox.quarantine(device, journal)
        self.counters.add("quarantined")
        subject = Subject("quarantine", f"{device.id}:{journal}", device.id)
        self.cases.open(subject, {"journal": journal, "why": why}, message.received_ms)
        log.warning("quarantined", device=device.name, journal=journal, text=why)

    def _check_limits(self, now_ms: int) -> None:
        for account in self.books.accounts:
            self._limits.check(account, now_ms)
        self.books.accounts.clear()

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
