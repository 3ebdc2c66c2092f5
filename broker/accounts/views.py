"""What a reader's account can be asked, as records for the API and the pages.  Reads only.

Money is in fen; times are ms since 1970 UTC, 0 for none; a day is yyyymmdd, 0 for none.
"""

from broker.accounts.blocks import Blocks
from broker.accounts.consents import Consents
from broker.accounts.money import Money, Row
from broker.accounts.payments import Payments
from broker.accounts.people import Person
from broker.accounts.sureties import Sureties
from broker.ledger.store import Database
from broker.ledger.views import record
from broker.ledger.words import masked, masked_name

_CARDS = """SELECT card, state, since_ms, lost_ms, ended_ms FROM card WHERE account = ?
ORDER BY since_ms, card"""
_CONTACTS = "SELECT channel, address FROM contact WHERE account = ? ORDER BY channel"
_NOTICES = """SELECT kind, channel, subject, state, made_ms, sent_ms FROM notice
WHERE account = ? ORDER BY id DESC LIMIT 50"""


@record
class MoneyRow:
    """A movement of money."""

    id: int
    """its number; later ones have higher ones"""
    kind: str
    """fine, processing, lost_item, payment, deposit, refund, return_deposit, waive or write_off"""
    fen: int
    """how much, always above zero"""
    change: int
    """what it added to what the reader owes; 0 when it was about the deposit"""
    words_zh: str
    """why, in Chinese"""
    words_en: str
    """why, in English"""
    rule: str
    """the rule line that gave the amount"""
    calendar: str
    """the version of the calendar"""
    at_ms: int
    """when it happened"""
    recorded_ms: int
    """when it was booked"""
    actor: str
    """who decided; empty for the rules"""
    reverses: int
    """the row that it takes back; 0 for none"""


@record
class PaymentRow:
    """A payment, with what was given back of it."""

    id: str
    """its number"""
    purpose: str
    """owed or deposit"""
    provider: str
    """who takes the money; desk for cash"""
    fen: int
    """how much"""
    state: str
    """intended, unknown, paid, failed or expired"""
    link: str
    """what the reader opens to pay"""
    made_ms: int
    """when it was begun"""
    settled_ms: int
    """when its outcome became known"""
    refunded_fen: int
    """what was given back, or is on its way back"""


@record
class BlockRow:
    """Why somebody may not borrow."""

    id: int
    """its number"""
    reason: str
    """why"""
    from_ms: int
    """since when"""
    until_ms: int
    """until when; 0 until it is lifted"""
    actor: str
    """who put it"""
    lifted_ms: int
    """when it was lifted"""
    lifted_by: str
    """who lifted it"""
    in_force: bool
    """whether it holds now"""


@record
class CardRow:
    """A card of the reader's."""

    card: str
    """its number, masked"""
    state: str
    """active, lost or ended"""
    since_ms: int
    """when it was given out"""
    lost_ms: int
    """since when it is lost"""
    ended_ms: int
    """when it ended"""


@record
class GuaranteeRow:
    """What stands for the reader."""

    id: int
    """its number"""
    kind: str
    """deposit, credit or institution"""
    reference: str
    """payment, decision or institution"""
    accepted: bool
    """the decision"""
    limit_set: str
    """the limits that it brings"""
    first_day: int
    """from when"""
    last_day: int
    """until when"""
    ended_ms: int
    """when it was ended"""


@record
class GuardianRow:
    """A verified guardian."""

    id: int
    """the number under which a consent names the guardian"""
    relation: str
    """to the child"""
    verified: str
    """by what document"""
    verified_ms: int
    """when"""


@record
class ConsentRow:
    """What the reader agreed to."""

    purpose: str
    """lending, notices or history"""
    version: int
    """of the text"""
    given_ms: int
    """when"""
    withdrawn_ms: int
    """when it was taken back"""


@record
class NoticeRow:
    """What the reader was told."""

    kind: str
    """courtesy, overdue, hold_ready, changed or payment"""
    channel: str
    """mail or webhook"""
    subject: str
    """what it is about"""
    state: str
    """waiting, sending, sent, dead or dropped"""
    made_ms: int
    """when it was made"""
    sent_ms: int
    """when it was sent"""


