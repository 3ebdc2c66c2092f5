"""An operator's update: built, signed, offered by command; fetched over TLS by a real firmware."""

import asyncio
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hw_sim.desk import keys, ports
from hw_sim.desk.process import ROOT
from hw_sim.desk.station import FIRMWARE
from hw_sim.machines import BookcaseTwins
from hw_sim.world import radio, sample
from tests.deploy.parts import HOST, asked, files_of, firmware, mqtt_server, service, until

TIMINGS = {"update_test_ms": 300, "update_idle_ms": 50, "state_ms": 50, "beat_ms": 500}
TOLD = "SELECT kind, word FROM update_machine JOIN update_offer ON id = offer"
RUNS = "SELECT firmware FROM device_state WHERE firmware <> ''"


def told(*words: object) -> str:
    """Run a command of the service's and return what it says."""
    command = [sys.executable, "-m", "broker", "update", *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@asynccontextmanager
async def tls_in_front(made: Path, inner: tuple[str, int], port: int) -> AsyncIterator[None]:
    """What nginx is in a deployment: TLS outside, plain HTTP inside."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made / "mqtt.pem", made / "mqtt.key")

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(4096):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind = await asyncio.open_connection(*inner)
        await asyncio.gather(carry(reader, behind[1]), carry(behind[0], writer))

    async with await asyncio.start_server(serve, "127.0.0.1", port, ssl=context):
        yield


async def test_an_update_that_an_operator_offers_is_taken_over_tls(tmp_path: Path) -> None:
    key, bundle, secure = tmp_path / "update.key", tmp_path / "bundle", ports.free()
    modulus = told("key", key)
    told("build", FIRMWARE, bundle, "--version", "0.2.0")
    told("sign", bundle, "--key", key)
    async with mqtt_server(tmp_path) as server:
        made = tmp_path / "certificates"
        secrets = keys.load_or_make(tmp_path, ["bc01"])
        world = sample.load(lambda: 0, devices=["bc01"])
        twins = BookcaseTwins("bc01", 4, world, radio.Radio(world, radio.load(), 1))
        updates = {"url": f"https://{HOST}:{secure}", "key": modulus}
        async with (
            service(tmp_path, server, secrets, updates=updates) as web,
            tls_in_front(made, web, secure),
        ):
            machine = firmware(
                tmp_path,
                secrets,
                files_of(made, "bc01", "der"),
                twins,
                server,
                update_key=modulus,
                timings=TIMINGS,
            )
            await machine.start()
            try:
                await until(lambda: asked(tmp_path, RUNS) == [("0.1.0",)], "bc01 is served")
                service_json = tmp_path / "service.json"
                said = told("offer", bundle, "--config", service_json, "--machine", "bc01")
                assert said == "firmware 0.2.0 is offered to bc01"

                await until(lambda: asked(tmp_path, TOLD) == [("firmware", "done")], "it is taken")
                assert asked(tmp_path, RUNS) == [("0.2.0",)]
                assert told("list", "--config", service_json).endswith("open     wave 0: 1 done")
            finally:
                await machine.stop()
