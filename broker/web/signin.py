"""The pages where staff sign in and out, and choose their password."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from broker.staff import roles
from broker.staff.office import Staff
from broker.staff.people import StaffError
from broker.web import problem, stafftexts
from broker.web.access import COOKIE, inside, let_in
from broker.web.draw import draw, language, page
from broker.web.forms import Fields
from broker.web.parts import Use
from broker.web.rights import Asking, NotAllowed

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
def sign_in(request: Request) -> Response:
    return sign_in_page(request, "", status=200)


@router.post("/sign-in")
def go_in(request: Request, form: Fields) -> Response:
    try:
        cookie = staff_of(request).sign_in(form.get("name", "").strip(), form.get("password", ""))
    except StaffError as refused:
        return sign_in_page(request, str(refused.args[0]), form=form)
    return let_in(request, inside(form.get("to", "")), cookie)


@router.post("/sign-out")
def go_out(request: Request, who: Asking) -> Response:
    if who.is_person:
        staff_of(request).sign_out(who)
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


@router.get("/me")
def me(request: Request, use: Use, who: Asking) -> Response:
    return _me(request, use, who.name, "", status=200)


@router.post("/me")
def choose_password(request: Request, use: Use, who: Asking, form: Fields) -> Response:
    """Keep a new password, for whoever knows the present one or has none."""
    staff, password = staff_of(request), form.get("password", "")
    if not who.is_person:
        return _me(request, use, who.name, "unknown_staff", status=409)
    try:
        if staff.member(who.name).has_password:
            staff.check_password(who.name, form.get("old", ""))
        if password != form.get("again"):
            raise StaffError("not_same")
        staff.set_password(who.name, password, by=who.name)
        cookie = staff.sign_in(who.name, password)
    except StaffError as refused:
        return _me(request, use, who.name, str(refused.args[0]), status=409)
    return let_in(request, "/me?kept=1", cookie)


def sign_in_page(
    request: Request, why: str, *, status: int = 401, form: dict[str, str] | None = None
) -> Response:
    """Return the page for whoever is not signed in; it leads back to where they wanted to go."""
    staff: Staff | None = request.app.state.staff
    return draw(
        request,
        "sign_in.html",
        status=status,
        s=words(request),
        why=why,
        form=form or {},
        to=(form or {}).get("to", "") or request.query_params.get("to", "") or request.url.path,
        nobody=staff is not None and not staff.has_anybody(),
    )


async def not_allowed(request: Request, error: Exception) -> Response:
    """Say that a role may not do what was asked, as a page or as the API does."""
    assert isinstance(error, NotAllowed)
    if request.url.path.startswith("/v1/"):
        return problem.response("not_allowed", f"{request.state.who.role}: no right to {error}")
    role = roles.name(request.state.who.role, language(request))
    return draw(request, "not_allowed.html", status=403, s=words(request), role=role)


def staff_of(request: Request) -> Staff:
    staff: Staff = request.app.state.staff
    return staff


def words(request: Request) -> Callable[..., str]:
    speech = language(request)
    return lambda key, **values: stafftexts.say(key, speech, **values)


def _me(request: Request, use: Use, name: str, why: str, *, status: int) -> Response:
    who = request.state.who
    has_password = who.is_person and staff_of(request).member(name).has_password
    return page(
        request,
        use,
        "me.html",
        status=status,
        s=words(request),
        role=roles.name(who.role, language(request)),
        has_password=has_password,
        why=why,
    )
