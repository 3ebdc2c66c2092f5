"""Who asks: staff by session, a program or the console by token, a machine by its signature."""

import hmac
import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bookcase_fw import sign
from broker.staff import sessions
from broker.staff.office import Staff, Who
from broker.staff.people import CONSOLE
from broker.web import problem
from broker.web.pictures import CLOCK_MS, DeviceKey

COOKIE = "staff"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
NOBODY = Who("", "")
# Open to all: nothing of a reader is behind them, or they are signed by a key of their own.
# fmt: off
OPEN = (
    # method         path
    ("GET|HEAD",     r"/healthz"),
    ("GET|HEAD",     r"/openapi\.json"),
    ("GET|HEAD",     r"/static/.*"),
    ("GET|HEAD",     r"/updates/[0-9a-f]{64}"),
    ("GET|HEAD",     r"/sign-in"),
    ("GET|HEAD",     r"/phone"),
    ("GET|HEAD",     r"/v1/phone/token"),
    ("POST",         r"/v1/claim(/configuration)?"),
    ("PUT",          r"/v1/machines/[^/]+/picture"),
    ("POST",         r"/v1/payments/callbacks/[^/]+"),
)
# Open to a page of our own: another site must sign nobody in.
SIGN_IN = "/sign-in"
# A machine may ask for these, signed with its own key; its name is the first group.
OF_MACHINES = (r"/v1/machines/([^/]+)/copies", r"/v1/machines/([^/]+)/neighbours")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# fmt: on

DIGITS_MAX = 15  # Of a time in ms.

# Draws the page where staff sign in: the request, and a word of why they have to.
SignInPage = Callable[[Request, str], Response]


class Gate(NamedTuple):
    """What `Access` works with; without `staff` only the console's token and machines come in."""

    token: str
    staff: Staff | None
    sign_in_page: SignInPage
    device_key: DeviceKey
    now_ms: Callable[[], int]


class Access:
    """Lets a request through to the application, or answers it; every answer gets HEADERS.

    The application finds in `request.state.who` who asks; NOBODY at what is open to all.
    """

    def __init__(self, app: ASGIApp, *, gate: Gate) -> None:
        self._app = app
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, status = Request(scope), 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                public = scope["path"].startswith("/static/")
                headers.setdefault("Cache-Control", "no-cache" if public else "no-store")
                headers.update(HEADERS)
            await send(message)

        answer = await self._answer(request)
        await (answer or self._app)(scope, receive, send_with_headers)
        who: Who = request.state.who
        if who.name and request.method not in SAFE_METHODS and self._gate.staff:
            about = f"{request.method} {request.url.path} {status}"
            await run_in_threadpool(self._gate.staff.note, who, "did", about)

    async def _answer(self, request: Request) -> Response | None:
        """Return what ends the request here; None lets it through."""
        request.state.who = NOBODY
        if any(
            re.fullmatch(methods, request.method) and re.fullmatch(path, request.url.path)
            for methods, path in OPEN
        ):
            return None
        if request.url.path == SIGN_IN:
            return None if _own_origin(request) else problem.response("other_origin")
        who = await self._with_token(request) or self._machine(request)
        if who is None:
            if request.method == "GET" and "key" in request.query_params:
                return await self._take_link(request)
            who = await self._in_session(request)
            if who is None:
                return await self._refusal(request, "")
            if request.method not in SAFE_METHODS and not _own_origin(request):
                return problem.response("other_origin")
        request.state.who = who
        return None

    async def _with_token(self, request: Request) -> Who | None:
        token = _bearer(request)
        if not token:
            return None
        if _same(token, self._gate.token):
            return Who(CONSOLE, "manager")
        staff = self._gate.staff
        return await run_in_threadpool(staff.by_token, token) if staff else None

    async def _in_session(self, request: Request) -> Who | None:
        cookie, staff = request.cookies.get(COOKIE, ""), self._gate.staff
        if not cookie or not staff:
            return None
        # A page that renews itself is no sign of a person.
        by_hand = request.headers.get("Sec-Fetch-Dest", "document") == "document"
        by_hand = by_hand or request.method not in SAFE_METHODS
        return await run_in_threadpool(staff.by_cookie, cookie, by_hand=by_hand)

    def _machine(self, request: Request) -> Who | None:
        """A machine signs the time and the path: HMAC-SHA256 over TIME, a newline and the path."""
        path, time = request.url.path, request.headers.get("X-Time-Ms", "")
        found = [match[1] for pattern in OF_MACHINES if (match := re.fullmatch(pattern, path))]
        key = self._gate.device_key(found[0]) if found and request.method == "GET" else None
        if key is None or not (time.isascii() and time.isdecimal() and len(time) <= DIGITS_MAX):
            return None
        wanted = sign.hexadecimal(sign.hmac(key, f"{time}\n{path}".encode()))
        in_time = abs(self._gate.now_ms() - int(time)) <= CLOCK_MS
        genuine = in_time and _same(request.headers.get("X-Signature", ""), wanted)
        return Who(found[0], "machine") if genuine else None

    async def _take_link(self, request: Request) -> Response:
        """A link signs in once; its key leaves the address, so that no history has it."""
        key, staff = request.query_params["key"], self._gate.staff
        cookie = await run_in_threadpool(staff.sign_in_by_link, key) if staff else ""
        if not cookie:
            return await self._refusal(request, "old_link")
        rest = [(name, value) for name, value in parse_qsl(request.url.query) if name != "key"]
        address = inside(request.url.path) + ("?" + urlencode(rest) if rest else "")
        return let_in(request, address, cookie)

    async def _refusal(self, request: Request, why: str) -> Response:
        if request.url.path.startswith("/v1/"):
            answer: Response = problem.response("no_access")
        else:
            answer = await run_in_threadpool(self._gate.sign_in_page, request, why)
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer


def let_in(request: Request, address: str, cookie: str) -> Response:
    """Lead to an address with a session, whose cookie goes along with no other site's request."""
    answer = RedirectResponse(address, 303)
    answer.set_cookie(
        COOKIE,
        cookie,
        max_age=sessions.DAY_MS // 1000,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


def inside(path: str) -> str:
    """Return a path of our own: one of two slashes would lead to another host."""
    return "/" + path.replace("\\", "/").lstrip("/")


def _bearer(request: Request) -> str:
    kind, _space, value = request.headers.get("Authorization", "").partition(" ")
    return value if kind.lower() == "bearer" else ""


def _own_origin(request: Request) -> bool:
    origin = request.headers.get("Origin", "")
    return origin.partition("://")[2] == request.headers.get("Host")


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
