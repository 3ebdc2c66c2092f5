"""Errors as RFC 9457 has them, each with what happened and what to do about it."""

from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

# fmt: off
PROBLEMS = {
    # name             status, what happened, what to do
    "no_access":       (401, "Nobody is signed in, or the token is wrong",
                        "Sign in at /sign-in, or send `Authorization: Bearer TOKEN`; a manager "
                        "makes tokens for programs"),
    "not_allowed":     (403, "This role may not do this",
                        "Ask a manager: see `detail` for the right that is wanted"),
    "other_origin":    (403, "The order comes from a page of another site",
                        "Use the dashboard, or send the token in the Authorization header"),
    "bad_signature":   (403, "The signature does not fit this device, time and body",
                        "Sign time, newline and body with the device's key"),
    "bad_time":        (403, "The signature's time is more than five minutes off",
                        "Set the clock of the device by the service's answers"),
    "not_found":       (404, "Nothing is at this address",
                        "See /openapi.json for what there is"),
    "unknown_device":  (404, "No machine has this name", "See /v1/machines for the names"),
    "unknown_copy":    (404, "No copy has this barcode", "Look at the label: MH and eight digits"),
    "unknown_hold":    (404, "No hold has this number", "See /v1/holds"),
    "waits_already":   (409, "The reader waits for this title already", "See /v1/holds?card="),
    "ended":           (409, "The hold has ended", "See /v1/holds for those that last"),
    "unknown_title":   (404, "No title has this number", "See /v1/search for titles"),
    "unknown_card":    (404, "No reader has this card", "Look at the card: SG and eight digits"),
    "unknown_case":    (404, "No case has this number", "See /v1/cases for the open ones"),
    "no_picture":      (404, "The machine has not sent a picture yet",
                        "Wait for the next change of its screen"),
    "wrong_method":    (405, "This address does not know this method",
                        "See /openapi.json for the methods"),
    "away":            (409, "The machine is not connected, so it cannot be told",
                        "Look at its power and network; try again when it is back"),
    "refused":         (409, "The order cannot be sent", "See `detail`; try again when it is gone"),
    "closed_case":     (409, "The case is closed", "Look at who closed it, and why"),
    "other_action":    (409, "This kind of case does not know this action",
                        "Look at the case's page for what can be done"),
    "not_possible":    (409, "What was asked of the account cannot be",
                        "See `detail`; nothing was changed"),
    "no_provider":     (503, "The payment provider does not answer, or not sensibly",
                        "Try again later: what was begun is asked for and never charged twice"),
    "opening_refused": (409, "The door is not opened from afar", "See `detail`"),
    "not_closed":      (409, "The month is not closed", "See `detail`, or close it anyway"),
    "staff_refused":   (409, "What was asked of staff's accounts cannot be", "See `detail`"),
    "round_refused":   (409, "The round cannot do this", "See `detail`; look at the round"),
    "too_large":       (413, "The picture is larger than 1 MiB", "Send a smaller one"),
    "not_png":         (415, "The body is no PNG picture", "Send it as image/png"),
    "unknown_place":   (422, "There is no such place",
                        "See /v1/machines for machines and doors"),
    "no_reason":       (422, "The reason is missing", "Say why in `reason`"),
    "key_reused":      (422, "The Idempotency-Key was used for another request",
                        "Make a new key for each request"),
    "wrong_value":     (422, "A value is missing or of the wrong kind",
                        "See `detail` for the value and /openapi.json for what it should be"),
}
# fmt: on
_BY_STATUS = {404: "not_found", 405: "wrong_method"}
MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """Ends a request with a word of PROBLEMS; `detail` is about this request."""

    def __init__(self, name: str, detail: str = "") -> None:
        super().__init__(name)
        self.name = name
        self.detail = detail


def response(name: str, detail: str = "") -> JSONResponse:
    status, title, remedy = PROBLEMS[name]
    body: dict[str, Any] = {
        "type": f"urn:shugui:problem:{name}",
        "title": title,
        "status": status,
        "detail": detail or title,
        "remedy": remedy,
    }
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE)


async def of_problem(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return response(error.name, error.detail)


async def of_validation(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    details = ("%s: %s" % (".".join(map(str, e["loc"])), e["msg"]) for e in error.errors())
    return response("wrong_value", "; ".join(details))


async def of_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    name = _BY_STATUS.get(error.status_code, "wrong_value")
    return response(name, f"{request.method} {request.url.path}")


HANDLERS = (
    (Problem, of_problem),
    (RequestValidationError, of_validation),
    (HTTPException, of_http),
)
