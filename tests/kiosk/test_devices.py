"""The kiosk's devices against their twins on TCP, through pyserial's socket:// URLs."""

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bookcase_fw import sign
from bookcase_fw.codecs.tags import model
from hw_sim.devices import feig, gm65, keypad, r200
from hw_sim.devices.twin import Twin
from hw_sim.serialport import SerialPort
from kiosk.core.events import Barcode, Card, Faulted, Key, OtherCode, Seen
from kiosk.devices.feig import Secured
from kiosk.devices.hftray import HfTray
from kiosk.devices.keypad import Keypad
from kiosk.devices.port import Device
from kiosk.devices.presence import Presence
from kiosk.devices.scanner import Scanner
from kiosk.devices.tray import Tray

LIMIT_S = 20  # Only a test that fails waits so long.
RETRY_S = (0.05,)
KEY = bytes(32)
TAG, OTHER = "E20000000000000000000001", "E20000000000000000000002"
HF_TAG = "E004015012345678"


class Desk:
    """Twins on ports, on a loop of their own, and what the devices under test have posted."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._ports: dict[Twin, SerialPort] = {}
        self._devices: list[Device] = []
        self.posted: queue.Queue[Any] = queue.Queue()

    def plug_in(self, twin: Twin, port: int = 0) -> str:
        """Return the pyserial URL."""
        if twin not in self._ports:
            self._ports[twin] = SerialPort(twin)
        future = asyncio.run_coroutine_threadsafe(self._ports[twin].start(port=port), self._loop)
        host, number = future.result(LIMIT_S)
        return f"socket://{host}:{number}"

    def pull_out(self, twin: Twin) -> None:
        asyncio.run_coroutine_threadsafe(self._ports[twin].stop(), self._loop).result(LIMIT_S)

    def do(self, act: Callable[..., None], *arguments: Any) -> None:
        """Move a twin on its own loop."""
        self._loop.call_soon_threadsafe(act, *arguments)

    def start(self, device: Device, twin: Twin | None = None) -> None:
        """Start a device; return when it hears the twin, if that is there."""
        self._devices.append(device)
        device.start()
        if twin:
            self.await_ends(device, twin)

    def await_ends(self, device: Device, twin: Twin) -> None:
        """Return when both ends of a line are open: what is said before is lost."""
        assert device.opened.wait(LIMIT_S)
        future = asyncio.run_coroutine_threadsafe(self._ports[twin].connected.wait(), self._loop)
        future.result(LIMIT_S)

    def heard(self) -> Any:
        return self.posted.get(timeout=LIMIT_S)

    def wire(self, twin: Twin) -> Any:
        return self._ports[twin].wire

    def close(self) -> None:
        for device in self._devices:
            device.stop()
        for twin in self._ports:
            self.pull_out(twin)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.close()


# The tray whose chips have a security bit.


def test_an_hf_tray_sees_books_and_writes_their_bits_between_two_rounds(desk: Desk) -> None:
    book = feig.Chip(HF_TAG)
    book.afi, book.eas = model.secure(False)
    chips = [book]
    twin = feig.Reader(lambda: chips)
    tray = HfTray(desk.plug_in(twin), desk.posted.put, RETRY_S)
    desk.start(tray, twin)
    assert desk.heard() == Seen((HF_TAG,))

    tray.secure(HF_TAG, True, desk.posted.put)
    assert desk.heard() == Secured("", "swapped")

    assert (book.afi, book.eas) == model.secure(True)
    chips.clear()
    assert desk.heard() == Seen(())
    tray.secure(HF_TAG, True, desk.posted.put)
    assert desk.heard() == Secured("lifted", "")


def test_a_job_for_an_hf_tray_that_is_gone_fails_at_once(desk: Desk) -> None:
    twin = feig.Reader(list)
    tray = HfTray(desk.plug_in(twin), desk.posted.put, RETRY_S)
    desk.start(tray, twin)
    desk.pull_out(twin)
    assert desk.heard() == Faulted("tray", True)

    tray.secure(HF_TAG, True, desk.posted.put)

    assert desk.heard() == Secured("fault", "unknown")


def number(url: str) -> int:
    return int(url.rsplit(":", 1)[1])


# The tray.


def test_books_laid_down_and_lifted_are_seen(desk: Desk) -> None:
    air = [(TAG, -40)]
    desk.start(Tray(desk.plug_in(r200.Reader(lambda: air)), desk.posted.put, RETRY_S))
    assert desk.heard() == Seen((TAG,))

    air.append((OTHER, -45))
    assert desk.heard() == Seen((TAG, OTHER))
    air.clear()
    assert desk.heard() == Seen(())


def test_the_tray_is_set_up_for_china(desk: Desk) -> None:
    twin = r200.Reader(lambda: [(TAG, -40)])
    desk.start(Tray(desk.plug_in(twin), desk.posted.put, RETRY_S))
    desk.heard()

    assert twin.region == 1
    assert twin.power_cdbm == 1500


def test_a_tray_that_is_pulled_out_is_a_fault_until_it_is_back(desk: Desk) -> None:
    air = [(TAG, -40)]
    twin = r200.Reader(lambda: air)
    url = desk.plug_in(twin)
    desk.start(Tray(url, desk.posted.put, RETRY_S))
    assert desk.heard() == Seen((TAG,))

    desk.pull_out(twin)
    assert desk.heard() == Faulted("tray", True)
    air.append((OTHER, -45))
    desk.plug_in(twin, number(url))
    assert desk.heard() == Faulted("tray", False)
    assert desk.heard() == Seen((TAG, OTHER))


def test_a_deaf_tray_is_a_fault_until_it_answers(desk: Desk) -> None:
    twin = r200.Reader(lambda: [(TAG, -40)])
    twin.deaf = True
    desk.start(Tray(desk.plug_in(twin), desk.posted.put, RETRY_S))
    assert desk.heard() == Faulted("tray", True)

    twin.deaf = False
    assert desk.heard() == Faulted("tray", False)
    assert desk.heard() == Seen((TAG,))


def test_a_tray_on_a_bad_wire_is_understood(desk: Desk) -> None:
    twin = r200.Reader(lambda: [(TAG, -40), (OTHER, -45)])
    url = desk.plug_in(twin)
    wire = desk.wire(twin)
    wire.noise, wire.chop, wire.garble, wire.cut = 3, True, 1, 1
    desk.start(Tray(url, desk.posted.put, RETRY_S))

    assert desk.heard() == Seen((TAG, OTHER))
    assert wire.fired["garble"] == wire.fired["cut"] == 1


# The scanner.


def test_cards_books_and_other_codes_are_told_apart(desk: Desk) -> None:
    twin = gm65.Scanner()
    desk.start(Scanner(desk.plug_in(twin), desk.posted.put, KEY, RETRY_S), twin)

    desk.do(twin.show, "SG00000012")
    desk.do(twin.show, "MH00000007")
    desk.do(twin.show, "https://example.org/")

    assert desk.heard() == Card(sign.pseudonym(KEY, "SG00000012"))
    assert desk.heard() == Barcode("MH00000007")
    assert desk.heard() == OtherCode()


def test_a_text_that_arrives_in_single_bytes_is_one_text(desk: Desk) -> None:
    twin = gm65.Scanner()
    desk.start(Scanner(desk.plug_in(twin), desk.posted.put, KEY, RETRY_S), twin)
    desk.wire(twin).chop = True

    desk.do(twin.show, "MH00000007")

    assert desk.heard() == Barcode("MH00000007")


def test_a_scanner_that_is_pulled_out_is_a_fault_until_it_is_back(desk: Desk) -> None:
    twin = gm65.Scanner()
    url = desk.plug_in(twin)
    scanner = Scanner(url, desk.posted.put, KEY, RETRY_S)
    desk.start(scanner, twin)

    desk.pull_out(twin)
    assert desk.heard() == Faulted("scanner", True)
    desk.plug_in(twin, number(url))
    assert desk.heard() == Faulted("scanner", False)
    desk.await_ends(scanner, twin)
    desk.do(twin.show, "MH00000007")
    assert desk.heard() == Barcode("MH00000007")


def test_a_scanner_that_was_never_there_is_one_fault(desk: Desk) -> None:
    twin = gm65.Scanner()
    url = desk.plug_in(twin)
    desk.pull_out(twin)

    desk.start(Scanner(url, desk.posted.put, KEY, RETRY_S))
    assert desk.heard() == Faulted("scanner", True)
    desk.plug_in(twin, number(url))
    assert desk.heard() == Faulted("scanner", False)


# The keypad.


def test_keys_are_posted_by_their_words(desk: Desk) -> None:
    twin = keypad.Keypad()
    desk.start(Keypad(desk.plug_in(twin), desk.posted.put, RETRY_S), twin)

    for word in ("down", "go", "7"):
        desk.do(twin.press, word)

    assert [desk.heard() for _key in range(3)] == [Key("down"), Key("go"), Key("7")]


# Presence.


def _rounds(presence: Presence, *rounds: str) -> list[tuple[str, ...]]:
    """Return the tags on the tray after each round; a round is written as the tags it heard."""
    seen = []
    for heard in rounds:
        presence.round(set(heard))
        seen.append(presence.tags)
    return seen


def test_a_tag_lies_on_the_tray_when_two_of_three_rounds_heard_it() -> None:
    assert _rounds(Presence(), "A", "", "A") == [(), (), ("A",)]
    assert _rounds(Presence(), "A", "A") == [(), ("A",)]


def test_a_book_that_is_carried_past_is_not_on_the_tray() -> None:
    assert _rounds(Presence(), "A", "", "", "A", "", "") == [()] * 6


def test_a_tag_is_gone_after_five_silent_rounds() -> None:
    presence = Presence()
    _rounds(presence, "AB", "AB")

    seen = _rounds(presence, "B", "B", "B", "B", "AB", "B", "B", "B", "B", "B")

    assert seen == [("A", "B")] * 9 + [("B",)]


def test_a_round_says_whether_anything_has_changed() -> None:
    presence = Presence()

    assert [presence.round(set(heard)) for heard in ("A", "A", "A", "")] == [
        False,
        True,
        False,
        False,
    ]
