"""Offers reach machines wave by wave, and stop where one goes back; on both databases."""

from pathlib import Path

import pytest

from bookcase_fw import wire
from broker.updates import making
from broker.updates.rollout import LOOK_MS, Rollout
from broker.updates.shelf import Shelf
from tests.broker.desk import START_MS, Desk, Machine

FILES = {"bookcase_fw/app.mpy": b"code"}
STATE = {"config": 1, "policy": 0, "stock": [], "faults": [], "fill": 0, "lends": True, "last": 0}


class Fleet:
    """A ledger's two bookcases, a shelf, and an operator who offers."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.desk, self.shelf, self.now_ms = desk, Shelf(folder), START_MS
        registry = desk.exchange._registry
        desk.exchange.rollout = Rollout(desk.db, registry, self.shelf, "https://x")
        self.machines = {name: Machine(name) for name in ("bc01", "bc02")}
        for machine in self.machines.values():
            self.say(machine.says("hello", machine.hello(), self.now_ms))

    def offer(self, version: str, *names: str) -> None:
        data = making.build(FILES, kind="firmware", version=version, least="0.1.0")
        self.shelf.wish({"offer": self.shelf.put(data).hash, "machines": list(names)})
        self.look()

    def look(self) -> None:
        """Some seconds pass, and some machine says something."""
        self.now_ms += LOOK_MS
        machine = self.machines["bc01"]
        beat = wire.encode("beat", {"uptime_ms": 0, "unacked": 0})
        self.say(machine.says("beat", beat, self.now_ms))

    def tells(self, name: str, number: int, word: str, why: str = "") -> None:
        updates = [{"kind": "firmware", "number": number, "word": word, "why": why}]
        state = wire.encode("state", {**STATE, "session": "1.1", "updates": updates})
        self.say(self.machines[name].says("state", state, self.now_ms))
        self.look()

    def wanted(self) -> dict[str, str]:
        """Return machine -> version of those that are to take one."""
        rollout = self.desk.exchange.rollout
        assert rollout
        found = {device.name: rollout.wanted(device) for device in rollout._registry.all()}
        return {name: offers["firmware"]["version"] for name, offers in found.items() if offers}  # type: ignore[index]

    def say(self, message: object) -> None:
        self.desk.db.begin()
        self.desk.exchange.take(message)  # type: ignore[arg-type]
        self.desk.db.commit()


@pytest.fixture
def fleet(desk: Desk, tmp_path: Path) -> Fleet:
    return Fleet(desk, tmp_path)


def test_one_machine_first_and_the_other_when_it_has_proved_itself(fleet: Fleet) -> None:
    fleet.offer("0.2.0")
    (first,) = fleet.wanted()

    fleet.tells(first, 1, "trying")
    assert list(fleet.wanted()) == [first]

    fleet.tells(first, 1, "done")
    assert fleet.wanted() == {"bc01": "0.2.0", "bc02": "0.2.0"}


def test_a_machine_that_goes_back_stops_the_offer_for_all(fleet: Fleet) -> None:
    fleet.offer("0.2.0")
    (first,) = fleet.wanted()

    fleet.tells(first, 1, "back", "test")

    assert fleet.wanted() == {}
    assert fleet.desk.db.execute("SELECT state FROM update_offer").fetchall() == [("stopped",)]


def test_a_later_offer_stands_before_an_earlier_one(fleet: Fleet) -> None:
    fleet.offer("0.2.0", "bc02")
    fleet.offer("0.3.0", "bc02")

    assert fleet.wanted() == {"bc02": "0.3.0"}


def test_an_operator_stops_an_offer(fleet: Fleet) -> None:
    fleet.offer("0.2.0")
    fleet.shelf.wish({"stop": 1})
    fleet.look()

    assert fleet.wanted() == {}


def test_a_wish_is_granted_once_also_when_it_is_seen_again(fleet: Fleet) -> None:
    fleet.offer("0.2.0")
    fleet.look()
    fleet.look()

    assert fleet.desk.db.execute("SELECT COUNT(*) FROM update_offer").fetchone() == (1,)
    assert list(fleet.shelf.wishes()) == []
