"""Readers' accounts as the service and its web see them: what staff do, each in one transaction.

`read` looks at a snapshot; everything else runs in the writer's transaction and is done once for a
key.  AccountError, PaymentError, MoneyError and KeyReused say that nothing was done.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

from bookcase_fw import sign
from broker import lengthy
from broker.accounts import consents, people, personal, reconcile, views
from broker.accounts.blocks import Blocks
from broker.accounts.clerk import Clerk, Office
from broker.accounts.consents import Consents
from broker.accounts.money import Cause, Money, Reason
from broker.accounts.people import AccountError, Person
from broker.accounts.reconcile import Report
from broker.accounts.sureties import Sureties
from broker.circulation import days
from broker.desk import requests
from broker.ledger.store import Database
from broker.lengthy import Lengthy

T = TypeVar("T")
# What staff book by hand, and where the money goes is the kind's own.
BY_HAND = ("waive", "write_off", "processing", "lost_item")
LAW_IS_OLD = "rules or calendar were changed since the service started: restart it first"

Answer = dict[str, object]


class Accounts:
    """Any thread may ask.  `clerk` is to be started and stopped with the service."""

    def __init__(
        self,
        office: Office,
        *,
        snapshot: Callable[[], AbstractContextManager[Database]],
        district_key: bytes,
    ) -> None:
        self._office = office
        self._snapshot = snapshot
        self._key = district_key
        self.till = office.till
        self.clerk = Clerk(office)

    def read(self, run: Callable[[Database], T]) -> T:
        with self._snapshot() as db:
            return run(db)

    def account(self, card: str) -> views.Account:
        now_ms = self._office.now_ms()
        return self.read(lambda db: views.account(db, people.find(db, card), now_ms))

    def export(self, card: str) -> bytes:
        return self.read(lambda db: personal.export_zip(db, people.find(db, card)))

    def person(self, card: str) -> Person:
        return self.read(lambda db: people.find(db, card))

    def book(self, card: str, kind: str, fen: int, *, reason: str, actor: str, key: str) -> Answer:
        """Waive, write off or charge by hand; nobody is forgiven more than is owed."""

        def run(db: Database, person: Person, now_ms: int) -> Answer:
            money = Money(db)
            if kind not in BY_HAND:
                raise AccountError(f"by hand: {', '.join(BY_HAND)}")
            if kind in ("waive", "write_off") and fen > money.owed(person.account):
                raise AccountError(f"only {max(0, money.owed(person.account))} fen are owed")
            cause = Cause("desk", key)
            number = money.book(
                kind,
                person.account,
                fen,
                key=f"desk:{key}",
                cause=cause,
                reason=Reason(reason, reason),
                at_ms=now_ms,
                now_ms=now_ms,
                actor=actor,
            )
            return {"id": number}

        return self._once(card, ["money", card, kind, fen, reason, actor], key, run)

    def block(
        self, card: str, reason: str, *, from_ms: int, until_ms: int, actor: str, key: str
    ) -> Answer:
        def run(db: Database, person: Person, now_ms: int) -> Answer:
            number = Blocks(db).put(
                person.account,
                reason,
                now_ms=now_ms,
                actor=actor,
                from_ms=from_ms,
                until_ms=until_ms or None,
            )
            return self._changed(now_ms, {"id": number})

        return self._once(card, ["block", card, reason, from_ms, until_ms, actor], key, run)

    def lift(self, card: str, block: int, *, actor: str, key: str) -> Answer:
        def run(db: Database, person: Person, now_ms: int) -> Answer:
            Blocks(db).lift(person.account, block, now_ms=now_ms, actor=actor)
            return self._changed(now_ms, {"id": block})

        return self._once(card, ["lift", card, block, actor], key, run)

    def lost(self, card: str, since_ms: int, *, actor: str, key: str) -> Answer:
        """Report a card lost; answers how many copies went from its holder to a suspect."""

        def run(db: Database, _person: Person, now_ms: int) -> Answer:
            moved = self._office.cards(db).report_lost(
                card, since_ms=since_ms or now_ms, now_ms=now_ms, actor=actor
            )
            return self._changed(now_ms, {"copies": moved})

        return self._once(card, ["lost", card, since_ms, actor], key, run)

    def issue(self, card: str, new: str, *, actor: str, key: str) -> Answer:
        """Give the holder of a card another one."""

        def run(db: Database, person: Person, now_ms: int) -> Answer:
            reader = sign.pseudonym(self._key, new)
            cards = self._office.cards(db)
            cards.issue(person.account, new, reader, now_ms=now_ms, actor=actor)
            return self._changed(now_ms, {"issued": True})

        return self._once(card, ["issue", card, new, actor], key, run)

    def guarantee(
        self,
        card: str,
        kind: str,
        *,
        reference: str,
        accepted: bool,
        first_day: int,
        last_day: int,
        limit_set: str,
        actor: str,
        key: str,
    ) -> Answer:
        def run(db: Database, person: Person, now_ms: int) -> Answer:
            number = Sureties(db).note(
                person.account,
                kind,
                reference=reference,
                accepted=accepted,
                now_ms=now_ms,
                actor=actor,
                limit_set=limit_set,
                first_day=first_day,
                last_day=last_day,
            )
            return {"id": number}

        asked = ["guarantee", card, kind, reference, accepted, first_day, last_day, limit_set]
        return self._once(card, [*asked, actor], key, run)

    def guardian(
        self, card: str, *, number: str, relation: str, verified: str, actor: str, key: str
    ) -> Answer:
        """Note a verified guardian; the ID number is hashed and stands nowhere."""
        hash = consents.identity(self._key, "id", number)

        def run(db: Database, person: Person, now_ms: int) -> Answer:
            guardian = Sureties(db).guard(
                person.account,
                hash=hash,
                relation=relation,
                verified=verified,
                now_ms=now_ms,
                actor=actor,
            )
            return {"id": guardian}

        return self._once(card, ["guardian", card, hash, relation, verified, actor], key, run)

    def publish(self, purpose: str, *, text_zh: str, text_en: str, key: str) -> Answer:
        """Publish the next version of a text that readers agree to; `id` is its version."""
        now_ms = self._office.now_ms()
        asked = ["publish", purpose, text_zh, text_en]

        def run(db: Database) -> Answer:
            return {"id": Consents(db).publish(purpose, text_zh, text_en, now_ms)}

        return self._office.do(lambda db: requests.once(db, key, asked, now_ms, lambda: run(db)))

    def consent(
        self, card: str, purpose: str, *, guardian: int, withdraw: bool, actor: str, key: str
    ) -> Answer:
        """Give a consent, or take it back."""

        def run(db: Database, person: Person, now_ms: int) -> Answer:
            if withdraw:
                Consents(db).withdraw(person.account, purpose, now_ms)
                return {"id": 0}
            given = Consents(db).give(
                person.account, purpose, now_ms=now_ms, actor=actor, guardian=guardian or None
            )
            return {"id": given}

        asked = ["consent", card, purpose, guardian, withdraw, actor]
        return self._once(card, asked, key, run)

    def contact(self, card: str, channel: str, address: str, *, key: str) -> Answer:
        """Note where a reader wants to be told, who agreed to that; "" deletes it."""

        def run(db: Database, person: Person, _now_ms: int) -> Answer:
            people.set_contact(db, person.account, channel, address)
            return {"channel": channel}

        return self._once(card, ["contact", card, channel, address], key, run)

    def erase(self, card: str, *, reason: str, anyway: bool, actor: str, key: str) -> Answer:
        def run(db: Database, person: Person, now_ms: int) -> Answer:
            personal.erase(db, person, reason=reason, actor=actor, now_ms=now_ms, anyway=anyway)
            return self._changed(now_ms, {"erased": True})

        # Not by the card: what was asked is remembered, and whom it was about must not be.
        return self._once(card, ["erase", reason, anyway, actor], key, run)

    def reconcile(self, provider: str, day: int, text: str | None = None) -> Report:
        """Compare a provider's statement of a day, keep the report; without a text it is fetched.

        Raises StatementError, and Silent when the provider does not answer.
        """
        office = self._office
        said = self.till.statement(provider, day) if text is None else text
        midnights = reconcile.midnights(day, office.zone)
        return office.do(
            lambda db: reconcile.compare(
                db, provider, day, said, midnight_ms=midnights, now_ms=office.now_ms()
            )
        )

    def settle(self, since_ms: int) -> Lengthy:
        """Return what settles again what ended since then.

        Raises AccountError when rules or calendar are others than those that the service knows.
        """
        office = self._office
        if office.law_is_old():
            raise AccountError(LAW_IS_OLD)
        return lengthy.settle(office.cost_of, days.in_zone(office.zone), since_ms)

    def _once(
        self,
        card: str,
        asked: object,
        key: str,
        run: Callable[[Database, Person, int], Answer],
    ) -> Answer:
        now_ms = self._office.now_ms()
        return self._office.do(
            lambda db: requests.once(
                db, key, asked, now_ms, lambda: run(db, people.find(db, card), now_ms)
            )
        )

    def _changed(self, now_ms: int, answer: Answer) -> Answer:
        """In the writer's transaction: this service need not wait for its clerk."""
        self._office.people_changed(now_ms)
        return answer
