"""Which right each address wants; an address that is not in the table is closed to everybody.

The right is checked before any handler runs.  Who has which right is said in `broker/staff/roles`.
"""

from typing import Annotated

from fastapi import Depends, Request

from broker.staff.office import Who

OPEN = "open"  # To everybody: see `access` for what it asks instead.
# fmt: off
ROUTES = (
    # right       method    address
    (OPEN,        "GET",    "/healthz"),
    (OPEN,        "GET",    "/sign-in"),
    (OPEN,        "POST",   "/sign-in"),
    (OPEN,        "GET",    "/phone"),
    (OPEN,        "GET",    "/v1/phone/token"),
    (OPEN,        "POST",   "/v1/claim"),
    (OPEN,        "POST",   "/v1/claim/configuration"),
    (OPEN,        "PUT",    "/v1/machines/{device}/picture"),
    (OPEN,        "POST",   "/v1/payments/callbacks/{provider}"),
    (OPEN,        "GET",    "/updates/{hash}"),
    ("self",      "POST",   "/sign-out"),
    ("self",      "GET",    "/me"),
    ("self",      "POST",   "/me"),
    ("self",      "GET",    "/v1/me"),

    ("look",      "GET",    "/"),
    ("look",      "GET",    "/parts/{name}"),
    ("look",      "GET",    "/parts/machines/{device}"),
    ("look",      "GET",    "/machines/{device}"),
    ("look",      "GET",    "/copies/{barcode}"),
    ("look",      "GET",    "/titles/{title}"),
    ("look",      "GET",    "/find"),
    ("look",      "GET",    "/cases"),
    ("look",      "GET",    "/reports"),
    ("look",      "GET",    "/reports/{name}"),
    ("look",      "GET",    "/v1/machines"),
    ("look",      "GET",    "/v1/machines/{device}/copies"),
    ("look",      "GET",    "/v1/machines/{device}/neighbours"),
    ("look",      "GET",    "/v1/movements"),
    ("look",      "GET",    "/v1/cases"),
    ("look",      "GET",    "/v1/cases/{id}"),
    ("look",      "GET",    "/v1/copies/{barcode}"),
    ("look",      "GET",    "/v1/custody"),
    ("look",      "GET",    "/v1/streams"),
    ("look",      "GET",    "/v1/counters"),
    ("look",      "GET",    "/updates"),
    ("look",      "GET",    "/v1/updates"),
    ("look",      "GET",    "/v1/live"),
    ("look",      "GET",    "/v1/search"),
    ("look",      "GET",    "/v1/titles/{title}"),
    ("look",      "GET",    "/v1/reports"),
    ("look",      "GET",    "/v1/reports/{name}"),

    ("shelve",    "GET",    "/restock"),
    ("shelve",    "POST",   "/restock"),
    ("shelve",    "GET",    "/restock/{id}"),
    ("shelve",    "POST",   "/restock/{id}"),
    ("shelve",    "GET",    "/v1/restock/{site}"),
    ("shelve",    "GET",    "/v1/rounds/{id}"),
    ("shelve",    "POST",   "/v1/rounds"),
    ("shelve",    "POST",   "/v1/rounds/{id}/load"),
    ("shelve",    "POST",   "/v1/rounds/{id}/unload"),
    ("shelve",    "POST",   "/v1/rounds/{id}/close"),
    ("shelve",    "GET",    "/v1/transfers"),
    ("shelve",    "POST",   "/copies/{barcode}"),
    ("shelve",    "POST",   "/v1/copies/{barcode}/declarations"),
    ("shelve",    "POST",   "/v1/copies/{barcode}/place"),

    # A kiosk's screen may show a reader's account.
    ("readers",   "GET",    "/v1/machines/{device}/picture"),
    ("readers",   "GET",    "/cases/{id}"),
    ("readers",   "GET",    "/v1/readers/{card}"),
    ("readers",   "GET",    "/v1/decide"),
    ("readers",   "GET",    "/v1/holds"),
    ("readers",   "GET",    "/readers/{card}"),
    ("readers",   "GET",    "/v1/readers/{card}/account"),
    ("readers",   "GET",    "/v1/readers/{card}/money"),
    ("readers",   "GET",    "/v1/readers/{card}/payments"),
    ("readers",   "GET",    "/v1/readers/{card}/blocks"),

    ("settle",    "POST",   "/cases/{id}"),
    ("settle",    "POST",   "/v1/cases/{id}/{action}"),

    ("serve",     "POST",   "/readers/{card}"),
    ("serve",     "POST",   "/v1/readers/{card}/phone"),
    ("serve",     "POST",   "/v1/readers/{card}/renewals"),
    ("serve",     "POST",   "/v1/readers/{card}/claims"),
    ("serve",     "POST",   "/v1/readers/{card}/money"),
    ("serve",     "POST",   "/v1/readers/{card}/payments"),
    ("serve",     "POST",   "/v1/payments/{id}/ask"),
    ("serve",     "POST",   "/v1/payments/{id}/refunds"),
    ("serve",     "POST",   "/v1/readers/{card}/blocks"),
    ("serve",     "POST",   "/v1/readers/{card}/blocks/{id}/lift"),
    ("serve",     "POST",   "/v1/readers/{card}/lost"),
    ("serve",     "POST",   "/v1/readers/{card}/cards"),
    ("serve",     "POST",   "/v1/readers/{card}/guarantees"),
    ("serve",     "POST",   "/v1/readers/{card}/guardians"),
    ("serve",     "POST",   "/v1/readers/{card}/consents"),
    ("serve",     "PUT",    "/v1/readers/{card}/contacts/{channel}"),
    ("serve",     "GET",    "/v1/readers/{card}/export"),
    ("serve",     "POST",   "/v1/holds"),
    ("serve",     "DELETE", "/v1/holds/{id}"),
    ("serve",     "POST",   "/v1/holds/{id}/pause"),

    ("assist",    "GET",    "/openings"),
    ("assist",    "POST",   "/openings"),
    ("assist",    "GET",    "/v1/openings"),
    ("assist",    "POST",   "/v1/machines/{device}/openings"),
    ("assist",    "POST",   "/v1/openings/{id}/approve"),
    ("assist",    "POST",   "/v1/openings/{id}/refuse"),

    ("operate",   "GET",    "/v1/machines/{device}/orders"),
    ("operate",   "POST",   "/v1/machines/{device}/orders"),
    ("operate",   "POST",   "/v1/machines/{device}/journals"),
    ("operate",   "GET",    "/v1/claims"),
    ("manage",    "POST",   "/v1/machines/{device}/claims"),
    ("manage",    "POST",   "/v1/claims/{id}/approval"),
    ("operate",   "POST",   "/v1/reconciliations/{provider}/{day}"),
    ("operate",   "POST",   "/v1/settlements"),
    ("operate",   "POST",   "/v1/ranking"),

    ("operate",   "GET",    "/duties"),
    ("operate",   "GET",    "/v1/duties"),
    ("operate",   "POST",   "/v1/reports/corrections"),
    ("operate",   "PUT",    "/v1/sites/{site}/dark-hours"),

    ("manage",    "POST",   "/v1/reports/months/{month}"),
    ("manage",    "POST",   "/v1/consents/{purpose}"),
    ("manage",    "POST",   "/v1/retirements"),
    ("manage",    "POST",   "/v1/readers/{card}/erasure"),
    ("manage",    "GET",    "/staff"),
    ("manage",    "POST",   "/staff"),
    ("manage",    "GET",    "/v1/staff"),
    ("manage",    "PUT",    "/v1/staff/{name}"),
    ("manage",    "DELETE", "/v1/staff/{name}"),
    ("manage",    "POST",   "/v1/staff/{name}/links"),
    ("manage",    "PUT",    "/v1/staff/{name}/password"),
    ("manage",    "POST",   "/v1/staff/{name}/cards"),
    ("manage",    "DELETE", "/v1/staff/cards/{pseudonym}"),
    ("manage",    "POST",   "/v1/programs/{name}"),
    ("manage",    "DELETE", "/v1/programs/{name}"),
)
# fmt: on
_RIGHT = {(method, address): right for right, method, address in ROUTES}


class NotAllowed(Exception):
    """Whoever asks has not the right; the word is the right that is wanted."""


async def check(request: Request) -> None:
    """Let a request pass to its handler, or raise NotAllowed."""
    method = "GET" if request.method == "HEAD" else request.method
    right = _RIGHT.get((method, request.scope["route"].path), "")
    if right != OPEN and not request.state.who.may(right):
        raise NotAllowed(right)


async def _who(request: Request) -> Who:
    who: Who = request.state.who
    return who


async def _actor(request: Request) -> str:
    """Return who stands as the actor of what this request does."""
    who: Who = request.state.who
    return who.name


Asking = Annotated[Who, Depends(_who)]
Actor = Annotated[str, Depends(_actor)]
