"""The simulated parts of one machine, without the rest: for a program that is started by hand."""

import asyncio
import json

import typer

from hw_sim import control, hands
from hw_sim.desk import config
from hw_sim.desk.desk import now_ms
from hw_sim.desk.process import ProcessError
from hw_sim.machines import BookcaseTwins, KioskTwins
from hw_sim.world import radio, sample


async def serve(device: str) -> int:
    """Print where the parts listen, as its configuration has it, and serve until cancelled."""
    rows = {row["device"]: row for row in sample.rows(sample.FOLDER, "machines")}
    if device not in rows:
        raise ProcessError(f"There is no {device}; there are {', '.join(rows)}.")
    world = sample.load(now_ms)
    air = radio.Radio(world, radio.load(), seed=1)
    twins: BookcaseTwins | KioskTwins
    if rows[device]["kind"] == "kiosk":
        twins = KioskTwins(device, world, air, config.role(device))
    else:
        twins = BookcaseTwins(device, int(rows[device]["doors"]), world, air)
    table = hands.table(hands.Room(world, air, {device: twins}, asyncio.sleep))
    server = control.Server(table.run)
    try:
        typer.echo(json.dumps({"ports": await twins.start()}, indent=2))
        host, port = await server.start()
        typer.echo(f"by hand: python -m hw_sim panel --at {host}:{port}")
        await asyncio.Event().wait()
    finally:
        await server.stop()
        await twins.stop()
    return 0
