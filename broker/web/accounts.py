"""The HTTP API of readers' accounts: money, payments, blocks, cards, sureties, personal data."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from broker.accounts import views
from broker.accounts.house import Accounts, Answer
from broker.accounts.money import MoneyError
from broker.accounts.payments import Payment, PaymentError
from broker.accounts.people import AccountError
from broker.accounts.providers import Silent
from broker.accounts.reconcile import StatementError
from broker.accounts.seal import SealError
from broker.desk.requests import KeyReused
from broker.web import going
from broker.web.desk import Key
from broker.web.problem import Problem
from broker.web.rights import Actor

router = APIRouter(prefix="/v1")
T = TypeVar("T")

PROBLEM = {"content": {"application/problem+json": {}}, "description": "what, why, what to do"}
RESPONSES: dict[int | str, dict[str, Any]] = {404: PROBLEM, 409: PROBLEM, 422: PROBLEM}
FOREVER = 99991231
CALLBACK_SIZE_MAX = 16384
STATEMENT_SIZE_MAX = 1 << 24

Card = Annotated[str, Path(description="a card of the reader's, also one that has ended")]
Why = Annotated[str, Field(min_length=1, max_length=200, description="why, as the reader is told")]
Fen = Annotated[int, Field(gt=0, le=10_000_000, description="how much, in fen")]


Purpose = Literal["lending", "notices", "history"]


async def _accounts(request: Request) -> Accounts:
    accounts: Accounts = request.app.state.accounts
    return accounts


Hold = Annotated[Accounts, Depends(_accounts)]


class Booking(BaseModel):
    """What staff book by hand."""

    kind: Literal["waive", "write_off", "processing", "lost_item"] = Field(
        description="give up what is owed, write it off, charge a fee, charge a lost copy"
    )
    fen: Fen
    reason: Why


class Paying(BaseModel):
    """A payment that a reader is to make."""

    fen: Fen
    purpose: Literal["owed", "deposit"] = Field(description="what is owed, or a deposit")
    provider: str = Field(description="who takes the money; `desk` for cash")


class Refunding(BaseModel):
    """Money that goes back the way it came."""

    fen: Fen
    reason: Why


class Blocking(BaseModel):
    """Why a reader may not borrow."""

    reason: Why
    from_ms: int = Field(default=0, ge=0, description="from when; 0 for now")
    until_ms: int = Field(default=0, ge=0, description="until when; 0 until it is lifted")


class Losing(BaseModel):
    """A card that is lost."""

    since_ms: int = Field(default=0, ge=0, description="since when; 0 for now")


class Issuing(BaseModel):
    """The card that follows."""

    card: str = Field(pattern=r"^[A-Z]{2}[0-9]{8}$", description="the new card's number")


class Vouching(BaseModel):
    """What stands for a reader: the decision and its reference, never a score."""

    kind: Literal["deposit", "credit", "institution"] = Field(description="what kind")
    reference: str = Field(min_length=1, max_length=100, description="payment or decision")
    accepted: bool = Field(description="the decision")
    limit_set: str = Field(default="", max_length=40, description="the limits that it brings")
    first_day: int = Field(default=0, ge=0, description="from when, yyyymmdd")
    last_day: int = Field(default=FOREVER, ge=0, description="until when, yyyymmdd")


class Guarding(BaseModel):
    """A guardian whose papers were looked at."""

    number: str = Field(min_length=4, max_length=40, description="ID number: only a hash is kept")
    relation: str = Field(min_length=1, max_length=40, description="to the child")
    verified: str = Field(min_length=1, max_length=100, description="by what document")


class Wording(BaseModel):
    """What readers agree to, in both languages."""

    text_zh: str = Field(min_length=1, max_length=20_000, description="in Chinese")
    text_en: str = Field(min_length=1, max_length=20_000, description="in English")


class Agreeing(BaseModel):
    """A consent, or its withdrawal."""

    purpose: Purpose = Field(description="to what")
    guardian: int = Field(default=0, ge=0, description="the guardian who agrees for a child")
    withdraw: bool = Field(default=False, description="take it back instead")


class Reaching(BaseModel):
    """Where a reader wants to be told."""

    address: str = Field(max_length=200, description="a mail address or URL; empty deletes it")


class Erasing(BaseModel):
    """Forget a reader."""

    reason: Why
    anyway: bool = Field(default=False, description="also with something open, which is given up")


class Done(BaseModel):
    """It is in the ledger; told again under the same key, the answer is the same."""

    id: int = Field(default=0, description="the number of what was made")
    copies: int = Field(default=0, description="copies that went to a suspect")


class Paid(BaseModel):
    """A payment as it stands."""

    id: str = Field(description="its number")
    state: str = Field(description="intended, unknown, paid, failed or expired")
    fen: int = Field(description="how much")
    link: str = Field(description="what the reader opens to pay; empty until there is one")
    expires_ms: int = Field(description="until when it can be paid")


class Refunded(BaseModel):
    """A refund as it stands."""

    id: str = Field(description="its number")
    state: str = Field(description="asked, unknown, done or failed")


class Heard(BaseModel):
    """The callback is in the ledger."""

    new: bool = Field(description="whether it said something new")


class Difference(BaseModel):
    """What the provider and the ledger do not agree on."""

    what: str = Field(description="unknown_here, not_settled_here, missing_there, amount, …")
    kind: str = Field(description="paid or refund")
    id: str = Field(description="the payment's or refund's number")
    ours: str = Field(description="what the ledger has")
    theirs: str = Field(description="what the statement has")


class Statement(BaseModel):
    """A statement that is at hand."""

    statement: str = Field(max_length=STATEMENT_SIZE_MAX, description="CSV: kind,id,fen,reference")


class Reconciled(BaseModel):
    """A day's comparison."""

    matched: int = Field(description="entries that agree")
    differences: list[Difference] = Field(description="and those that do not")


