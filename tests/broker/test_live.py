"""The hub: every listener is told, a slow one the latest only, and all end when it closes."""

import asyncio
import threading

from broker import live
from broker.live import RELOAD, Hub, Listener, Notice


async def _next(listener: Listener, count: int) -> list[Notice]:
    found = []
    async for notice in listener.notices():
        found.append(notice)
        if len(found) == count:
            break
    return found


async def test_every_listener_is_told_in_order() -> None:
    hub = Hub()
    with hub.listen() as one, hub.listen() as two:
        hub.publish("movement", {"id": 7})
        hub.publish("counters", {})

        assert [(n.event, n.key) for n in await _next(one, 2)] == [
            ("movement", "7"),
            ("counters", ""),
        ]
        assert await _next(two, 2) == [
            Notice("movement", "7", {"id": 7}),
            Notice("counters", "", {}),
        ]


async def test_of_the_same_thing_only_the_latest_waits() -> None:
    hub = Hub()
    with hub.listen() as listener:
        for unacked in range(50):
            hub.publish("machine", {"device": "bc01", "unacked": unacked})
        hub.publish("machine", {"device": "bc02"})

        waited = await _next(listener, 2)

    assert [(notice.key, notice.data.get("unacked")) for notice in waited] == [
        ("bc01", 49),
        ("bc02", None),
    ]


async def test_a_listener_that_lags_is_told_to_load_anew() -> None:
    hub = Hub()
    with hub.listen() as listener:
        for number in range(10 * live.WAITING_MAX):
            hub.publish("movement", {"id": number})
        lagged = await _next(listener, 1)
        hub.publish("movement", {"id": 9999})

        assert lagged == [RELOAD]
        assert [notice.key for notice in await _next(listener, 1)] == ["9999"]


async def test_any_thread_may_publish() -> None:
    hub = Hub()
    with hub.listen() as listener:
        thread = threading.Thread(target=hub.publish, args=("case", {"id": 3}))
        thread.start()

        assert [notice.key for notice in await _next(listener, 1)] == ["3"]
        thread.join()


async def test_closing_ends_every_listener_now_and_later() -> None:
    hub = Hub()
    with hub.listen() as listener:
        waiting = asyncio.create_task(_next(listener, 1))
        await asyncio.sleep(0)

        hub.close()

        assert await waiting == []
    with hub.listen() as late:
        assert await _next(late, 1) == []
    assert hub.listener_count == 0


def test_a_listener_whose_loop_has_stopped_does_not_hurt() -> None:
    hub = Hub()

    async def begin() -> None:
        hub.listen()

    asyncio.run(begin())
    hub.publish("case", {"id": 1})
    hub.publish("case", {"id": 2})

    hub.close()