@record
class Account:
    """A reader's account."""

    card: str
    """the card in use, masked"""
    name: str
    """the name, masked"""
    kind: str
    """adult, juvenile"""
    language: str
    """zh or en"""
    blocked: str
    """why the reader may not borrow; empty when nothing forbids it"""
    owed_fen: int
    """what the reader owes; below zero, what the library owes back"""
    deposit_fen: int
    """the deposit that the library holds"""
    money: list[MoneyRow]
    """newest first"""
    payments: list[PaymentRow]
    """newest first"""
    blocks: list[BlockRow]
    """newest first"""
    cards: list[CardRow]
    """oldest first"""
    guarantees: list[GuaranteeRow]
    """oldest first"""
    guardians: list[GuardianRow]
    """oldest first"""
    consents: list[ConsentRow]
    """oldest first"""
    contacts: list[str]
    """by which ways the reader is told; addresses are in the export"""
    notices: list[NoticeRow]
    """the newest fifty"""


def account(db: Database, person: Person, now_ms: int) -> Account:
    number, money = person.account, Money(db)
    contacts = db.execute(_CONTACTS, (number,)).fetchall()
    return Account(
        card=masked(person.card),
        name=masked_name(person.name),
        kind=person.kind,
        language=person.language,
        blocked=person.blocked,
        owed_fen=money.owed(number),
        deposit_fen=money.deposit(number),
        money=[_money(row) for row in reversed(money.of(number))],
        payments=payments(db, number),
        blocks=blocks(db, number, now_ms),
        cards=cards(db, number),
        guarantees=guarantees(db, number),
        guardians=[
            GuardianRow(g.id, g.relation, g.verified, g.verified_ms)
            for g in Sureties(db).guardians(number)
        ],
        consents=[
            ConsentRow(c.purpose, c.version, c.given_ms, c.withdrawn_ms or 0)
            for c in Consents(db).of(number)
        ],
        contacts=[channel for channel, _address in contacts],
        notices=[
            NoticeRow(kind, channel, subject, state, made_ms, sent_ms or 0)
            for kind, channel, subject, state, made_ms, sent_ms in db.execute(_NOTICES, (number,))
        ],
    )


def payments(db: Database, number: int) -> list[PaymentRow]:
    back: dict[str, int] = {}
    for refund in Payments(db).refunds(number):
        if refund.state != "failed":
            back[refund.payment] = back.get(refund.payment, 0) + refund.fen
    return [
        PaymentRow(
            p.id,
            p.purpose,
            p.provider,
            p.fen,
            p.state,
            p.link,
            p.made_ms,
            p.settled_ms or 0,
            back.get(p.id, 0),
        )
        for p in reversed(Payments(db).of(number))
    ]


def blocks(db: Database, number: int, now_ms: int) -> list[BlockRow]:
    return [
        BlockRow(
            b.id,
            b.reason,
            b.from_ms,
            b.until_ms or 0,
            b.actor,
            b.lifted_ms or 0,
            b.lifted_by,
            b.in_force(now_ms),
        )
        for b in reversed(Blocks(db).of(number))
    ]


def cards(db: Database, number: int) -> list[CardRow]:
    return [
        CardRow(masked(card), state, since_ms, lost_ms or 0, ended_ms or 0)
        for card, state, since_ms, lost_ms, ended_ms in db.execute(_CARDS, (number,)).fetchall()
    ]


def guarantees(db: Database, number: int) -> list[GuaranteeRow]:
    return [
        GuaranteeRow(
            g.id,
            g.kind,
            g.reference,
            bool(g.accepted),
            g.limit_set,
            g.first_day,
            g.last_day,
            g.ended_ms or 0,
        )
        for g in Sureties(db).guarantees(number)
    ]


def _money(row: Row) -> MoneyRow:
    sign = (row.target == "receivable") - (row.source == "receivable")
    return MoneyRow(
        row.id,
        row.kind,
        row.fen,
        sign * row.fen,
        row.words_zh,
        row.words_en,
        row.rule,
        row.calendar,
        row.at_ms,
        row.recorded_ms,
        row.actor,
        row.reverses or 0,
    )
