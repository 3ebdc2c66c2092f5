"""The firmware as a process, with each lock board that a configuration can name."""

import asyncio
from pathlib import Path

import pytest

from bookcase_fw.drivers import locks
from hw_sim.desk import config, keys, station
from hw_sim.desk.process import Process
from hw_sim.machines import LOCKS, BookcaseTwins
from hw_sim.world import radio, sample

NOWHERE = ("127.0.0.1", 9)  # No MQTT server: the bookcase runs offline.
DEADLINE_S = 60


def test_there_is_a_twin_for_each_board() -> None:
    assert list(LOCKS) == [row[0] for row in locks.BOARDS]


@pytest.mark.parametrize("lock", LOCKS)
async def test_the_firmware_sees_doors_open_and_shut(tmp_path: Path, lock: str) -> None:
    world = sample.load(lambda: 0, devices=["bc01"])
    board = LOCKS[lock](4)
    twins = BookcaseTwins("bc01", 4, world, radio.Radio(world, radio.load(), 1), board)
    secrets = keys.load_or_make(tmp_path, ["bc01"])
    path = tmp_path / "bc01.json"
    row = {"device": "bc01", "doors": "4", "capacity": "12"}

    def configure(mqtt: station.Address, ports: object) -> None:
        values = config.bookcase(row, mqtt, ports, secrets, tmp_path / "flash.img", {})
        config.write(path, values | {"lock": lock})

    command, environment = station.firmware(path)
    process = Process("bc01", command, tmp_path / "bc01.log", environment)
    machine = station.Station(twins, NOWHERE, process, configure)

    async def shows(screen: str) -> None:
        while twins.screen.shown.get("screen") != screen:
            await asyncio.sleep(0.05)

    await machine.start()
    try:
        async with asyncio.timeout(DEADLINE_S):
            await shows("welcome")
            twins.force(3)
            await shows("open")
            twins.shut(3)
            await shows("welcome")
    finally:
        await machine.stop()
