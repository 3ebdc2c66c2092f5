"""The page of whoever manages staff: accounts, programs, staff cards, and the log."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import Response

from broker.staff import roles
from broker.staff.office import Staff
from broker.staff.people import StaffError
from broker.web.draw import language, page
from broker.web.forms import Fields, Form
from broker.web.parts import Parts, Use
from broker.web.rights import Actor
from broker.web.signin import staff_of, words

router = APIRouter(include_in_schema=False)

# What a form asks for: done with (staff, fields, actor).
ACTS: dict[str, Callable[[Staff, Form, str], object]] = {
    "put": lambda staff, form, by: staff.put(form["name"], form["role"], by),
    "end": lambda staff, form, by: staff.end(form["name"], by),
    "link": lambda staff, form, by: "/?key=" + staff.link(form["name"], by),
    "program": lambda staff, form, by: staff.add_program(form["name"], form["role"], by),
    "end_program": lambda staff, form, by: staff.end_program(form["name"], by),
    "card": lambda staff, form, by: staff.put_card(
        form["name"], form["card"].upper(), form["pin"], by
    ),
    "end_card": lambda staff, form, by: staff.end_card(form["card"], by),
}
# Which of them return a secret, and the words under which it is shown.
TOLD = {"link": "told_once", "program": "token_once"}


@router.get("/staff")
def members(request: Request, use: Use) -> Response:
    return _drawn(request, use, {})


@router.post("/staff")
def act(request: Request, use: Use, actor: Actor, form: Fields) -> Response:
    """Take a form.  A secret is shown in the answer itself: no address and no cookie holds it."""
    said = {name: value.strip() for name, value in form.items()}
    try:
        made = ACTS[said.get("act", "")](staff_of(request), said, actor)
    except StaffError as refused:
        return _drawn(request, use, said, why=str(refused.args[0]))
    except KeyError:
        return _drawn(request, use, said, why="unknown_staff")
    secret = str(made) if said["act"] in TOLD else ""
    return _drawn(request, use, said, secret=secret, done=not secret)


def _drawn(
    request: Request, use: Parts, form: Form, *, why: str = "", secret: str = "", done: bool = False
) -> Response:
    speech = language(request)
    if secret.startswith("/"):
        secret = f"{request.url.scheme}://{request.url.netloc}{secret}"
    return page(
        request,
        use,
        "staff.html",
        status=409 if why else 200,
        s=words(request),
        roll=staff_of(request).roll(),
        roles=[(word, roles.name(word, speech)) for word in roles.WORDS],
        role_name=lambda role: roles.name(role, speech),
        now_ms=use.now_ms(),
        form=form,
        why=why,
        secret=secret,
        secret_words=TOLD.get(form.get("act", ""), ""),
        done=done,
    )
