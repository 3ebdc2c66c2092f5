"""A machine on the desk: its program, its parts as twins, its wire to the server, its power."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hw_sim.desk.process import ROOT, Process, ProcessError
from hw_sim.desk.proxy import Proxy
from hw_sim.machines import BoxedTwins, KioskTwins

MICROPYTHON = ROOT / ".cache" / "micropython" / "micropython"
# KiB as on the 32-bit board.  There the firmware's code lies in flash; here it takes 205 of them.
HEAP = "352wK"
START = ROOT / "hw_sim" / "upy" / "start.py"
# Compiled by `make setup`: what was flashed, and what beside it chooses the half of an update.
FIRMWARE, BOOT = ROOT / ".cache" / "firmware", ROOT / ".cache" / "boot"

Address = tuple[str, int]
# Gets the address of the MQTT server and the ports of the parts, and writes the configuration.
Configure = Callable[[Address, Mapping[str, Any]], object]


class Station:
    def __init__(
        self,
        twins: BoxedTwins | KioskTwins,
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

    Raises ProcessError when interpreter or firmware are not there.
    """
    if not MICROPYTHON.exists() or not FIRMWARE.exists():
        raise ProcessError("MicroPython or the compiled firmware is missing: say `make setup`.")
    command = [str(MICROPYTHON), "-X", f"heapsize={HEAP}", str(START)]
    return command, {
        "MICROPYPATH": f"{FIRMWARE}:{BOOT}:.frozen",
        "SG_CONFIG": str(config),
        "SG_HOME": str(config.with_suffix(".updates")),
    }
