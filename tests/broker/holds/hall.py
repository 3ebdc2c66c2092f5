"""A library with one wanted book: what the tests of holds share."""

from pathlib import Path
from typing import Any

from bookcase_fw import wire
from broker.circulation import rules
from broker.circulation.calendar import ALWAYS
from broker.exchange import Exchange
from broker.fleet.registry import Registry
from broker.holds.holds import Ready
from broker.law import Law
from broker.ledger import audit
from broker.library import copies
from tests.broker.desk import MINUTE_MS, READERS, START_MS, Desk, Machine, day

ANN, BEN, BLOCKED = READERS
ANN_ID, BEN_ID, BLOCKED_ID = 1001, 1002, 1003
WANTED = "t9"
ONE, TWO = "E2900000000000000001", "E2900000000000000002"
LAW = rules.parse(
    "refuse blocked\nlimit any 3\nloan any any -> 28 days\noffline copies 3\n"
    "holds any 2\npickup any any -> 3 days\n"
)
DAY_MIN = 24 * 60


class Hall:
    """Two copies of the wanted title, in bookcase bc01; minutes are since START_MS."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.desk = Desk(folder, url)
        self.told: list[Ready] = []
        self._furnish()
        db = self.desk.db
        self.exchange = Exchange(db, Registry(db), Law(LAW, ALWAYS, 1, day))
        self.exchange.holds.tell = self.told.append
        self.desk.exchange = self.exchange
        self.machines = {name: Machine(name, journal="0" * 8) for name in ("bc01", "bc02", "kx01")}
        self._told = dict.fromkeys(self.machines, 0)
        for machine in self.machines.values():
            self.desk.hear(machine.says("hello", machine.hello()))
        self._asked = 0

    def _furnish(self) -> None:
        db = self.desk.db
        db.begin()
        title = "INSERT INTO title VALUES (?, '三体', '刘慈欣', 2008, 'zh', 'adult', 'I2')"
        db.execute(title, (WANTED,))
        db.execute("INSERT INTO holder (kind, site) VALUES ('shelf', 'lib01')")
        for number, tag in enumerate((ONE, TWO), 1):
            copies.enter(
                db, barcode=f"W{number}", tag=tag, title=WANTED, home="lib01",
                placed=self.compartment("bc01"), now_ms=START_MS,
            )  # fmt: skip
        db.commit()

    def compartment(self, device: str, door: int = 1) -> int:
        number = self.desk.one(
            "SELECT holder.id FROM holder JOIN device ON device.id = holder.device"
            " WHERE device.name = ? AND door = ?",
            device,
            door,
        )
        assert isinstance(number, int)
        return number

    # What happens.

    def takes(self, reader: str, tag: str, minute: int, device: str = "bc01") -> None:
        self._session(device, minute, reader, took=[tag])

    def brings(self, reader: str, tag: str, minute: int, device: str = "bc01") -> None:
        self._session(device, minute, reader, put=[tag])

    def takes_offline(self, reader: str, tag: str, minute: int, device: str = "bc01") -> None:
        """The machine tells it later: see `tells`."""
        self.machines[device].session(minute * MINUTE_MS, reader, id=f"1.{minute}", took=[tag])

    def tells(self, minute: int, device: str = "bc01") -> None:
        machine = self.machines[device]
        first, self._told[device] = self._told[device] + 1, len(machine.records)
        self.desk.hear(machine.says("fact", machine.payload(first), START_MS + minute * MINUTE_MS))

    def _session(self, device: str, minute: int, reader: str, **body: Any) -> None:
        machine = self.machines[device]
        machine.session(minute * MINUTE_MS, reader, id=f"1.{minute}", **body)
        self.tells(minute, device)

    def does(self, run: Any, minute: int) -> Any:
        """Do something in a transaction, as staff and the service itself do."""
        db, now_ms = self.desk.db, START_MS + minute * MINUTE_MS
        db.begin()
        self.exchange.begin([])
        try:
            answer = run(self.exchange.holds, now_ms)
            self.exchange.look_at_holds(now_ms)
            self.exchange.settle()
        except BaseException:
            db.rollback()
            self.exchange.forget()
            raise
        db.commit()
        return answer

    def place(self, account: int, minute: int, pickup: str = "bc01") -> int:
        number = self.does(lambda holds, now: holds.place(account, WANTED, pickup, now), minute)
        assert isinstance(number, int)
        return number

    def cancel(self, number: int, minute: int) -> None:
        self.does(lambda holds, now: holds.cancel(number, now), minute)

    def sweep(self, minute: int) -> None:
        self.does(lambda holds, now: holds.sweep(now), minute)

    def says(self, kind: str, minute: int, **body: Any) -> None:
        """Staff say something of a copy."""
        self.does(
            lambda _holds, now: self.exchange.desk.say(
                kind, {"reason": "seen"} | body, now_ms=now, actor="li"
            ),
            minute,
        )

    def ask(self, op: str, minute: int, device: str = "bc01", **fields: Any) -> dict[str, Any]:
        self._asked += 1
        said = {"id": f"1.{self._asked}", "session": "1.1", "op": op} | fields
        machine = self.machines[device]
        message = machine.says("ask", wire.encode("ask", said), START_MS + minute * MINUTE_MS)
        ((_name, answer),) = self.desk.hear(message)
        return answer

    # What is so then.

    def states(self) -> list[tuple[Any, ...]]:
        """Return (account, state) by the holds' numbers."""
        return self.desk.rows("SELECT account, state FROM hold ORDER BY id")

    def queue(self) -> list[Any]:
        """Return the accounts that wait, the first one first."""
        rows = self.desk.rows("SELECT account FROM hold WHERE state = 'waiting' ORDER BY turn")
        return [account for (account,) in rows]

    def kept(self) -> dict[Any, Any]:
        """Return for which account each copy is kept, by the copies' promises."""
        return dict(
            self.desk.rows(
                "SELECT copy.tag, copy_promise.account FROM copy_promise"
                " JOIN copy ON copy.id = copy_promise.copy WHERE copy_promise.state = 'held'"
            )  # type: ignore[arg-type]
        )

    def differences(self) -> list[str]:
        return audit.check(self.desk.folder, day, self.desk.url)
