"""What the desk alone can do to a machine or a server: network, power, life and death."""

from collections.abc import Mapping

from hw_sim.command import Row
from hw_sim.desk.proxy import MODES
from hw_sim.desk.servers import Servers
from hw_sim.desk.station import Station
from hw_sim.world.truth import HandError, World


def rows(world: World, stations: Mapping[str, Station], servers: Servers) -> tuple[Row, ...]:
    """Return the rows for the table of hands and faults."""

    def net(_room: object, device: str, mode: str) -> None:
        if mode not in MODES:
            raise HandError(f"A network is {', '.join(MODES)}.")
        _station(stations, device).wire.set(mode)
        world.note(device, f"its network is {mode}")

    async def power(_room: object, device: str, on: bool) -> None:
        await _station(stations, device).power(on)
        world.note(device, f"its power is {'on' if on else 'off'}")

    async def service(_room: object, on: bool) -> None:
        await (servers.serve() if on else servers.kill_service())
        world.note("", f"the service was {'started' if on else 'killed'}")

    async def server(_room: object, on: bool) -> None:
        await (servers.serve() if on else servers.kill_server())
        world.note("", f"the MQTT server was {'started' if on else 'killed'}")

    return (
        Row("fault", "net", "DEVICE MODE", "a machine's network", net),
        Row("fault", "power", "DEVICE STATE", "cut a machine's power, or switch it on", power),
        Row("fault", "service", "STATE", "kill the service, or start it", service),
        Row("fault", "server", "STATE", "kill the MQTT server, or start it", server),
    )


def _station(stations: Mapping[str, Station], device: str) -> Station:
    if device not in stations:
        raise HandError(f"There is no {device} here; say machines.")
    return stations[device]