@router.get("/readers/{card}/account", summary="A reader's account", responses={404: PROBLEM})
def account(card: Card, hold: Hold) -> views.Account:
    return told(lambda: hold.account(card))


@router.get("/readers/{card}/money", summary="What is owed, and why", responses={404: PROBLEM})
def money(card: Card, hold: Hold) -> list[views.MoneyRow]:
    return told(lambda: hold.account(card)).money


@router.post("/readers/{card}/money", summary="Waive or charge by hand", responses=RESPONSES)
def book(card: Card, said: Booking, actor: Actor, key: Key, hold: Hold) -> Done:
    return _done(lambda: hold.book(card, **said.model_dump(), actor=actor, key=key))


@router.get("/readers/{card}/payments", summary="Payments", responses={404: PROBLEM})
def payments(card: Card, hold: Hold) -> list[views.PaymentRow]:
    return told(lambda: hold.account(card)).payments


@router.post("/readers/{card}/payments", summary="Begin a payment", responses=RESPONSES)
def pay(card: Card, said: Paying, actor: Actor, key: Key, hold: Hold) -> Paid:
    person = told(lambda: hold.person(card))
    return _paid(
        told(lambda: hold.till.start(person.account, **said.model_dump(), actor=actor, key=key))
    )


@router.post("/payments/{id}/ask", summary="Ask the provider", responses=RESPONSES)
def ask(id: str, hold: Hold) -> Paid:
    return _paid(told(lambda: hold.till.ask_for(id)))


@router.post("/payments/{id}/refunds", summary="Give money back", responses=RESPONSES)
def refund(id: str, said: Refunding, actor: Actor, key: Key, hold: Hold) -> Refunded:
    made = told(lambda: hold.till.give_back(id, **said.model_dump(), actor=actor, key=key))
    return Refunded(id=made.id, state=made.state)


@router.post("/payments/callbacks/{provider}", summary="A provider tells of a payment",
             responses={403: PROBLEM, 409: PROBLEM})  # fmt: skip
