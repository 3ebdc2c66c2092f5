"""Live news as server-sent events.  A heartbeat each 15 s is FastAPI's own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from broker.ledger.read import Reader
from broker.live import Notice
from broker.web.parts import Use

router = APIRouter()

RETRY_MS = 2000  # After how long a browser that lost the stream comes back.
LIVE_S = 600.0  # Then a browser comes back, and is asked anew who it is.
REPLAY_MAX = 200  # Movements told again to one that comes back; more, and it is to load anew.

# event: what is sent of it, as the API would show it now
SHOWN: dict[str, Callable[[Reader, str], object]] = {
    "machine": lambda read, device: read.machine(device),
    "movement": lambda read, number: read.movement(int(number)),
    "case": lambda read, number: read.case(int(number)),
    "counters": lambda read, _nothing: read.counters(),
    "picture": lambda _read, device: {"device": device},
    "reload": lambda _read, _nothing: {},
}


@router.get("/v1/live", response_class=EventSourceResponse, summary="News as it happens")
async def live(
    use: Use,
    last_event_id: Annotated[str, Header(description="the last movement that was seen")] = "",
) -> AsyncIterator[ServerSentEvent]:
    """Events machine, movement, case, counters, picture (data as the API has them) and reload.

    A movement's event id is its number; whoever comes back with Last-Event-ID misses none.
    """
    told = int(last_event_id) if last_event_id.isdecimal() else 0
    with use.hub.listen() as listener:
        asyncio.get_running_loop().call_later(LIVE_S, listener.end)
        yield ServerSentEvent(comment="welcome", retry=RETRY_MS)
        if told:
            missed = await run_in_threadpool(use.read.movements_after, told, REPLAY_MAX + 1)
            if len(missed) > REPLAY_MAX:
                yield ServerSentEvent(event="reload", data={})
                missed = []
            for movement in missed:
                told = movement.id
                yield ServerSentEvent(event="movement", id=str(told), data=movement)
        async for notice in listener.notices():
            if notice.event == "movement" and int(notice.key) <= told:
                continue
            event = await run_in_threadpool(_event, use.read, notice)
            if event is not None:
                yield event


def _event(read: Reader, notice: Notice) -> ServerSentEvent | None:
    shown = SHOWN[notice.event](read, notice.key)
    if shown is None:
        return None
    number = notice.key if notice.event == "movement" else None
    return ServerSentEvent(event=notice.event, id=number, data=shown)
