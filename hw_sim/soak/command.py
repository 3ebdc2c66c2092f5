"""The command of the soak: progress on standard error, one JSON line, the story if it failed."""

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from hw_sim.desk.run import until_ended
from hw_sim.soak.run import Order, soak


def soak_command(
    bookcases: Annotated[int, typer.Option(min=1, max=20, help="MicroPython processes")] = 5,
    services: Annotated[int, typer.Option(min=1, max=8, help="service processes")] = 2,
    minutes: Annotated[float, typer.Option(min=0.1, help="how long things go wrong")] = 10.0,
    seed: Annotated[int, typer.Option(help="what people do and what goes wrong")] = 1,
) -> None:
    """Real programs on PostgreSQL and Mosquitto, killed and cut off; is the ledger true?

    A violation is told as the story of the copy; folder and logs stay then.
    """
    order = Order(bookcases, services, minutes, seed)
    raise typer.Exit(until_ended(lambda _end: _soak(order)))


async def _soak(order: Order) -> int:
    # PostgreSQL runs as another user, who must reach it.
    folder = Path(tempfile.mkdtemp(prefix="shugui-soak-"))
    folder.chmod(0o755)
    outcome = await soak(order, folder, lambda text: print(text, file=sys.stderr, flush=True))
    if outcome.violations:
        print(outcome.story())
        print(f"everything is kept in {folder}, logs in {folder / 'logs'}", file=sys.stderr)
    else:
        shutil.rmtree(folder)
    print(json.dumps(outcome.line()), flush=True)
    return 1 if outcome.violations else 0
