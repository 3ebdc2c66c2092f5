"""Who may come in: staff by token or cookie, and a machine, signed, to its own things."""

import hmac
import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bookcase_fw import sign
from broker.web import problem
from broker.web.pictures import CLOCK_MS, DeviceKey

COOKIE = "staff"
COOKIE_DAYS = 30
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# Open to all: nothing of a reader is behind them, or they are signed by a key of their own.
# fmt: off
OPEN = (
    # method         path
    ("GET|HEAD",     r"/healthz"),
    ("GET|HEAD",     r"/openapi\.json"),
    ("GET|HEAD",     r"/static/.*"),
    ("PUT",          r"/v1/machines/[^/]+/picture"),
    ("POST",         r"/v1/payments/callbacks/[^/]+"),
)
# A machine may ask for these, signed with its own key; its name is the first group.
OF_MACHINES = (r"/v1/machines/([^/]+)/copies",)
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

# Draws the page that says where the token is.
RefusedPage = Callable[[Request], Response]


class Access:
    """Lets a request through to the application, or answers it; every answer gets HEADERS."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        token: str,
        refused_page: RefusedPage,
        device_key: DeviceKey,
        now_ms: Callable[[], int],
    ) -> None:
        self._app = app
        self._device_key = device_key
        self._now_ms = now_ms
        self._token = token
        self._cookie = sign.hexadecimal(sign.hmac(token.encode(), b"cookie"))
        self._refused_page = refused_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                public = scope["path"].startswith("/static/")
                headers.setdefault("Cache-Control", "no-cache" if public else "no-store")
                headers.update(HEADERS)
            await send(message)

        answer = self._answer(Request(scope)) or self._app
        await answer(scope, receive, send_with_headers)

    def _answer(self, request: Request) -> Response | None:
        """Return what ends the request here; None lets it through."""
        if any(
            re.fullmatch(methods, request.method) and re.fullmatch(path, request.url.path)
            for methods, path in OPEN
        ):
            return None
        if _same(_bearer(request), self._token) or self._is_machine(request):
            return None
        if request.method == "GET" and _same(request.query_params.get("key", ""), self._token):
            return self._trade(request)
        if not _same(request.cookies.get(COOKIE, ""), self._cookie):
            return self._refusal(request)
        if request.method not in SAFE_METHODS and not _own_origin(request):
            return problem.response("other_origin")
        return None

    def _is_machine(self, request: Request) -> bool:
        """A machine signs the time and the path: HMAC-SHA256 over TIME, a newline and the path."""
        path, time = request.url.path, request.headers.get("X-Time-Ms", "")
        found = [match[1] for pattern in OF_MACHINES if (match := re.fullmatch(pattern, path))]
        key = self._device_key(found[0]) if found and request.method == "GET" else None
        if key is None or not (time.isascii() and time.isdecimal() and len(time) <= DIGITS_MAX):
            return False
        wanted = sign.hexadecimal(sign.hmac(key, f"{time}\n{path}".encode()))
        in_time = abs(self._now_ms() - int(time)) <= CLOCK_MS
        return in_time and _same(request.headers.get("X-Signature", ""), wanted)

    def _trade(self, request: Request) -> Response:
        """Take the token out of the address, so that no history and no log keeps it."""
        rest = [(name, value) for name, value in parse_qsl(request.url.query) if name != "key"]
        # A path of two slashes would lead to another host.
        path = "/" + request.url.path.lstrip("/")
        answer = RedirectResponse(path + ("?" + urlencode(rest) if rest else ""), 303)
        answer.set_cookie(
            COOKIE, self._cookie, max_age=COOKIE_DAYS * 86400, httponly=True, samesite="lax"
        )
        return answer

    def _refusal(self, request: Request) -> Response:
        if request.url.path.startswith("/v1/"):
            answer: Response = problem.response("no_access")
        else:
            answer = self._refused_page(request)
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer


def _bearer(request: Request) -> str:
    kind, _space, value = request.headers.get("Authorization", "").partition(" ")
    return value if kind.lower() == "bearer" else ""


def _own_origin(request: Request) -> bool:
    origin = request.headers.get("Origin", "")
    return origin.partition("://")[2] == request.headers.get("Host")


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
