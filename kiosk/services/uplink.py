"""The kiosk's talk with the service over MQTT, in a thread of its own."""

from collections.abc import Callable
from typing import Any

from kiosk.services.clock import Clock
from kiosk.services.journal import Journal

Answer = dict[str, Any]


class Uplink:
    """Whatever arrives is handed to `post`, which must run it in the caller's own thread.

    on_served(bool)   whether the service serves us now
    on_want(want)     a genuine want: the offline policy
    """

    def __init__(
        self,
        *,
        device: str,
        key: bytes,
        address: tuple[str, int],
        journal: Journal,
        clock: Clock,
        post: Callable[[Callable[[], None]], object],
        on_served: Callable[[bool], None] = lambda served: None,
        on_want: Callable[[Answer], None] = lambda want: None,
        firmware: str = "",
        timings: dict[str, int] | None = None,
    ) -> None:
        self.served = False

    def start(self) -> None:
        """Begin to serve; returns at once."""

    def stop(self) -> None:
        """Say goodbye and wait until the thread has ended."""

    def kick(self) -> None:
        """The journal has new records."""

    def ask(
        self, op: str, then: Callable[[Answer | None], None], wait_ms: int = 0, **fields: Any
    ) -> None:
        """Ask the service; `then` is posted its answer, or None when it is away or too late."""

    def report(self, state: dict[str, Any]) -> None:
        """Publish a state (wire `state` without session and last): at most one a second."""
