"""The firmware's uplink where there is no server at all: it tries again, stops, and tells bugs."""

from bookcase_fw.uplink import Uplink

TIMINGS = {"pause_ms": 10, "pause_max_ms": 10}


class Clock:
    """Goes on a little with every look at it."""

    boot = 1

    def __init__(self):
        self._now_ms = 0

    def uptime_ms(self) -> int:
        self._now_ms += 1
        return self._now_ms


class Journal:
    id, last, acked = "00000001", 0, 0


def uplink_with(connect, lines: list) -> Uplink:
    return Uplink(
        connect=connect,
        clock=Clock(),
        log=lines.append,
        device="bc01",
        key=bytes(32),
        journal=Journal(),
        dice=lambda n: n - 1,
        timings=TIMINGS,
    )


async def test_a_server_that_is_away_is_tried_again_until_the_stop():
    lines, attempts = [], []

    async def connect():
        attempts.append(uplink.session)
        if len(attempts) == 3:
            uplink.stop()
        raise OSError(111)

    uplink = uplink_with(connect, lines)
    await uplink.run()

    assert attempts == ["1.1", "1.2", "1.3"]
    assert len(lines) == 2 and "no connection" in lines[0]


async def test_without_service_an_ask_is_nothing_at_once():
    async def connect():
        raise OSError(111)

    assert await uplink_with(connect, []).ask("account", reader="r") is None


async def test_a_mistake_in_the_program_ends_the_run():
    async def connect():
        raise KeyError("wiring")

    try:
        await uplink_with(connect, []).run()
    except KeyError:
        return
    raise AssertionError
