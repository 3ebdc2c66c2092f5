"""The HTTP API of staff: who asks, accounts, programs, staff cards."""

from collections.abc import Callable
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from broker.ledger.views import record
from broker.staff import roles
from broker.staff.hashes import PASSWORD_SIZE_MAX
from broker.staff.people import REFUSALS, StaffError
from broker.web.desk import RESPONSES
from broker.web.problem import Problem
from broker.web.rights import Actor, Asking
from broker.web.signin import staff_of

router = APIRouter(prefix="/v1")
T = TypeVar("T")

Name = Annotated[str, Path(max_length=40, description="of a person of staff, or of a program")]
Role = Literal["manager", "operations", "desk", "shelver", "auditor", "contractor"]
UNKNOWN = ("unknown_staff", "unknown_program", "unknown_card")


class Account(BaseModel):
    """What an account is to be."""

    role: Role = Field(description="a word of the roles")


class Password(BaseModel):
    """A password; every session of this person ends with it."""

    password: str = Field(max_length=PASSWORD_SIZE_MAX, description="10 characters or more")


class Card(BaseModel):
    """A staff card: its number stands in no address, and so in no log."""

    card: str = Field(min_length=4, max_length=40, description="the number on it")
    pin: str = Field(max_length=8, description="6 to 8 digits; only a verifier is kept")


class Link(BaseModel):
    """An address that signs somebody in once, within a day."""

    path: str = Field(description="to be put after the address of the service")


class Token(BaseModel):
    """A program's token, told once."""

    token: str = Field(description="for `Authorization: Bearer`")


class Given(BaseModel):
    """A staff card was given out."""

    card: str = Field(description="its pseudonym, by which it is ended")


class Known(BaseModel):
    """It is so now."""

    name: str = Field(description="of whom, or of what")


@record
class Self:
    """Who asks."""

    name: str
    """stands as the actor of what is done"""
    role: str
    """a word of the roles"""
    rights: list[str]
    """what the role may do"""


@record
class Member:
    """One of staff."""

    name: str
    """signs in with it"""
    role: str
    """a word of the roles"""
    has_password: bool
    """whether a password was chosen"""
    locked_ms: int
    """until when no password is looked at; 0 or in the past for not locked"""
    ended_ms: int
    """since when the account is ended; 0 for not"""


@router.get("/me", summary="Who asks")
def me(who: Asking) -> Self:
    return Self(who.name, who.role, [word for word, _meaning in roles.RIGHTS if who.may(word)])


@router.get("/staff", summary="Everybody of staff, by name")
def members(request: Request) -> list[Member]:
    return [Member(*member[1:]) for member in staff_of(request).roll().members]


@router.put("/staff/{name}", summary="Make an account, or change its role", responses=RESPONSES)
def put(name: Name, said: Account, actor: Actor, request: Request) -> Known:
    told(lambda: staff_of(request).put(name, said.role, actor))
    return Known(name=name)


@router.delete("/staff/{name}", summary="End an account at once", responses=RESPONSES)
def end(name: Name, actor: Actor, request: Request) -> Known:
    told(lambda: staff_of(request).end(name, actor))
    return Known(name=name)


@router.post("/staff/{name}/links", summary="Let somebody in once", responses=RESPONSES)
def link(name: Name, actor: Actor, request: Request) -> Link:
    key = told(lambda: staff_of(request).link(name, actor))
    return Link(path=f"/?key={key}")


@router.put("/staff/{name}/password", summary="Choose a password", responses=RESPONSES)
def password(name: Name, said: Password, actor: Actor, request: Request) -> Known:
    told(lambda: staff_of(request).set_password(name, said.password, actor))
    return Known(name=name)


@router.post("/staff/{name}/cards", summary="Give out a staff card", responses=RESPONSES)
def put_card(name: Name, said: Card, actor: Actor, request: Request) -> Given:
    given = told(lambda: staff_of(request).put_card(name, said.card, said.pin, actor))
    return Given(card=given)


@router.delete("/staff/cards/{pseudonym}", summary="End a staff card", responses=RESPONSES)
def end_card(
    pseudonym: Annotated[str, Path(max_length=40, description="of the card")],
    actor: Actor,
    request: Request,
) -> Known:
    told(lambda: staff_of(request).end_card(pseudonym, actor))
    return Known(name=pseudonym)


@router.post("/programs/{name}", summary="Make a program's token", responses=RESPONSES)
def add_program(name: Name, said: Account, actor: Actor, request: Request) -> Token:
    return Token(token=told(lambda: staff_of(request).add_program(name, said.role, actor)))


@router.delete("/programs/{name}", summary="End a program's token", responses=RESPONSES)
def end_program(name: Name, actor: Actor, request: Request) -> Known:
    told(lambda: staff_of(request).end_program(name, actor))
    return Known(name=name)


def told(run: Callable[[], T]) -> T:
    """Run it, and say what is wrong as the API does."""
    try:
        return run()
    except StaffError as refused:
        word, about = str(refused.args[0]), str(refused.args[1])
        name = "not_found" if word in UNKNOWN else "staff_refused"
        raise Problem(name, f"{about}: {dict(REFUSALS)[word]}") from refused
