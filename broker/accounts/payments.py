"""Payments and refunds as the ledger knows them: an intent, what the provider said, and money.

What a provider says twice is booked once, what it does not say is asked for and never charged
again, and money that has come is booked even when it comes late.  Everything happens in the
caller's transaction; nothing here waits for a provider.
"""

import secrets
from typing import NamedTuple

from broker.accounts.money import Cause, Money, Reason
from broker.accounts.providers import Event, Outcome
from broker.circulation import texts
from broker.ledger.cases import Cases, Subject
from broker.ledger.store import CONFLICTS, Database
from broker.notices.post import Post

EXPIRES_MS = 15 * 60_000
DESK = "desk"  # Cash over the counter: a provider that answers at once.

# What a provider says of a payment in each state; the rest changes nothing.
# fmt: off
TABLE = {
    # state        said       next
    ("intended",  "paid"):   "paid",
    ("intended",  "failed"): "failed",
    ("intended",  "none"):   "failed",
    ("intended",  "silent"): "unknown",
    ("intended",  "late"):   "expired",
    ("unknown",   "paid"):   "paid",
    ("unknown",   "failed"): "failed",
    ("unknown",   "none"):   "failed",
    ("unknown",   "open"):   "intended",
    ("unknown",   "late"):   "expired",
    ("failed",    "paid"):   "paid",
    ("expired",   "paid"):   "paid",
}
# fmt: on
SAID = ("paid", "failed", "none", "open", "silent", "late")

# purpose: kind of money on the way in, and on the way back
_IN = {"owed": "payment", "deposit": "deposit"}
_BACK = {"owed": "refund", "deposit": "return_deposit"}
_WORDS = {
    "payment": Reason("付款", "paid"),
    "deposit": Reason("交押金", "deposit paid"),
    "refund": Reason("退款", "given back"),
    "return_deposit": Reason("退押金", "deposit given back"),
}

_INTEND = """INSERT INTO payment (id, account, purpose, provider, fen, state, link, reference,
made_ms, expires_ms, actor) VALUES (?, ?, ?, ?, ?, 'intended', '', '', ?, ?, ?)"""
_FIND = """SELECT id, account, purpose, provider, fen, state, link, reference, made_ms, expires_ms,
settled_ms, actor FROM payment"""
_STEP = "UPDATE payment SET state = ?, settled_ms = ?, reference = ? WHERE id = ?"
_HEARD = "SELECT 1 FROM payment_event WHERE provider = ? AND event = ?"
_HEAR = """INSERT INTO payment_event (provider, event, payment, outcome, fen, reference, heard_ms)
VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING event"""
_REFUND = """INSERT INTO refund (id, payment, fen, state, reference, reason, made_ms, actor)
VALUES (?, ?, ?, 'asked', '', ?, ?, ?)"""
_FIND_REFUND = """SELECT id, payment, fen, state, reference, reason, made_ms, settled_ms, actor
FROM refund"""
_UNDER_WAY = """SELECT COALESCE(SUM(refund.fen), 0) FROM refund
JOIN payment ON payment.id = refund.payment WHERE payment.account = ? AND payment.purpose = ?
AND refund.state IN ('asked', 'unknown')"""
_OPEN = f"{_FIND} WHERE state IN ('intended', 'unknown') AND provider <> '{DESK}' ORDER BY made_ms"
_OPEN_REFUNDS = f"{_FIND_REFUND} WHERE state IN ('asked', 'unknown') ORDER BY made_ms"


class PaymentError(Exception):
    """A payment or refund that cannot be; the message says why.  Nothing was written."""


class Payment(NamedTuple):
    """A row of `payment`."""

    id: str
    account: int
    purpose: str
    provider: str
    fen: int
    state: str
    link: str
    reference: str
    made_ms: int
    expires_ms: int
    settled_ms: int | None
    actor: str


class Refund(NamedTuple):
    """A row of `refund`."""

    id: str
    payment: str
    fen: int
    state: str
    reference: str
    reason: str
    made_ms: int
    settled_ms: int | None
    actor: str


