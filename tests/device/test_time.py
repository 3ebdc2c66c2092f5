"""What the journal says of the time: with a clock in the box, without one, and when it jumps."""

from bookcase_fw.wire import CLOCK_NONE, CLOCK_RTC, CLOCK_SYNCED
from tests.device.fitted import START_S, Fitted
from tests.device.lab import READER, Lab, tag

NOW_MS = START_S * 1000
DAY_MS = 86400000
SOON_MS = 60000  # No test takes so long.


async def _visit(lab: Lab, *, take: int = 0, while_open=None) -> dict:
    """Go through a visit; return the record of its session with its envelope."""
    count = len(lab.service.sessions)
    await lab.come()
    await lab.open(1)
    if take:
        lab.take(1, take)
    if while_open:
        while_open()
    await lab.shut(1)
    lab.screen.leave()
    await lab.shows("welcome")
    await lab.facts(count + 1, "session")
    return [fact for fact in lab.service.facts if fact["k"] == "session"][-1]


def _is_now(time_ms: int) -> bool:
    return NOW_MS <= time_ms < NOW_MS + SOON_MS


async def test_a_machine_that_was_never_told_the_time_says_so_and_not_1970():
    lab = Lab()
    await lab.start()
    first = await _visit(lab, take=1)
    lab.app.clock.learn(NOW_MS)
    second = await _visit(lab, take=2)

    assert (first["t"], first["q"]) == (0, CLOCK_NONE)
    assert _is_now(second["t"]) and second["q"] == CLOCK_SYNCED and second["u"] > first["u"]
    await lab.switch_off()


async def test_without_the_time_nobody_is_told_a_day_that_is_made_up():
    lab = Lab()
    await lab.start()
    lab.service.served = False
    policy = {"revision": 3, "loan_days": 30, "limit": 15, "quota": 2, "uptime_h": 72}
    policy |= {"readers": [READER], "blocked": []}
    lab.app.on_want({"revision": 3, "policy": policy}, True)
    await lab.come()
    assert lab.screen.shown["left"] == 2 and lab.screen.shown["due"] == 0
    lab.screen.leave()
    await lab.shows("welcome")
    lab.app.clock.learn(NOW_MS)
    await lab.come()

    assert lab.screen.shown["due"] == 20261221
    await lab.switch_off()


async def test_a_clock_in_the_box_dates_the_first_record_before_anybody_is_reached():
    lab = Fitted()
    lab.service.served = False
    await lab.start(counted=False)
    await lab.until(lambda: lab.app.journal.last > 0)
    lab.service.served = True
    lab.service.kick()

    first = lab.service.facts[0]
    assert _is_now(first["t"]) and first["q"] == CLOCK_RTC
    await lab.switch_off()


async def test_a_clock_that_stood_still_is_not_believed_until_it_was_set():
    lab = Fitted()
    lab.clock.lose_battery()
    await lab.start()
    before = await _visit(lab)
    lab.app.clock.learn(NOW_MS)
    lab.app.on_served(True)
    await lab.until(lambda: lab.now_s() >= START_S, "the clock is set")
    await lab.switch_off()
    lab.clock.pass_s(3600)
    lab.switch_on()
    await lab.shows("welcome")
    after = await _visit(lab)

    assert (before["t"], before["q"], before["b"]) == (0, CLOCK_NONE, 1)
    assert _is_now(after["t"] - 3600000) and (after["q"], after["b"]) == (CLOCK_RTC, 2)
    await lab.switch_off()


async def test_a_clock_that_is_dead_at_the_start_stops_nothing():
    lab = Fitted()
    lab.clock.deaf = True
    await lab.start()
    session = await _visit(lab, take=1)
    assert session["q"] == CLOCK_NONE and session["d"]["took"] == [tag(1)]
    lab.app.clock.learn(NOW_MS)
    lab.app.on_served(True)

    await lab.faults("clock")
    await lab.switch_off()


async def test_a_time_that_jumps_ahead_ends_no_wait_and_makes_no_policy_old():
    lab = Lab()
    await lab.start()
    policy = {"revision": 3, "loan_days": 30, "limit": 15, "quota": 2, "uptime_h": 72}
    lab.app.on_want({"revision": 3, "policy": policy | {"readers": [], "blocked": []}}, True)
    lab.app.clock.learn(NOW_MS)
    session = await _visit(lab, while_open=lambda: lab.app.clock.learn(NOW_MS + 400 * DAY_MS))

    assert _is_now(session["t"] - 400 * DAY_MS)
    assert not session["d"]["left_open"] and session["d"]["open_ms"] < SOON_MS
    assert lab.app.offline.lends and lab.app.visit.idle
    await lab.switch_off()


async def test_a_time_that_jumps_back_stands_still_and_the_order_stays():
    lab = Lab()
    await lab.start()
    lab.app.clock.learn(NOW_MS)
    first = await _visit(lab)
    second = await _visit(lab, while_open=lambda: lab.app.clock.learn(NOW_MS - DAY_MS))
    await lab.switch_off()
    lab.switch_on()
    await lab.shows("welcome")
    lab.app.clock.learn(NOW_MS - DAY_MS)
    third = await _visit(lab)

    assert first["t"] <= second["t"] and first["u"] < second["u"]
    assert _is_now(second["t"]) and _is_now(third["t"] + DAY_MS)
    assert first["n"] < second["n"] < third["n"] and second["b"] < third["b"]
    await lab.switch_off()
