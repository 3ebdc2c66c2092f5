"""Payment providers: what the library asks of one, and the one that speaks signed HTTP.

    POST payments    {"id", "fen", "subject", "expires_ms"}  ->  {"link"}
    GET  payments/ID                                         ->  {"outcome", "fen", "reference"}
    POST refunds     {"id", "payment", "fen"}                ->  {"outcome", "reference"}
    GET  statements/DAY                                      ->  CSV: kind,id,fen,reference

Every id is ours, so a request that is repeated is the same request.  Both sides sign (seal.py).
An outcome is open, paid or failed, and done or failed for a refund; the provider also tells it by
a callback, whose body has the fields of `Event`.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any, NamedTuple, Protocol

import msgspec

from broker.accounts import seal

TIMEOUT_S = 5.0
SIZE_MAX = 1 << 24  # 16 MiB: a day's statement.
OUTCOMES = ("open", "paid", "failed", "done", "none")


class Silent(Exception):
    """Nobody knows whether the provider did it: ask again under the same id, never do it anew."""


class Event(msgspec.Struct, frozen=True):
    """What a provider tells of a payment.  `event` is its own number: told twice, heard once."""

    event: str
    payment: str
    outcome: str
    fen: int
    reference: str


class Outcome(NamedTuple):
    """`outcome` none: the provider never heard of it."""

    outcome: str
    fen: int = 0
    reference: str = ""


class Provider(Protocol):
    """Every method may wait for seconds and raise Silent; none is called in a transaction."""

    def start(self, payment: str, fen: int, subject: str, expires_ms: int) -> str:
        """Let a payment be made; return the link that the reader opens."""
        ...

    def ask(self, payment: str) -> Outcome: ...

    def refund(self, refund: str, payment: str, fen: int) -> Outcome: ...

    def statement(self, day: int) -> str:
        """Return the CSV of a day, yyyymmdd."""
        ...

    def heard(self, headers: Mapping[str, str], body: bytes) -> Event:
        """Return what a callback says, or raise SealError or ValueError."""
        ...


class SignedProvider:
    """A provider over signed HTTP, at `url`, which ends without a slash."""

    def __init__(self, url: str, key: bytes, now_ms: Callable[[], int]) -> None:
        self._url = url
        self._key = key
        self._now_ms = now_ms

    def start(self, payment: str, fen: int, subject: str, expires_ms: int) -> str:
        asked = {"id": payment, "fen": fen, "subject": subject, "expires_ms": expires_ms}
        return str(self._json("POST", "payments", asked).get("link", ""))

    def ask(self, payment: str) -> Outcome:
        return self._outcome(self._json("GET", f"payments/{payment}"))

    def refund(self, refund: str, payment: str, fen: int) -> Outcome:
        asked = {"id": refund, "payment": payment, "fen": fen}
        return self._outcome(self._json("POST", "refunds", asked))

    def statement(self, day: int) -> str:
        return self._send("GET", f"statements/{day}", b"").decode("utf-8", "replace")

    def heard(self, headers: Mapping[str, str], body: bytes) -> Event:
        seal.check(self._key, headers, body, self._now_ms())
        return msgspec.json.decode(body, type=Event)

    def _json(self, method: str, path: str, asked: object = None) -> dict[str, Any]:
        body = json.dumps(asked).encode() if asked is not None else b""
        answer = self._send(method, path, body)
        try:
            said = json.loads(answer)
        except ValueError:
            raise Silent(f"{path}: the answer is no JSON") from None
        return said if isinstance(said, dict) else {}

    def _send(self, method: str, path: str, body: bytes) -> bytes:
        """Return the answer to a signed request; a refusal is an answer too."""
        signed = seal.headers(self._key, body or path.encode(), self._now_ms())
        request = urllib.request.Request(
            f"{self._url}/{path}",
            data=body or None,
            method=method,
            headers=signed | {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                return bytes(answer.read(SIZE_MAX))
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return b'{"outcome": "none"}'
            raise Silent(f"{path}: HTTP {error.code}") from None
        except (TimeoutError, OSError, HTTPException) as error:
            raise Silent(f"{path}: {error}") from None

    def _outcome(self, said: Mapping[str, Any]) -> Outcome:
        outcome, fen, reference = (said.get(name) for name in ("outcome", "fen", "reference"))
        if outcome not in OUTCOMES:
            raise Silent(f"an outcome that we do not know: {outcome!r}")
        return Outcome(outcome, fen if isinstance(fen, int) else 0, str(reference or ""))