class Payments:
    def __init__(self, db: Database) -> None:
        self._db = db
        self._money = Money(db)
        self._cases = Cases(db)

    def find(self, payment: str) -> Payment | None:
        row = self._db.execute(f"{_FIND} WHERE id = ?", (payment,)).fetchone()
        return Payment(*row) if row else None

    def of(self, account: int) -> list[Payment]:
        rows = self._db.execute(f"{_FIND} WHERE account = ? ORDER BY made_ms, id", (account,))
        return [Payment(*row) for row in rows]

    def refunds(self, account: int) -> list[Refund]:
        rows = self._db.execute(
            f"{_FIND_REFUND} WHERE payment IN (SELECT id FROM payment WHERE account = ?) "
            "ORDER BY made_ms, id",
            (account,),
        )
        return [Refund(*row) for row in rows]

    def under_way(self) -> tuple[list[Payment], list[Refund]]:
        """Return what is not settled, oldest first."""
        payments = [Payment(*row) for row in self._db.execute(_OPEN).fetchall()]
        return payments, [Refund(*row) for row in self._db.execute(_OPEN_REFUNDS).fetchall()]

    def intend(
        self, account: int, *, fen: int, purpose: str, provider: str, now_ms: int, actor: str
    ) -> Payment:
        """Begin a payment; raises PaymentError while another one for the same is under way."""
        if fen <= 0:
            raise PaymentError(f"{fen} fen cannot be paid")
        if purpose == "owed" and fen > self._money.owed(account):
            raise PaymentError(f"only {max(0, self._money.owed(account))} fen are owed")
        for other in self.of(account):
            if other.purpose == purpose and other.state in ("intended", "unknown"):
                raise PaymentError(f"payment {other.id} is {other.state}: ask for its outcome")
        number = secrets.token_hex(8)
        values = (number, account, purpose, provider, fen, now_ms, now_ms + EXPIRES_MS, actor)
        try:
            self._db.execute(_INTEND, values)
        except CONFLICTS as error:
            raise PaymentError(f"another payment is under way: {error}") from None
        return self.known(number)

    def linked(self, payment: str, link: str) -> Payment:
        self._db.execute("UPDATE payment SET link = ? WHERE id = ?", (link, payment))
        return self.known(payment)

    def over_the_counter(
        self, account: int, *, fen: int, purpose: str, now_ms: int, actor: str
    ) -> Payment:
        """Take cash: intended and paid at once."""
        made = self.intend(
            account, fen=fen, purpose=purpose, provider=DESK, now_ms=now_ms, actor=actor
        )
        self.learned(made.id, Outcome("paid", fen, made.id), now_ms)
        return self.known(made.id)

    def heard(self, provider: str, said: Event, now_ms: int) -> bool:
        """Take what a provider tells by itself; say whether it is new.

        Raises PaymentError for a payment that is not of this provider.
        """
        payment = self.find(said.payment)
        if payment is None or payment.provider != provider:
            raise PaymentError(f"{provider} has no payment {said.payment}")
        if self._db.execute(_HEARD, (provider, said.event)).fetchone():
            return False
        event = (said.event, said.payment, said.outcome, said.fen, said.reference, now_ms)
        if not self._db.execute(_HEAR, (provider, *event)).fetchone():
            return False
        self.learned(payment.id, Outcome(said.outcome, said.fen, said.reference), now_ms)
        return True

    def learned(self, number: str, said: Outcome, now_ms: int) -> Payment:
        """Draw the consequences of a payment's outcome, whoever told it and however often."""
        payment = self.known(number)
        after = TABLE.get((payment.state, said.outcome))
        if payment.state == "paid":
            self._contradicted(payment, said, now_ms)
        elif after == "paid":
            self._paid(payment, said, now_ms)
        elif after:
            settled = None if after in ("intended", "unknown") else now_ms
            self._db.execute(_STEP, (after, settled, payment.reference, number))
        return self.known(number)

    def give_back(self, number: str, *, fen: int, reason: str, now_ms: int, actor: str) -> Refund:
        """Begin a refund along the path that the payment came.

        Raises PaymentError for more than was paid, or than the library owes or holds.
        """
        payment = self.known(number)
        account, purpose = payment.account, payment.purpose
        (under_way,) = self._db.execute(_UNDER_WAY, (account, purpose)).fetchone()
        held = -self._money.owed(account) if purpose == "owed" else self._money.deposit(account)
        if not 0 < fen <= held - under_way:
            raise PaymentError(f"{max(0, held - under_way)} fen can be given back, not {fen}")
        refund = secrets.token_hex(8)
        try:
            self._db.execute(_REFUND, (refund, number, fen, reason, now_ms, actor))
        except CONFLICTS as error:
            raise PaymentError(f"payment {number}: {error}") from None
        if payment.provider == DESK:
            self.gave_back(refund, Outcome("done", fen, refund), now_ms)
        return self.known_refund(refund)

    def gave_back(self, number: str, said: Outcome, now_ms: int) -> Refund:
        """Draw the consequences of a refund's outcome."""
        refund = self.known_refund(number)
        if refund.state in ("done", "failed"):
            return refund
        state = said.outcome if said.outcome in ("done", "failed") else "unknown"
        settled = now_ms if state in ("done", "failed") else None
        step = "UPDATE refund SET state = ?, settled_ms = ?, reference = ? WHERE id = ?"
        self._db.execute(step, (state, settled, said.reference, number))
        payment = self.known(refund.payment)
        if state == "done":
            self._book(_BACK[payment.purpose], payment, refund.fen, f"refund:{number}", now_ms)
        elif state == "failed":
            subject = Subject("refund", number, account=payment.account)
            self._cases.open(subject, {"payment": payment.id, "fen": refund.fen}, now_ms)
        return self.known_refund(number)

    def _paid(self, payment: Payment, said: Outcome, now_ms: int) -> None:
        """Money that has come is booked as much as it is; another amount is a case."""
        self._db.execute(_STEP, ("paid", now_ms, said.reference, payment.id))
        fen = said.fen or payment.fen
        if fen != payment.fen:
            self._db.execute("UPDATE payment SET fen = ? WHERE id = ?", (fen, payment.id))
            self._doubt(payment, "amount", said, now_ms)
        self._book(_IN[payment.purpose], payment, fen, f"payment:{payment.id}", now_ms)

    def _contradicted(self, payment: Payment, said: Outcome, now_ms: int) -> None:
        """Of what is paid a provider may only say the same again."""
        if said.outcome == "paid" and said.reference not in ("", payment.reference):
            self._doubt(payment, "twice", said, now_ms)
        elif said.outcome in ("failed", "none"):
            self._doubt(payment, "taken_back", said, now_ms)

    def _doubt(self, payment: Payment, what: str, said: Outcome, now_ms: int) -> None:
        about = f"{payment.id}:{what}:{said.reference}"
        evidence: dict[str, object] = {"payment": payment.id, "why": what, "fen": said.fen}
        evidence |= {"expected": payment.fen, "reference": said.reference}
        self._cases.open(Subject("payment", about, account=payment.account), evidence, now_ms)

    def _book(self, kind: str, payment: Payment, fen: int, key: str, now_ms: int) -> None:
        self._money.book(
            kind,
            payment.account,
            fen,
            key=key,
            cause=Cause("payment", payment.id),
            reason=_WORDS[kind],
            at_ms=now_ms,
            now_ms=now_ms,
            actor=payment.actor,
        )
        if kind in _IN.values():
            money = texts.money(fen)
            about = f"payment:{payment.id}"
            Post(self._db).put("payment", payment.account, key=about, now_ms=now_ms, money=money)

    def known(self, number: str) -> Payment:
        """Return a payment; PaymentError when there is none."""
        payment = self.find(number)
        if payment is None:
            raise PaymentError(f"there is no payment {number}")
        return payment

    def known_refund(self, number: str) -> Refund:
        """Return a refund; PaymentError when there is none."""
        row = self._db.execute(f"{_FIND_REFUND} WHERE id = ?", (number,)).fetchone()
        if row is None:
            raise PaymentError(f"there is no refund {number}")
        return Refund(*row)
