"""`python -m hw_sim run`: a desk that tells what happens, until Ctrl-C."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import typer

from hw_sim import control
from hw_sim.desk import hold
from hw_sim.desk.desk import Desk
from hw_sim.desk.process import ProcessError
from hw_sim.desk.servers import STAFF
from hw_sim.desk.telling import Telling

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

# Makes a desk, given what is said and told.
Make = Callable[[Telling], Desk]


def run_desk(make: Make, folder: Path, *, fresh: bool, quiet: bool) -> int:
    """Run a desk until it is ended; return the exit status: 1 when it could not start."""
    return until_ended(lambda end: _run(make, folder, fresh=fresh, quiet=quiet, end=end))


def until_ended(work: Callable[[Callable[[], None]], Awaitable[int]]) -> int:
    """Run work until it is done or a signal ends it, which is no failure; tell what went wrong."""
    try:
        return asyncio.run(_with_signals(work))
    except asyncio.CancelledError:
        return 0
    except (ProcessError, OSError) as error:
        typer.secho(str(error), fg=typer.colors.RED, err=True)
        return 1


async def _with_signals(work: Callable[[Callable[[], None]], Awaitable[int]]) -> int:
    task = asyncio.current_task()
    assert task
    ended = False

    def end() -> None:
        """The first signal ends the work; those that follow must not end the tidying up."""
        nonlocal ended
        if not ended:
            ended = True
            task.cancel()

    # Also those that the shell let us inherit as ignored.
    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, end)
    return await work(end)


async def _run(
    make: Make, folder: Path, *, fresh: bool, quiet: bool, end: Callable[[], None]
) -> int:
    telling = Telling(quiet=quiet, broken=end)
    telling.line(f"Shugui: a district on the desk, in {folder}")
    if fresh:
        hold.clear(folder)
    try:
        async with make(telling) as desk:
            _summary(telling, desk, folder)
            await telling.ledger(desk.service)
    finally:
        telling.line("ended: no process is left")
    return 0


def _summary(telling: Telling, desk: Desk, folder: Path) -> None:
    telling.titles = {copy.barcode: copy.title for copy in desk.world.copies.values()}
    host, port = desk.control
    at = "" if port == control.PORT else f" --at {host}:{port}"
    telling.line()
    password = desk.servers.let_staff_in()
    telling.field("dashboard", desk.servers.url)
    telling.field("sign in", f"name {STAFF}, password {password}    (new at each start)")
    telling.field("machines", " ".join(desk.stations))
    telling.field(
        "by hand", f"{_python()} -m hw_sim panel{at}    (its help lists what can be done)"
    )
    telling.field("logs", f"{folder}/logs")
    telling.field("end", "Ctrl-C")
    telling.line()


def _python() -> str:
    """Return how the interpreter is called from here."""
    program = Path(sys.executable)
    here = Path.cwd()
    return str(program.relative_to(here) if program.is_relative_to(here) else program)
