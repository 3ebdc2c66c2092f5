"""A library's counter: machines that go offline and come back, and staff who decide."""

from pathlib import Path
from typing import Any

from broker.desk.requests import Answer
from broker.ledger import audit
from tests.broker.desk import KEYS, MINUTE_MS, READERS, START_MS, TAGS, Desk, Machine, day

ANN, BEN, BLOCKED = READERS
ANN_ID, BEN_ID, BLOCKED_ID = 1001, 1002, 1003
BOOK, OTHER = TAGS[0], TAGS[1]
DAY_MIN = 24 * 60
LATER_MIN = 200 * DAY_MIN  # When everything has arrived.


class Counter:
    """Minutes are since START_MS, which is uptime 0 of each machine."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.desk = Desk(folder, url)
        self.machines = {name: Machine(name, journal="0" * 8) for name in KEYS}
        self._told = dict.fromkeys(KEYS, 0)
        for machine in self.machines.values():
            self.desk.hear(machine.says("hello", machine.hello()))

    def close(self) -> None:
        self.desk.db.close()

    # What machines see, without saying it yet.

    def session(self, name: str, minute: int, reader: str = "", **body: Any) -> None:
        body = {"id": f"1.{minute}"} | body
        self.machines[name].session(minute * MINUTE_MS, reader, **body)

    def counted(self, name: str, minute: int, session: int | None = None, **body: Any) -> None:
        settles = "" if session is None else f"1.{session}"
        body = {"id": f"2.{minute}", "session": settles, "door": 1, "count": 0} | body
        self.machines[name].fact("counted", uptime_ms=minute * MINUTE_MS, **body)

    def fact(self, name: str, minute: int, kind: str, **body: Any) -> None:
        self.machines[name].fact(kind, uptime_ms=minute * MINUTE_MS, **body)

    # What they tell.

    def tells(self, name: str, at_min: int = LATER_MIN) -> dict[str, Any]:
        """A machine tells what it has not told yet; return the ack."""
        machine = self.machines[name]
        first, self._told[name] = self._told[name] + 1, len(machine.records)
        said = self.hears(name, machine.payload(first), at_min)
        (ack,) = (body for kind, body in said if kind == "ack")
        assert isinstance(ack, dict)
        return ack

    def hears(self, name: str, payload: bytes, at_min: int) -> list[tuple[str, Any]]:
        said = self.machines[name].says("fact", payload, START_MS + at_min * MINUTE_MS)
        return self.desk.hear(said)

    # What staff say.

    def say(self, minute: int, kind: str, *, key: str = "", **body: Any) -> Answer:
        return self.write(
            lambda now_ms: self.desk.exchange.desk.say(
                kind, {"reason": "seen"} | body, now_ms=now_ms, actor="li", key=key
            ),
            minute,
        )

    def settle(self, minute: int, case: int, action: str, **more: Any) -> Answer:
        more = {"reason": "seen", "actor": "li"} | more
        return self.write(
            lambda now_ms: self.desk.exchange.desk.settle(case, action, now_ms=now_ms, **more),
            minute,
        )

    def write(self, run: Any, minute: int) -> Answer:
        db = self.desk.db
        db.begin()
        try:
            answer: Answer = run(START_MS + minute * MINUTE_MS)
            self.desk.exchange.settle()
        except BaseException:
            db.rollback()
            self.desk.exchange.forget()
            raise
        db.commit()
        return answer

    # What the ledger holds then.

    def differences(self) -> list[str]:
        """Return what the ledger's own check finds."""
        return audit.check(self.desk.folder, day, self.desk.url)

    def loans(self) -> list[tuple[Any, ...]]:
        """Return (account, state, minute of its end) by begin."""
        rows = self.desk.rows("SELECT account, state, in_ms FROM loan ORDER BY out_ms, cause")
        return [(who, state, _minute(in_ms)) for who, state, in_ms in rows]

    def cases(self) -> list[str]:
        """Return the kinds of open cases."""
        query = "SELECT kind FROM exception_case WHERE closed_ms IS NULL ORDER BY kind"
        return [str(kind) for (kind,) in self.desk.rows(query)]

    def case(self, kind: str) -> int:
        query = "SELECT id FROM exception_case WHERE kind = ? AND closed_ms IS NULL"
        number = self.desk.one(query, kind)
        assert isinstance(number, int)
        return number

    def holder(self, copy: int = 1) -> str:
        """Return where a copy is: bc01/1, lib01 for a shelf, an account, unknown or transit."""
        ((kind, device, door, site, account),) = self.desk.rows(
            "SELECT h.kind, device.name, h.door, h.site, h.account FROM copy_state s"
            " JOIN holder h ON h.id = s.holder LEFT JOIN device ON device.id = h.device"
            " WHERE s.copy = ?",
            copy,
        )
        return f"{device}/{door}" if device else str(site or account or kind)


def _minute(at_ms: int | None) -> int | None:
    return None if at_ms is None else (at_ms - START_MS) // MINUTE_MS
