"""A visit that nobody touches: it warns before it ends, and any touch goes on with it."""

from tests.device.lab import Lab


async def test_a_visit_warns_and_ends():
    lab = Lab(choose_ms=30, stay_ms=200)
    await lab.start()
    await lab.come()
    await lab.until(lambda: lab.screen.shown["stay_s"] > 0, "the warning")
    assert lab.screen.shown["screen"] == "choose"

    await lab.shows("welcome")
    assert lab.screen.shown["stay_s"] == 0
    await lab.switch_off()


async def test_a_touch_goes_on_with_it():
    lab = Lab(choose_ms=30, stay_ms=2000)
    await lab.start()
    await lab.come()
    await lab.until(lambda: lab.screen.shown["stay_s"] > 0, "the warning")
    lab.screen.stay()
    await lab.until(lambda: lab.screen.shown["stay_s"] == 0, "the end of the warning")
    assert lab.screen.shown["screen"] == "choose"

    await lab.open(1)
    await lab.shut(1)
    assert lab.service.sessions[0]["end"] == "shut"
    await lab.switch_off()
