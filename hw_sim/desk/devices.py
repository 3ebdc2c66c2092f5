"""The simulated parts of one machine, without the rest: for a program that is started by hand."""

import asyncio
import json

import typer

from hw_sim import control, hands, machines
from hw_sim.desk import config
from hw_sim.desk.desk import now_ms
from hw_sim.desk.process import ProcessError
from hw_sim.machines import BoxedTwins, KioskTwins
from hw_sim.ptyline import PtyLine
from hw_sim.world import radio, sample


async def serve(device: str, *, ptys: bool = False) -> int:
    """Print where the parts listen, as its configuration has it, and serve until cancelled.

    With `ptys` also the path of a serial device for each part.
    """
    rows = {row["device"]: row for row in sample.rows(sample.FOLDER, "machines")}
    if device not in rows:
        raise ProcessError(f"There is no {device}; there are {', '.join(rows)}.")
    world = sample.load(now_ms)
    air = radio.Radio(world, radio.load(), seed=1)
    twins: BoxedTwins | KioskTwins
    if device[:2] not in config.MACHINES:
        twins = KioskTwins(device, world, air, config.role(device))
    else:
        twins = machines.twins(device, config.fitting(device), world, air)
    table = hands.table(hands.Room(world, air, {device: twins}, asyncio.sleep))
    server = control.Server(table.run)
    lines: dict[str, PtyLine] = {}
    try:
        said: dict[str, object] = {"ports": await twins.start()}
        if ptys:
            lines |= {name: PtyLine(twins.part(name).port.address) for name in twins.names}
            said["ptys"] = {name: await line.start() for name, line in lines.items()}
        typer.echo(json.dumps(said, indent=2))
        host, port = await server.start()
        typer.echo(f"by hand: python -m hw_sim panel --at {host}:{port}")
        await asyncio.Event().wait()
    finally:
        for line in lines.values():
            await line.stop()
        await server.stop()
        await twins.stop()
    return 0
