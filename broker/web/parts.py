"""What the handlers work with, passed in by the service; and how a handler asks for it."""

from collections.abc import Callable
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from broker.catalogue.reader import Catalogue
from broker.desk.desk import Desk
from broker.desk.file import Files
from broker.desk.requests import Answer
from broker.ledger.read import Reader
from broker.live import Hub
from broker.web.pictures import Pictures

# Tells a machine to do something (device, op, door, staff, reason): returns the order's id, or
# raises Refused.
SendOrder = Callable[[str, str, int, str, str], str]
# Does something at the desk at a time (ms), in a transaction of its own; raises DeskRefused.
DeskJob = Callable[[Desk, int], Answer]
AtDesk = Callable[[DeskJob], Answer]


class Refused(Exception):
    """The order is understood and cannot be sent.  `reason` is a word of wire.REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Parts(NamedTuple):
    """The parts of the service that the web needs."""

    read: Reader
    files: Files
    catalogue: Catalogue
    hub: Hub
    send_order: SendOrder
    at_desk: AtDesk
    pictures: Pictures
    timezone: ZoneInfo
    now_ms: Callable[[], int]


async def _parts(request: Request) -> Parts:
    """Whoever may not see readers reads a ledger that names none."""
    parts: Parts = request.app.state.parts
    if request.state.who.may("readers"):
        return parts
    return parts._replace(read=parts.read.nameless())


Use = Annotated[Parts, Depends(_parts)]
