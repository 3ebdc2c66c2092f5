"""The staff's hatch for holds: any thread may ask; changes are done by the writer, each once."""

import json
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager

from broker.desk import requests
from broker.desk.requests import Answer
from broker.holds.holds import Holds, Refused
from broker.holds.waiting import Carried, Listed, Waiting
from broker.ledger.store import Database

TIMEOUT_S = 5.0

_PERSON = "SELECT account FROM patron WHERE card = ?"

# Has something done in a transaction of the writer.
Do = Callable[[Callable[[], str]], "Future[str]"]


class Hatch:
    """`read` opens a connection that only reads; `db` and `holds` are the writer's own."""

    def __init__(
        self,
        *,
        do: Do,
        db: Database,
        holds: Holds,
        read: Callable[[], AbstractContextManager[Database]],
        now_ms: Callable[[], int],
    ) -> None:
        self._do = do
        self._db = db
        self._holds = holds
        self._read = read
        self._now_ms = now_ms

    def listed(self, *, card: str = "", title: str = "") -> list[Listed]:
        with self._read() as db:
            return Waiting(db).listed(card=card, title=title)

    def carried(self) -> list[Carried]:
        with self._read() as db:
            return Waiting(db).carried()

    def place(self, card: str, title: str, pickup: str, key: str) -> Answer:
        """Let a reader wait; return {"hold": its number}.  Raises Refused or KeyReused."""

        def run(now_ms: int) -> Answer:
            person = self._db.execute(_PERSON, (card,)).fetchone()
            if person is None:
                raise Refused("unknown_card", card)
            return {"hold": self._holds.place(person[0], title, pickup, now_ms)}

        return self._once(key, ["hold", card, title, pickup], run)

    def cancel(self, number: int, key: str) -> Answer:
        def run(now_ms: int) -> Answer:
            self._holds.cancel(number, now_ms)
            return {"hold": number}

        return self._once(key, ["unhold", number], run)

    def suspend(self, number: int, until_day: int, key: str) -> Answer:
        def run(now_ms: int) -> Answer:
            self._holds.suspend(number, until_day, now_ms)
            return {"hold": number}

        return self._once(key, ["suspend", number, until_day], run)

    def _once(self, key: str, asked: list[object], run: Callable[[int], Answer]) -> Answer:
        def job() -> str:
            now_ms = self._now_ms()
            try:
                answer = requests.once(self._db, key, asked, now_ms, lambda: run(now_ms))
            except requests.KeyReused:
                answer = {"refused": "key_reused", "detail": key}
            except Refused as refused:
                answer = {"refused": refused.reason, "detail": refused.detail}
            return json.dumps(answer)

        answer: Answer = json.loads(self._do(job).result(TIMEOUT_S))
        if "refused" in answer:
            raise Refused(answer["refused"], answer["detail"])
        return answer
