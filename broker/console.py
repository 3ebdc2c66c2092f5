"""The console: how a command on the service's own machine asks the service that runs there.

The service leaves its address and a token in its data folder, readable by its owner only: whoever
can read that file can read the ledger beside it as well.  The token lives as long as the folder.
"""

import http.client
import json
import os
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from broker.chores import Chore, Now
from broker.config import Config
from broker.desk.requests import Answer
from broker.ledger import database
from broker.ledger.store import Database
from broker.lengthy import Hands, Lengthy
from broker.staff.people import CONSOLE

T = TypeVar("T")

NAME = "console.json"
HALF_WAY = "what was done stays done; run the command again for the rest"
TIMEOUT_S = 120.0  # To count a large month anew takes a while.
# The service is on this machine: no proxy that the environment names stands between.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ConsoleError(Exception):
    """The service refuses, or cannot be asked.  The message says what to do."""


class Console(NamedTuple):
    """`web` is the service's address; it may have ended since."""

    web: str
    token: str

    def ask(self, method: str, path: str, body: object = None, *, key: str = "") -> Any:
        """Return what the API answers; `key` makes a request that is told again be done once."""
        with self._asked(method, path, body, key) as answer:
            return json.load(answer)

    def follow(self, method: str, path: str) -> Iterator[Answer]:
        """Yield what the API tells while it goes on; ConsoleError when it does not come to its end.

        The time limit is for each line.
        """
        with self._asked(method, path, None, "") as answer:
            for line in answer:
                found = json.loads(line)
                if "error" in found:
                    raise ConsoleError(f"{found['error']}: {HALF_WAY}")
                if "ended" in found:
                    return
                yield found
        raise ConsoleError(f"the service ended: {HALF_WAY}")

    @contextmanager
    def _asked(
        self, method: str, path: str, body: object, key: str
    ) -> Iterator[http.client.HTTPResponse]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} if key else {}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.web + path, data=data, headers=headers, method=method)
        try:
            with _OPENER.open(request, timeout=TIMEOUT_S) as answer:
                yield answer
        except urllib.error.HTTPError as error:
            raise ConsoleError(_problem(error)) from None
        except (OSError, http.client.HTTPException) as error:
            raise ConsoleError(f"{self.web}: {error or type(error).__name__}") from None


def do(config: Config, directly: Callable[[Database], T], over_api: Callable[[Console], T]) -> T:
    """Do it in the ledger when nobody else has it open, else let the service that runs do it.

    `directly` runs in a transaction of its own.  Raises ConsoleError when the ledger is in use and
    the service here does not answer.
    """
    try:
        with database.alone(config.folder, config.database) as db:
            return _committed(db, directly)
    except database.InUse as held:
        return over_api(_of(config, held))


def do_chore(config: Config, chore: Chore, method: str, path: str, body: object) -> Answer:
    """Do a chore as `do` does; told again over the API it is done once."""
    key = secrets.token_hex(16)
    now = Now(_now_ms(), ZoneInfo(config.timezone), CONSOLE)

    def over_api(console: Console) -> Answer:
        answer: Answer = console.ask(method, path, body, key=key)
        return answer

    return do(config, lambda db: chore(db, now), over_api)


def follow(config: Config, chore: Lengthy, method: str, path: str) -> Iterator[Answer]:
    """Do a lengthy chore as `do` does, and yield what it tells after each slice."""
    try:
        with database.alone(config.folder, config.database) as db:

            def alone(run: Callable[[Database], T]) -> T:
                return _committed(db, run)

            yield from chore(Hands(alone, alone, _now_ms))
    except database.InUse as held:
        yield from _of(config, held).follow(method, path)


def announce(folder: Path, web: str) -> str:
    """Write where the service is; return the token, made at the first time."""
    known = find(folder)
    token = known.token if known else secrets.token_urlsafe(24)
    # With a database elsewhere nothing else has made it.
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    made = path.with_suffix(".new")
    # Readable by nobody else from its first byte on.
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"web": web, "token": token}, file)
    made.replace(path)
    return token


def find(folder: Path) -> Console | None:
    """Return the console of a data folder; None where no service ever ran."""
    path = folder / NAME
    return Console(**json.loads(path.read_text())) if path.exists() else None


def _of(config: Config, held: database.InUse) -> Console:
    known = find(config.folder)
    if known is None:
        raise ConsoleError(str(held)) from None
    return known


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _committed(db: Database, run: Callable[[Database], T]) -> T:
    db.begin()
    try:
        done = run(db)
        db.commit()
    finally:
        if db.in_transaction:
            db.rollback()
    return done


def _problem(error: urllib.error.HTTPError) -> str:
    try:
        told = json.load(error)
        return f"{told['title']}: {told['detail']}"
    except (ValueError, KeyError):
        return f"{error.code} {error.reason}"
