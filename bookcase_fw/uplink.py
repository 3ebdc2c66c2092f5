"""The device's talk with the service: hello, journal, asks, orders, state.  Composes what is pure."""


class Uplink:
    """Everything is passed in; `run` serves for ever and survives whatever the network does.

    device, key, boot   name, 32 bytes, number of this start
    journal             see upload.py
    connect()           coroutine: (reader, writer) to the MQTT server, or OSError
    clock()             uptime in ms
    wall()              (wall clock in ms, its quality)
    dice(n)             random integer below n, n up to 65536
    on_order(order, retained)   a genuine order; see orders.py for what is to be refused
    on_want(want, retained)     a genuine want
    on_time(wall_ms, uptime_ms, error_ms)   the service's clock at an uptime
    on_served(served)   whether the service serves us now
    health()            fields of a beat beside uptime and unacked
    firmware, cause     for presence
    timings             overrides of tables.link.TIMINGS, in ms
    """

    def __init__(
        self,
        *,
        device: str,
        key: bytes,
        boot: int,
        journal,
        connect,
        clock,
        wall,
        dice,
        on_order=None,
        on_want=None,
        on_time=None,
        on_served=None,
        health=None,
        firmware: str = "",
        cause: str = "unknown",
        timings: dict | None = None,
        log=print,
    ):
        self.session = ""
        self.served = False

    async def run(self):
        """Serve until `stop`; never raises because of the network."""

    def stop(self):
        """Say goodbye (presence offline, DISCONNECT); `run` returns."""

    def kick(self):
        """The journal has new records."""

    async def ask(self, op: str, wait_ms: int = 0, **fields) -> dict | None:
        """Return the service's answer, or None when it does not serve us or is too late.

        At most ASKS_MAX are open at a time; one more is None at once.
        """

    def report(self, state: dict):
        """Publish a state (fields of wire `state` but session; last is added), retained, at most one a second."""