async def callback(provider: str, request: Request, hold: Hold) -> Heard:
    """The provider's key signs time and body (X-Time-Ms, X-Signature); no token is needed."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > CALLBACK_SIZE_MAX:
            raise Problem("wrong_value", f"more than {CALLBACK_SIZE_MAX} bytes")
    headers = {name.title(): value for name, value in request.headers.items()}
    new = await run_in_threadpool(told, lambda: hold.till.heard(provider, headers, body))
    return Heard(new=new)


@router.post("/reconciliations/{provider}/{day}", summary="Compare a day with its statement",
             responses=RESPONSES)  # fmt: skip
def reconcile(
    provider: str,
    day: Annotated[int, Path(ge=20200101, le=FOREVER, description="yyyymmdd")],
    hold: Hold,
    said: Statement | None = None,
) -> Reconciled:
    """Without a statement in the body the provider is asked for it."""
    try:
        report = told(lambda: hold.reconcile(provider, day, said.statement if said else None))
    except StatementError as error:
        raise Problem("wrong_value" if said else "no_provider", str(error)) from error
    differences = [Difference(**found._asdict()) for found in report.differences]
    return Reconciled(matched=report.matched, differences=differences)


@router.get("/readers/{card}/blocks", summary="Blocks", responses={404: PROBLEM})
def blocks(card: Card, hold: Hold) -> list[views.BlockRow]:
    return told(lambda: hold.account(card)).blocks


@router.post("/readers/{card}/blocks", summary="Block a reader", responses=RESPONSES)
def block(card: Card, said: Blocking, actor: Actor, key: Key, hold: Hold) -> Done:
    return _done(lambda: hold.block(card, **said.model_dump(), actor=actor, key=key))


@router.post("/readers/{card}/blocks/{id}/lift", summary="Lift a block", responses=RESPONSES)
def lift(card: Card, id: int, actor: Actor, key: Key, hold: Hold) -> Done:
    return _done(lambda: hold.lift(card, id, actor=actor, key=key))


@router.post("/readers/{card}/lost", summary="Report a card lost", responses=RESPONSES)
def lost(card: Card, said: Losing, actor: Actor, key: Key, hold: Hold) -> Done:
    return _done(lambda: hold.lost(card, said.since_ms, actor=actor, key=key))


@router.post("/readers/{card}/cards", summary="Give out another card", responses=RESPONSES)
def issue(card: Card, said: Issuing, actor: Actor, key: Key, hold: Hold) -> Done:
    return _done(lambda: hold.issue(card, said.card, actor=actor, key=key))


@router.post("/readers/{card}/guarantees", summary="Note a guarantee", responses=RESPONSES)
def guarantee(card: Card, said: Vouching, actor: Actor, key: Key, hold: Hold) -> Done:
    return _done(lambda: hold.guarantee(card, **said.model_dump(), actor=actor, key=key))


@router.post("/readers/{card}/guardians", summary="Note a guardian", responses=RESPONSES)
def guardian(card: Card, said: Guarding, actor: Actor, key: Key, hold: Hold) -> Done:
    return _done(lambda: hold.guardian(card, **said.model_dump(), actor=actor, key=key))


@router.post("/consents/{purpose}", summary="Publish the next text to agree to",
             responses=RESPONSES)  # fmt: skip
def publish(purpose: Purpose, said: Wording, key: Key, hold: Hold) -> Done:
    """Nobody can agree before there is one; `id` is its version.  Earlier consents stand."""
    return _done(lambda: hold.publish(purpose, **said.model_dump(), key=key))


@router.post("/readers/{card}/consents", summary="Agree, or take it back", responses=RESPONSES)
def consent(card: Card, said: Agreeing, actor: Actor, key: Key, hold: Hold) -> Done:
    return _done(lambda: hold.consent(card, **said.model_dump(), actor=actor, key=key))


@router.put("/readers/{card}/contacts/{channel}", summary="Where to tell", responses=RESPONSES)
def contact(
    card: Card, channel: Literal["mail", "webhook"], said: Reaching, key: Key, hold: Hold
) -> Done:
    return _done(lambda: hold.contact(card, channel, said.address, key=key))


@router.get("/readers/{card}/export", summary="All that is held of a reader, a ZIP of JSON",
            response_class=Response, responses={200: {"content": {"application/zip": {}}},
                                                404: PROBLEM})  # fmt: skip
def export(card: Card, hold: Hold) -> Response:
    data = told(lambda: hold.export(card))
    named = {"Content-Disposition": 'attachment; filename="reader.zip"'}
    return Response(data, media_type="application/zip", headers=named)


@router.post("/readers/{card}/erasure", summary="Forget a reader", responses=RESPONSES)
def erase(card: Card, said: Erasing, actor: Actor, key: Key, hold: Hold) -> Done:
    return _done(lambda: hold.erase(card, **said.model_dump(), actor=actor, key=key))


@router.post("/settlements", summary="Settle again what ended since a time",
             response_class=Response, responses=RESPONSES | going.RESPONSES)  # fmt: skip
def settle(
    since_ms: Annotated[int, Query(ge=0, description="ms since 1970 UTC")],
    hold: Hold,
    request: Request,
) -> Response:
    """After a closure was declared for days gone by; only differences are written.

    Lines of JSON come as it goes on: `done` of `total` loans, and the charges that `changed`.
    """
    return going.on(request, told(lambda: hold.settle(since_ms)))


def told(run: Callable[[], T]) -> T:
    """Run it, and say what is wrong as the API does."""
    try:
        return run()
    except KeyReused as error:
        raise Problem("key_reused", str(error)) from error
    except SealError as error:
        raise Problem("bad_signature", str(error)) from error
    except (AccountError, PaymentError, MoneyError) as error:
        unknown = "no reader has the card" in str(error)
        raise Problem("unknown_card" if unknown else "not_possible", str(error)) from error
    except Silent as error:
        raise Problem("no_provider", str(error)) from error
    except ValueError as error:
        raise Problem("wrong_value", str(error)) from error


def _done(run: Callable[[], Answer]) -> Done:
    answer = told(run)
    numbers = {name: value for name, value in answer.items() if isinstance(value, int)}
    return Done(id=numbers.get("id", 0), copies=numbers.get("copies", 0))


def _paid(payment: Payment) -> Paid:
    return Paid(
        id=payment.id,
        state=payment.state,
        fen=payment.fen,
        link=payment.link,
        expires_ms=payment.expires_ms,
    )
