"""The readers that a kiosk knows without a network: fetched in parts from the service's lists."""

import binascii
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bookcase_fw import lists as form
from broker.fleet import lists as service
from kiosk.services.clock import Clock
from kiosk.services.flash import Flash
from kiosk.services.journal import Journal
from kiosk.services.store import FETCH_AGAIN_MS, Store

COUNT = 1000  # Two and a half times as many as a policy has room for.
READERS = sorted(hashlib.sha256(b"%d" % number).hexdigest()[:24] for number in range(COUNT))
BLOCKED, LATER = READERS[7], hashlib.sha256(b"new").hexdigest()[:24]
Then = Callable[[dict[str, Any] | None], None]


def listed(*more: str) -> service.Lists:
    """Return the lists as broker/fleet/lists.py makes them, of several parts."""
    rows = {
        bytes.fromhex(reader)[:7] + bytes((0 if reader == BLOCKED else 3,))
        for reader in (*READERS, *more)
    }
    parts = tuple(service._divided(sorted(rows), 4))
    return service.Lists(binascii.crc32(form.directory(list(parts))), parts)


class Kiosk:
    """A kiosk's store; the service answers as long as it is there."""

    def __init__(self, folder: Path) -> None:
        self.journal = Journal(folder / "journal.sqlite", b"k" * 32)
        self.flash = Flash(folder / "readers.lists", 16)
        self.now_ms = 0
        clock = Clock(self.journal.boot, monotonic_ns=lambda: self.now_ms * 1_000_000)
        lists = form.Lists(self.flash, self.journal)
        self.store = Store(self.journal, clock, "Asia/Shanghai", lists)
        self.service = listed()
        self.answers_max = 100
        self.asked: list[str] = []

    def want(self, revision: int) -> None:
        policy = {"revision": revision, "loan_days": 28, "limit": 15, "quota": 3, "uptime_h": 48}
        policy |= {"readers": READERS[:1], "blocked": [], "lists": self.service.revision}
        self.store.want({"policy": policy | {"parts": len(self.service.parts), "staff": []}})

    def fetch(self) -> None:
        self.now_ms += FETCH_AGAIN_MS
        self.store.fetch(self._ask)

    def _ask(self, text: str, then: Then) -> None:
        self.asked.append(text)
        there = len(self.asked) <= self.answers_max
        then(self.service.answer(text) if there else None)

    def why(self, reader: str) -> str:
        """Return why a reader may not borrow offline; "" when that is allowed."""
        return str(self.store.decide("account", reader, []).get("why", ""))

    def close(self) -> None:
        self.flash.close()
        self.journal.close()


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    kiosk = Kiosk(tmp_path)
    kiosk.want(1)
    yield kiosk
    kiosk.close()


def test_before_the_lists_are_there_it_knows_whom_the_policy_names(kiosk: Kiosk) -> None:
    assert (kiosk.why(READERS[0]), kiosk.store.in_force) == ("", 0)
    assert kiosk.why(READERS[-1]) == "offline"


def test_with_its_lists_it_knows_every_reader_and_who_is_blocked(kiosk: Kiosk) -> None:
    kiosk.fetch()

    assert len(kiosk.asked) == 1 + len(kiosk.service.parts)
    assert kiosk.store.in_force == 1
    assert {kiosk.why(reader) for reader in READERS if reader != BLOCKED} == {""}
    assert (kiosk.why(BLOCKED), kiosk.why(LATER)) == ("blocked", "offline")


def test_what_was_fetched_before_the_network_went_is_not_fetched_again(kiosk: Kiosk) -> None:
    kiosk.answers_max = 3
    kiosk.fetch()
    assert kiosk.store.in_force == 0
    kiosk.answers_max, asked = 100, kiosk.asked
    kiosk.asked = []

    kiosk.fetch()

    assert kiosk.store.in_force == 1
    assert not set(asked[1:3]) & set(kiosk.asked)


def test_a_new_reader_costs_one_part(kiosk: Kiosk) -> None:
    kiosk.fetch()
    kiosk.service, kiosk.asked = listed(LATER), []
    kiosk.want(2)

    kiosk.fetch()

    assert len(kiosk.asked) == 2
    assert (kiosk.why(LATER), kiosk.store.in_force) == ("", 2)


def test_nothing_is_asked_again_at_once_when_the_service_is_silent(kiosk: Kiosk) -> None:
    kiosk.answers_max = 0
    kiosk.fetch()

    kiosk.store.fetch(kiosk._ask)

    assert len(kiosk.asked) == 1


def test_they_outlive_the_program(tmp_path: Path) -> None:
    first = Kiosk(tmp_path)
    first.want(1)
    first.fetch()
    first.close()

    again = Kiosk(tmp_path)

    assert (again.why(READERS[-1]), again.store.in_force) == ("", 1)
    again.close()
