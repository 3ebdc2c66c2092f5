"""What else a machine has: a card reader for chips, climate, contacts, clock, lamp."""

from bookcase_fw import sign
from bookcase_fw.codecs.sht3x import Climate
from tests.device.fitted import START_S, Fitted
from tests.device.lab import DISTRICT_KEY, tag

UID = b"\x04\xa1\xb2\xc3"
HOT, WARM, WELL = Climate(6100, 300), Climate(5700, 300), Climate(5400, 300)


async def test_a_card_on_the_card_reader_opens_a_door_and_the_fact_says_chip():
    lab = Fitted()
    await lab.start()
    lab.cards.lay(UID)
    await lab.shows("choose")
    await lab.open(1)
    lab.take(1, 1)
    await lab.shut(1)

    (session,) = lab.service.sessions
    assert session["how"] == "chip" and session["took"] == [tag(1)]
    assert session["reader"] == sign.pseudonym(DISTRICT_KEY, "04A1B2C3")
    await lab.switch_off()


async def test_a_card_whose_number_has_another_form_is_refused_in_words():
    lab = Fitted()
    await lab.start()
    lab.cards.lay(b"\x04\xa1\xb2\xc3\xd4\xe5\xf6")
    await lab.shows("refused")

    assert lab.screen.shown["why"] == "unknown_card" and lab.service.asked == []
    await lab.switch_off()


async def test_a_dead_card_reader_leaves_the_scanner_and_comes_back():
    lab = Fitted()
    await lab.start()
    lab.cards.deaf = True
    await lab.faults("card")
    await lab.come()
    lab.screen.leave()
    await lab.shows("welcome")
    lab.cards.deaf = False

    await lab.faults()
    texts = [fact["on"] for fact in lab.service.kinds("fault") if fact["part"] == "card"]
    assert texts == [True, False]
    await lab.switch_off()


async def test_above_sixty_degrees_nothing_is_lent_and_returns_go_on():
    lab = Fitted()
    await lab.start()
    lab.sensor.climate = HOT
    await lab.faults("heat")
    assert not lab.service.state["lends"]
    await lab.until(lambda: lab.screen.shown["dim"], "the dim screen")

    await lab.come()
    assert lab.screen.shown["left"] == 0 and lab.screen.shown["why"] == "alarm"
    await lab.open(1)
    lab.put(1, 20)
    await lab.shut(1)

    assert lab.service.sessions[0]["put"] == [tag(20)]
    lab.sensor.climate = WARM  # Not yet well.
    lab.screen.leave()
    await lab.shows("welcome")
    assert lab.screen.shown["dim"]
    lab.sensor.climate = WELL
    await lab.faults()
    await lab.until(lambda: not lab.screen.shown["dim"], "the light")
    await lab.switch_off()


async def test_water_rings_and_a_box_that_was_opened_rings_and_lends():
    lab = Fitted(climate_ms=100000)
    await lab.start()
    lab.open_contacts = ["tamper"]
    await lab.faults("tamper")
    await lab.until(lambda: ("red", 988) in lab.lamp, "the alarm")
    assert lab.service.state["lends"]

    lab.open_contacts = ["water"]
    await lab.until(lambda: "water" in lab.service.state["faults"], "water")
    assert not lab.service.state["lends"]
    await lab.switch_off()


async def test_without_mains_no_door_opens():
    lab = Fitted()
    await lab.start()
    lab.open_contacts = ["power"]
    await lab.faults("mains")
    lab.cards.lay(UID)
    await lab.shows("refused")

    assert lab.screen.shown["why"] == "alarm" and not lab.service.state["lends"]
    await lab.switch_off()


async def test_a_dead_climate_sensor_is_a_fault_and_no_alarm():
    lab = Fitted()
    await lab.start()
    await lab.until(lambda: "celsius_100" in lab.app.health(), "the climate")
    assert lab.app.health()["humidity_10"] == 450
    lab.sensor.deaf = True
    await lab.faults("climate")

    assert lab.service.state["lends"] and "celsius_100" not in lab.app.health()
    lab.sensor.deaf = False
    await lab.faults()
    await lab.switch_off()


async def test_the_clock_in_the_box_is_set_by_the_services_time():
    lab = Fitted()
    await lab.start()
    lab.app.clock.learn((START_S + 100) * 1000)
    lab.app.on_served(True)

    await lab.until(lambda: lab.now_s() >= START_S + 100, "the clock")
    lab.clock.deaf = True
    lab.app.on_served(True)
    await lab.faults("clock")
    await lab.switch_off()


async def test_light_and_sound_say_what_the_screen_says():
    lab = Fitted()
    await lab.start()
    lab.cards.lay(UID)
    await lab.shows("choose")
    await lab.open(1)
    await lab.shut(1)

    await lab.until(lambda: ("green", 1320) in lab.lamp, "done")
    lights = [light for light, _tone in lab.lamp]
    assert lights.index("white") < lights.index("blue") < lights.index("green")
    await lab.switch_off()
