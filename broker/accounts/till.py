"""Asks payment providers, outside of any transaction, and writes down what they answer.

Each step is committed before the provider is asked, under an id that it will know again; so after
a crash at any point the open ids are asked for and nothing is charged twice.
"""

from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

import structlog

from broker.accounts.payments import DESK, Payment, PaymentError, Payments, Refund
from broker.accounts.providers import Outcome, Provider, Silent
from broker.desk import requests
from broker.ledger.store import Database

log = structlog.get_logger()
T = TypeVar("T")

ASK_AFTER_MS = 60_000  # An open payment is asked for when nothing was heard for a minute.


class Do(Protocol):
    """Runs something in a transaction of the ledger and returns what it returns; any thread."""

    def __call__(self, run: Callable[[Database], T]) -> T: ...


class Till:
    """Any thread may call; every method may wait for a provider for seconds."""

    def __init__(
        self, do: Do, providers: Mapping[str, Provider], now_ms: Callable[[], int]
    ) -> None:
        self._do = do
        self._providers = providers
        self._now_ms = now_ms

    @property
    def providers(self) -> tuple[str, ...]:
        return tuple(self._providers)

    def start(
        self, account: int, *, fen: int, purpose: str, provider: str, actor: str, key: str = ""
    ) -> Payment:
        """Begin a payment and return it with its link; PaymentError when it cannot be.

        Asked again under the same key it is the same payment; KeyReused for another one.
        """
        if provider != DESK and provider not in self._providers:
            raise PaymentError(f"there is no provider {provider!r}")
        now_ms = self._now_ms()
        asked = ["payment", account, fen, purpose, provider, actor]

        def begin(db: Database) -> Payment:
            payments = Payments(db)

            def take() -> requests.Answer:
                if provider == DESK:
                    made = payments.over_the_counter(
                        account, fen=fen, purpose=purpose, now_ms=now_ms, actor=actor
                    )
                else:
                    made = payments.intend(
                        account,
                        fen=fen,
                        purpose=purpose,
                        provider=provider,
                        now_ms=now_ms,
                        actor=actor,
                    )
                return {"id": made.id}

            answer = requests.once(db, key, asked, now_ms, take)
            return payments.known(answer["id"])

        made = self._do(begin)
        return made if made.state != "intended" or made.link else self._begun(made)

    def _begun(self, made: Payment) -> Payment:
        try:
            provider = self._providers[made.provider]
            link = provider.start(made.id, made.fen, made.purpose, made.expires_ms)
        except Silent as silence:
            log.warning("provider_silent", payment=made.id, text=str(silence))
            return self._learned(made.id, Outcome("silent"))
        return self._do(lambda db: Payments(db).linked(made.id, link))

    def heard(self, name: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Take a provider's callback; say whether it told something new.

        Raises PaymentError, SealError, or ValueError for a body that is none.
        """
        if name not in self._providers:
            raise PaymentError(f"there is no provider {name!r}")
        said = self._providers[name].heard(headers, body)
        return self._do(lambda db: Payments(db).heard(name, said, self._now_ms()))

    def ask_for(self, number: str) -> Payment:
        """Ask for the outcome of a payment by its number; PaymentError when there is none."""
        return self.ask(self._do(lambda db: Payments(db).known(number)))

    def ask(self, payment: Payment) -> Payment:
        """Ask a provider for a payment's outcome; one that stays silent leaves it unknown."""
        provider = self._providers.get(payment.provider)
        if provider is None:
            return payment
        try:
            said = provider.ask(payment.id)
        except Silent as silence:
            log.warning("provider_silent", payment=payment.id, text=str(silence))
            said = Outcome("silent")
        late = said.outcome == "open" and payment.expires_ms < self._now_ms()
        return self._learned(payment.id, Outcome("late") if late else said)

    def give_back(
        self, payment: str, *, fen: int, reason: str, actor: str, key: str = ""
    ) -> Refund:
        """Give money back along the path that it came; PaymentError when it cannot be.

        Asked again under the same key it is the same refund; KeyReused for another one.
        """
        now_ms = self._now_ms()
        said = {"fen": fen, "reason": reason, "actor": actor}

        def begin(db: Database) -> Refund:
            payments = Payments(db)
            answer = requests.once(
                db,
                key,
                ["refund", payment, said],
                now_ms,
                lambda: {
                    "id": payments.give_back(
                        payment, fen=fen, reason=reason, actor=actor, now_ms=now_ms
                    ).id
                },
            )
            return payments.known_refund(answer["id"])

        made = self._do(begin)
        return self._tell(made) if made.state == "asked" else made

    def catch_up(self) -> int:
        """Ask for everything that is open and was not heard of for a minute; return how many."""
        payments, refunds = self._do(lambda db: Payments(db).under_way())
        before_ms = self._now_ms() - ASK_AFTER_MS
        asked = [payment for payment in payments if payment.made_ms <= before_ms]
        told = [refund for refund in refunds if refund.made_ms <= before_ms]
        for payment in asked:
            self.ask(payment)
        for refund in told:
            self._tell(refund)
        return len(asked) + len(told)

    def statement(self, provider: str, day: int) -> str:
        """Return a provider's CSV of a day; PaymentError for none, Silent when it says nothing."""
        if provider not in self._providers:
            raise PaymentError(f"there is no provider {provider!r}")
        return self._providers[provider].statement(day)

    def _tell(self, refund: Refund) -> Refund:
        payment = self._do(lambda db: Payments(db).find(refund.payment))
        assert payment
        try:
            provider = self._providers[payment.provider]
            said = provider.refund(refund.id, payment.id, refund.fen)
        except (KeyError, Silent) as silence:
            log.warning("provider_silent", refund=refund.id, text=str(silence))
            said = Outcome("silent")
        return self._do(lambda db: Payments(db).gave_back(refund.id, said, self._now_ms()))

    def _learned(self, payment: str, said: Outcome) -> Payment:
        return self._do(lambda db: Payments(db).learned(payment, said, self._now_ms()))
