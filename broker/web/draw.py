"""Draws a template in the reader's language and theme; remembers a change of either in a cookie."""

from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from broker.fleet import roles
from broker.ledger import views, words
from broker.web import cabinet, clock, texts
from broker.web.parts import Parts

THEMES = ("light", "dark")
CHOICES = {"lang": texts.LANGUAGES, "theme": THEMES}
COOKIE_S = 365 * 86400

_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals["cloth"] = cabinet.cloth


def page(
    request: Request, use: Parts, template: str, *, status: int = 200, **context: object
) -> Response:
    """Draw a page with its times; or remember the language or theme that was asked for."""
    chosen = {n: v for n, v in request.query_params.items() if v in CHOICES.get(n, ())}
    if chosen:
        return _remember(request, chosen)
    speech = language(request)
    return draw(
        request,
        template,
        status=status,
        time=_Times(use.timezone, use.now_ms(), speech),
        **context,
    )


def draw(request: Request, template: str, *, status: int = 200, **context: object) -> HTMLResponse:
    """Draw a template; without `time` it can show none."""
    speech = language(request)
    html = _environment.get_template(template).render(
        request=request,
        who=request.state.who,
        may=request.state.who.may,
        language=speech,
        theme=_choice(request, "theme"),
        t=lambda key, **values: texts.say(key, speech, **values),
        told=_Told(speech),
        choose=lambda name, value: _address(request, {name: value}),
        called=lambda field: texts.called(field, speech),
        role_of=lambda machine: roles.name(machine.role, speech),
        **context,
    )
    return HTMLResponse(html, status)


def language(request: Request) -> str:
    """Return the language that was chosen, else the browser's, else Chinese."""
    chosen = _choice(request, "lang")
    if chosen:
        return chosen
    wanted = request.headers.get("Accept-Language", "zh").lower()
    return "zh" if wanted.startswith("zh") or "en" not in wanted else "en"


def _choice(request: Request, name: str) -> str:
    """Return what was chosen in the address or before; empty for nothing."""
    chosen = request.query_params.get(name) or request.cookies.get(name, "")
    return chosen if chosen in CHOICES[name] else ""


class _Told:
    """Sentences of the ledger in the page's language."""

    def __init__(self, speech: str) -> None:
        self._speech = speech

    def movement(self, news: views.News) -> list[words.Part]:
        return words.movement(news.moved, self._speech)

    def case(self, shown: views.DoubtShown) -> list[words.Part]:
        return words.case(shown.doubt, self._speech)

    def proposal(self, shown: views.DoubtShown) -> str:
        return words.proposal(shown.case.kind, self._speech)

    def day(self, due: int) -> str:
        return words.day(due, self._speech).text


class _Times:
    """Times of a page: how long ago, with the exact time behind it."""

    def __init__(self, zone: ZoneInfo, now_ms: int, speech: str) -> None:
        self._zone, self._now_ms, self._speech = zone, now_ms, speech

    def ago(self, at_ms: int) -> Markup:
        return self._element(at_ms, clock.ago(at_ms, self._now_ms, self._speech), ticks=True)

    def exact(self, at_ms: int) -> Markup:
        return self._element(at_ms, clock.exact(at_ms, self._zone), ticks=False)

    @property
    def now(self) -> Markup:
        return self.exact(self._now_ms)

    def _element(self, at_ms: int, shown: str, *, ticks: bool) -> Markup:
        iso = clock.local(at_ms, self._zone).isoformat(timespec="seconds")
        exact = clock.exact(at_ms, self._zone)
        mark = Markup(' data-ms="%d"') % at_ms if ticks else Markup()
        form = Markup('<time datetime="%s" title="%s"%s>%s</time>')
        return form % (iso, exact, mark, shown)


def _remember(request: Request, chosen: dict[str, str]) -> Response:
    path = "/" + request.url.path.lstrip("/")
    answer = RedirectResponse(path + _address(request, {}), 303)
    for name, value in chosen.items():
        answer.set_cookie(name, value, max_age=COOKIE_S, samesite="lax", httponly=True)
    return answer


def _address(request: Request, chosen: dict[str, str]) -> str:
    """Return the page's own query with a language or theme chosen, and without the token."""
    params = request.query_params.multi_items()
    kept = [(n, v) for n, v in params if n != "key" and n not in CHOICES]
    query = urlencode([*kept, *chosen.items()])
    return "?" + query if query else ""


def _evidence(value: object) -> str:
    """Return a value of a case's evidence as people read it."""
    if isinstance(value, list):
        return ", ".join(map(_evidence, value)) or "–"
    if isinstance(value, dict):
        return " · ".join(f"{name} {_evidence(inner)}" for name, inner in value.items())
    return "–" if value in ("", None) else str(value)


_environment.filters["evidence"] = _evidence
