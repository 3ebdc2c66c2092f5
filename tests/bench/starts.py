"""P7: from the power's return to an answered hello, over TLS as deployed."""

import asyncio
import tempfile
import time
from pathlib import Path

from hw_sim.desk import keys
from hw_sim.machines import BookcaseTwins
from hw_sim.world import radio, sample
from tests.bench import figures
from tests.bench.answers import Answers
from tests.deploy.parts import HOST, files_of, firmware, mqtt_server, service

STARTS = 7
GOAL_MS = 1000
DEVICE = "bc01"


def measure() -> None:
    with tempfile.TemporaryDirectory(prefix="shugui-bench-") as folder:
        took_ms = asyncio.run(_starts(Path(folder)))
    note = (
        f"{len(took_ms)} starts, the slowest {max(took_ms):.0f} ms; from the start of the process, "
        "from compiled files; Mosquitto with certificates on both sides"
    )
    figures.report("P7", "start to hello answered over TLS, median", figures.median(took_ms), "ms",
                   goal=GOAL_MS, better="lower", note=note)  # fmt: skip


async def _starts(folder: Path) -> list[float]:
    """Cut the power and switch it on, again and again; return ms to the answer of each hello."""
    secrets = keys.load_or_make(folder, [DEVICE])
    world = sample.load(lambda: 0, devices=[DEVICE])
    twins = BookcaseTwins(DEVICE, 4, world, radio.Radio(world, radio.load(), 1))
    async with mqtt_server(folder) as server, service(folder, server, secrets):
        made = folder / "certificates"
        machine = firmware(folder, secrets, files_of(made, DEVICE, "der"), twins, server)
        answers = Answers(HOST, server, files=files_of(made, "service", "pem"))
        await machine.start()
        took_ms = []
        for _start in range(STARTS):
            await machine.power(False)
            answers.forget()
            begin = time.perf_counter()
            await machine.power(True)
            if not await asyncio.to_thread(answers.wait, 1, 30):
                raise SystemExit("P7: a hello was not answered in 30 s")
            took_ms.append((answers.at_s[DEVICE] - begin) * 1000)
        answers.close()
        await machine.stop()
    return took_ms
