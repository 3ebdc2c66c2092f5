"""The kiosk's runtime on a real journal: effects, the offline policy, crashes, the picture."""

import hashlib
import hmac
import http.server
import queue
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bookcase_fw import record
from kiosk.config import ConfigError, load, texts
from kiosk.core.events import Card, Event, Faulted, Press, Seen
from kiosk.core.model import Timings
from kiosk.loop import GiveUp
from kiosk.runtime import Runtime
from kiosk.services.clock import Clock
from kiosk.services.journal import Journal
from kiosk.services.picture import Pixels, Sender
from kiosk.services.store import Store
from tests.kiosk.visit import DUE, LIN, ZHANG, entry

KEY = bytes(range(32))
NOON_MS = 1_795_233_600_000  # 2026-11-21, noon in Shanghai.
POLICY = {
    "revision": 4, "loan_days": 30, "limit": 15, "quota": 2, "uptime_h": 72, "readers": [LIN],
    "blocked": [],
}  # fmt: skip


class Service:
    """The uplink's other end: keeps what was asked, answers when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Callable[[Any], None], dict[str, Any]]] = []
        self.states: list[dict[str, Any]] = []
        self.kicks = 0

    def ask(self, op: str, then: Callable[[Any], None], wait_ms: int = 0, **fields: Any) -> None:
        self.asked.append((op, then, fields))

    def kick(self) -> None:
        self.kicks += 1

    def report(self, state: dict[str, Any]) -> None:
        self.states.append(state)

    def answer(self, op: str, answer: dict[str, Any] | None) -> dict[str, Any]:
        """Answer the oldest ask of this kind and return its fields."""
        found = next(asked for asked in self.asked if asked[0] == op)
        self.asked.remove(found)
        found[1](answer)
        return found[2]


class Machine:
    """A kiosk without devices and screen; its time stands still unless it is moved."""

    def __init__(self, folder: Path) -> None:
        self.now_ns = 0
        self.journal = Journal(folder / "journal.sqlite", KEY)
        self.clock = Clock(self.journal.boot, lambda: self.now_ns, lambda: NOON_MS * 1_000_000)
        self.store = Store(self.journal, self.clock, "Asia/Shanghai")
        words = {language: texts(language) for language in ("zh", "en")}
        self.runtime = Runtime(
            journal=self.journal, clock=self.clock, store=self.store, texts=words, timings=Timings()
        )
        self.service = Service()
        self.runtime.link = self.service

    def on(self, *events: Event) -> "Machine":
        for event in events:
            self.runtime.post(event)
            self.runtime.step()
        return self

    def answer(self, op: str, **fields: Any) -> dict[str, Any]:
        fields = self.service.answer(op, {"id": "1.5", "ok": True, "why": "", "books": []} | fields)
        self.runtime.step()
        return fields

    @property
    def records(self) -> list[dict[str, Any]]:
        return [record.decode(data) for data in self.journal.since(0, 1 << 20)]

    @property
    def screen(self) -> str:
        return self.runtime.view().screen


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    yield made
    made.journal.close()


def test_a_loan_is_a_record_before_it_is_a_result(machine: Machine) -> None:
    machine.runtime.served(True)
    machine.on(Card(LIN))
    assert machine.answer("account", left=5, due=DUE) == {"reader": LIN, "how": "card"}
    machine.on(Seen(("E1",)), Press("confirm"))
    assert machine.screen == "working"

    asked = machine.answer("lend", books=[entry("E1")])

    assert asked == {"tags": ["E1"], "reader": LIN, "how": "card"}
    assert machine.screen == "result"
    (written,) = machine.records
    assert (written["k"], written["b"], written["t"]) == ("lent", 1, NOON_MS)
    assert written["d"]["answer"] == "1.5"
    assert machine.service.kicks == 1


def test_offline_the_signed_policy_lends_within_its_quota(machine: Machine) -> None:
    machine.store.want({"policy": POLICY})

    machine.on(Card(LIN), Seen(("E1", "E2", "E3")), Press("confirm"))

    assert machine.screen == "result"
    assert [made["d"]["tag"] for made in machine.records] == ["E1", "E2"]
    assert {made["d"]["policy"] for made in machine.records} == {4}
    assert {made["d"]["due"] for made in machine.records} == {20261221}
    machine.on(Press("done"), Press("done"), Seen(()), Card(LIN))
    assert (machine.screen, machine.runtime.model.why) == ("refused", "quota")


def test_what_was_taken_offline_is_remembered_through_a_restart(tmp_path: Path) -> None:
    first = Machine(tmp_path)
    first.store.want({"policy": POLICY})
    first.on(Card(LIN), Seen(("E1", "E2")), Press("confirm"))
    first.journal.close()

    second = Machine(tmp_path)
    second.on(Card(LIN))

    assert second.runtime.model.why == "quota"
    second.runtime.served(True)
    second.runtime.served(False)
    second.on(Press("leave"), Card(LIN))
    assert second.screen == "tray"
    second.journal.close()


def test_a_policy_grows_too_old_by_uptime(machine: Machine) -> None:
    machine.store.want({"policy": POLICY})
    machine.now_ns = 73 * 3_600 * 10**9

    machine.on(Card(LIN))

    assert (machine.screen, machine.runtime.model.why) == ("refused", "stale")


def test_a_stranger_is_not_lent_to_offline_but_may_return(machine: Machine) -> None:
    machine.store.want({"policy": POLICY})
    machine.on(Card(ZHANG))
    assert machine.runtime.model.why == "offline"

    machine.on(Press("leave"), Press("return"), Seen(("E1",)), Press("confirm"))

    assert [made["k"] for made in machine.records] == ["returned"]


def test_a_full_journal_lends_no_more(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.services.store.UNACKED_MAX", 1)
    machine.on(Press("return"), Seen(("E1",)), Press("confirm"), Press("done"), Seen(()))
    machine.runtime.served(True)
    machine.on(Card(LIN))
    machine.answer("account", left=5)

    machine.on(Seen(("E2",)), Press("confirm"))

    assert machine.runtime.model.done[0].why == "journal_full"
    assert machine.service.states[-1]["lends"] is False


def test_a_fault_is_a_fact_once_and_part_of_the_state(machine: Machine) -> None:
    machine.on(Faulted("tray", True), Faulted("tray", True), Faulted("tray", False))

    assert [(made["k"], made["d"]["on"]) for made in machine.records] == [
        ("fault", True),
        ("fault", False),
    ]
    assert machine.service.states[-1]["faults"] == []


def test_an_error_in_a_step_costs_the_visit_and_not_the_machine(machine: Machine) -> None:
    machine.runtime.served(True)
    machine.on(Card(LIN))
    machine.answer("account", left=5)

    machine.runtime.call(lambda: [].pop())
    machine.runtime.step()

    assert (machine.screen, machine.runtime.model.reader) == ("sorry", "")
    machine.now_ns += 9 * 10**9
    machine.runtime.tick()
    machine.runtime.step()
    assert machine.screen == "welcome"


def test_three_errors_in_ten_minutes_are_too_many(machine: Machine) -> None:
    for _time in range(2):
        machine.runtime.call(lambda: [].pop())
        machine.runtime.step()
    machine.runtime.call(lambda: [].pop())

    with pytest.raises(GiveUp):
        machine.runtime.step()


def test_the_picture_is_put_with_a_signature() -> None:
    heard: queue.Queue[tuple[str, str, str, bytes]] = queue.Queue()

    class Put(http.server.BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.put((self.path, self.headers["X-Time-Ms"], self.headers["X-Signature"], body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Put)
    threading.Thread(target=server.serve_forever).start()
    sender = Sender(f"http://127.0.0.1:{server.server_port}", "kx01", KEY, lambda: 1234)
    sender.start()
    pixels = Pixels(1, 2, bytes((1, 2, 3, 255, 4, 5, 6, 255)))

    sender.send(pixels)

    path, time, signature, body = heard.get(timeout=20)
    sender.stop()
    server.shutdown()
    server.server_close()
    assert (path, time) == ("/v1/machines/kx01/picture", "1234")
    assert signature == hmac.new(KEY, b"1234\n" + body, hashlib.sha256).hexdigest()
    # The lowest row comes first in the window's memory and last in the file.
    assert body.startswith(b"\x89PNG")
    assert zlib.decompressobj().decompress(body.partition(b"IDAT")[2]) == bytes(
        (0, 1, 2, 3, 0, 4, 5, 6)
    )


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"device": "kx01"}', '{"device": 1}'],
)
def test_a_configuration_that_cannot_be_used_is_refused_in_words(tmp_path: Path, text: str) -> None:
    (tmp_path / "kiosk.json").write_text(text)

    with pytest.raises(ConfigError, match="kiosk.json"):
        load(tmp_path / "kiosk.json")
