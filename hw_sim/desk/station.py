"""A machine on the desk: its program, its parts as twins, its wire to the server, its power."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hw_sim.desk.process import ROOT, Process, ProcessError
from hw_sim.desk.proxy import Proxy
from hw_sim.machines import BookcaseTwins, KioskTwins

MICROPYTHON = ROOT / ".cache" / "micropython" / "micropython"
# KiB as on the 32-bit board.  There the firmware's code lies in flash; here it takes 115 of them,
# and compiling it leaves what is free in pieces that are too small for a policy message.
HEAP = "256wK"
FIRMWARE_PATH = f"{ROOT / 'hw_sim' / 'upy'}:{ROOT}:.frozen"

Address = tuple[str, int]
# Gets the address of the MQTT server and the ports of the parts, and writes the configuration.
Configure = Callable[[Address, Mapping[str, Any]], object]


class Station:
    def __init__(
        self,
        twins: BookcaseTwins | KioskTwins,
        server: Address,
        process: Process,
        configure: Configure,
    ) -> None:
        self.twins = twins
        self.wire = Proxy(server)
        self.process = process
        self._configure = configure

    async def start(self) -> None:
        """Plug everything in and switch it on."""
        ports = await self.twins.start()
        port = await self.wire.start()
        self._configure(("127.0.0.1", port), ports)
        await self.power(True)

    async def stop(self) -> None:
        await self.process.stop()
        await self.wire.stop()
        await self.twins.stop()

    async def power(self, on: bool) -> None:
        """Switch the power on, or cut it: what was not yet on flash is gone."""
        if on:
            await self.process.start()
        else:
            await self.process.kill()


def firmware(config: Path) -> tuple[list[str], dict[str, str]]:
    """Return (command, environment) of a bookcase's firmware.

    Raises ProcessError when there is no interpreter to run it.
    """
    if not MICROPYTHON.exists():
        raise ProcessError("MicroPython is not set up: say `make setup` in the checkout.")
    command = [str(MICROPYTHON), "-X", f"heapsize={HEAP}", "-m", "bookcase_fw.main"]
    return command, {"MICROPYPATH": FIRMWARE_PATH, "SG_CONFIG": str(config)}
