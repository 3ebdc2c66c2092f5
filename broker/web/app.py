"""The web application, put together: who may come in, the API, the pages."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from broker.live import Hub

# Tells a machine to do something (device, op, door); returns the order's id, or raises Refused.
SendOrder = Callable[[str, str, int], str]


class Refused(Exception):
    """The order is understood and cannot be sent.  `reason` is a word of wire.REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def create_app(
    *,
    read: Any,
    hub: Hub,
    send_order: SendOrder,
    token: str,
    timezone: str,
    device_key: Callable[[str], bytes | None],
    now_ms: Callable[[], int],
) -> FastAPI:
    """Return the application.  Call `hub.close()` before uvicorn stops: open streams hold it up."""
    return FastAPI(title="书柜 Shugui", docs_url=None, redoc_url=None)
