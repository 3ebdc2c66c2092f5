"""Updates of the real firmware as a process: over HTTP, tried, confirmed, gone back from."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bookcase_fw.halves import TRIES_MAX
from broker.updates import making
from hw_sim.desk import config, keys, station
from hw_sim.desk.process import Process
from hw_sim.machines import BookcaseTwins
from hw_sim.world import radio, sample
from tests.firmware.shop import Shop
from tests.mqtt_servers import Mosquitto
from tests.tiny_service import TinyService

DEVICE = "bc01"
TIMINGS = {
    "update_pause_ms": 50,
    "update_idle_ms": 50,
    "update_test_ms": 300,
    "update_trial_ms": 600,
    "state_ms": 20,
    "pause_ms": 50,
    "pause_max_ms": 100,
}
CARD = "04A1B2C3"
# Modules of a firmware: one that cannot be imported, one that fails at the first look.
BROKEN = f"raise ValueError('the card {CARD}')\n"
FAILING = f"""
BEAT_MS = 50
class Stuck(Exception):
    pass
class Pulse:
    def __init__(self, _uptime_ms, _late_ms):
        pass
    def beat(self, _name):
        pass
    def check(self):
        raise ValueError("the card {CARD}")
"""


class Bench:
    """One bookcase: its parts as twins, its program, a server, the least of a service."""

    def __init__(self, ledger: TinyService, shop: Shop, twins: BookcaseTwins, home: Path) -> None:
        self.ledger, self.shop, self.twins, self.home = ledger, shop, twins, home

    def want(self, **offers: dict[str, Any]) -> None:
        self.ledger.say("want", {"revision": 1, **offers}, session="", retained=True)

    async def until(self, true: Callable[[], object], what: str) -> None:
        await asyncio.to_thread(self.ledger.wait, true, what)

    async def became(self, kind: str, word: str, why: str = "") -> None:
        """Wait until this became of the last offer."""
        wanted = (kind, word, why)

        def found() -> bool:
            states = self.ledger.states
            told = states[-1]["updates"] if states else []
            return wanted in [(row["kind"], row["word"], row["why"]) for row in told]

        await self.until(found, f"{wanted}")

    def started(self, kind: str) -> str:
        """Return half, state and tries as the next start finds them."""
        return (self.home / kind / "start").read_text().strip()

    def firmware(self) -> str:
        return str(self.ledger.presences[-1]["firmware"])

    def told(self, kind: str) -> list[dict[str, Any]]:
        facts = [json.loads(data) for data in self.ledger.records]
        return [fact["d"] for fact in facts if fact["k"] == kind]


@asynccontextmanager
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    secrets = keys.load_or_make(tmp_path, [DEVICE])
    world = sample.load(lambda: 0, devices=[DEVICE])
    twins = BookcaseTwins(DEVICE, 4, world, radio.Radio(world, radio.load(), 1))
    shop = Shop(tmp_path)
    with Mosquitto(tmp_path) as server:
        ledger = TinyService(server.port, DEVICE, secrets.devices[DEVICE])
        path = tmp_path / f"{DEVICE}.json"
        row = {"device": DEVICE, "doors": "4", "capacity": "12"}

        def configure(address: station.Address, at: Any) -> None:
            values = config.bookcase(row, address, at, secrets, tmp_path / "flash.img", TIMINGS)
            path.write_text(json.dumps(values | {"update_key": making.modulus(shop.key)}))

        command, environment = station.firmware(path)
        process = Process(DEVICE, command, tmp_path / f"{DEVICE}.log", environment)
        machine = station.Station(twins, ("127.0.0.1", server.port), process, configure)
        await machine.start()
        try:
            made = Bench(ledger, shop, twins, Path(environment["SG_HOME"]))
            await made.until(lambda: ledger.states, "a first state")
            yield made
        finally:
            await machine.stop()
            await asyncio.to_thread(ledger.close)
            await asyncio.to_thread(shop.close)


async def test_an_update_is_fetched_through_cuts_tried_and_confirmed(tmp_path: Path) -> None:
    async with bench(tmp_path) as place:
        assert place.firmware() == "0.1.0"
        place.shop.cut_after = 3000
        place.want(firmware=place.shop.offer_firmware("0.2.0"))
        await place.until(lambda: len(place.shop.asked) > 5, "cut connections")

        place.shop.cut_after = 0
        await place.became("firmware", "done")

        assert place.firmware() == "0.2.0"
        assert place.started("firmware") == "b settled 0"
        assert place.ledger.presences[-1]["cause"] == "reset"
        assert max(size for _first, size in place.shop.asked) <= 4096


async def test_a_firmware_that_does_not_even_start_is_left_again(tmp_path: Path) -> None:
    async with bench(tmp_path) as place:
        place.want(firmware=place.shop.offer_firmware("0.2.0", offline=BROKEN))
        await place.became("firmware", "back", "crashed")

        assert place.firmware() == "0.1.0"
        assert place.started("firmware") == "a settled 0"


async def test_a_crash_is_told_once_by_its_places_and_without_its_words(tmp_path: Path) -> None:
    async with bench(tmp_path) as place:
        place.want(firmware=place.shop.offer_firmware("0.2.0", pulse=FAILING))
        await place.became("firmware", "back", "crashed")
        await place.until(lambda: place.told("fault"), "the crash as a fact")

        crashes = [fault for fault in place.told("fault") if fault["part"] == "program"]
        for told in crashes:
            assert told["text"].startswith("ValueError < pulse.py:11 check < main.py:")
            assert CARD not in told["text"]
        assert len(crashes) == TRIES_MAX


async def test_a_forged_update_is_refused(tmp_path: Path) -> None:
    async with bench(tmp_path) as place:
        making.make_key(tmp_path / "other.key")
        forged = place.shop.offer_config("2", '{"revision": 2}', tmp_path / "other.key")
        place.want(config=forged)
        await place.became("config", "refused", "signature")

        place.want(config=place.shop.offer_config("2", '{"revision": 2}'))
        await place.became("config", "done")
        assert place.ledger.states[-1]["config"] == 2
        place.want(config=place.shop.offer_config("1", '{"revision": 3}'))
        await place.became("config", "refused", "older")


async def test_a_configuration_that_loses_the_network_is_left_again(tmp_path: Path) -> None:
    async with bench(tmp_path) as place:
        changes = {"mqtt": ["127.0.0.1", 9], "revision": 2, "key": "00" * 32}
        place.want(config=place.shop.offer_config("2", json.dumps(changes)))
        await place.became("config", "back", "unserved")

        assert place.ledger.states[-1]["config"] == 1
        assert place.started("config") == "a settled 0"


async def test_nobody_at_a_door_is_interrupted(tmp_path: Path) -> None:
    async with bench(tmp_path) as place:
        await place.until(
            lambda: all(row["count"] >= 0 for row in place.ledger.states[-1]["stock"]), "a count"
        )
        place.twins.force(1)
        await place.until(lambda: place.ledger.states[-1]["stock"][0]["open"], "an open door")
        place.want(config=place.shop.offer_config("2", '{"revision": 2}'))
        await place.became("config", "fetching")
        starts = len(place.ledger.hellos)

        assert place.shop.asked == []

        place.twins.shut(1)
        await place.became("config", "done")

        (session,) = place.told("session")
        assert session["end"] == "shut"
        assert place.ledger.hellos[starts]["last"] >= 1
