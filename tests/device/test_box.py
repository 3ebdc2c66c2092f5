"""Climate, clock, contacts and signals of the box."""

import binascii

from bookcase_fw.codecs import ds3231, sht3x
from bookcase_fw.codecs.sht3x import Climate
from bookcase_fw.drivers.box import BoxClock, BoxError, ClimateSensor
from bookcase_fw.tables import inputs, signals
from hw_sim.devices.i2c import Bus, Clock, Sensor

# Source: the registers as the data sheet draws them; the values are of our own making, and the
# times those of the `date` command.
TIMES = (
    # registers                Unix seconds
    ("00 00 00 06 01 01 00", 946684800),
    ("56 34 12 06 21 11 26", 1795264496),
    ("59 59 23 04 29 02 24", 1709251199),
    ("00 00 00 05 01 03 24", 1709251200),
    ("00 00 00 05 01 81 00", 4102444800),
)
NO_TIMES = (
    "60 00 00 01 01 01 00",
    "5a 00 00 01 01 01 00",
    "00 00 24 01 01 01 00",
    "00 00 41 01 01 01 00",
    "00 00 00 01 30 02 24",
    "00 00 00 01 29 02 23",
    "00 00 00 01 00 01 00",
    "00 00 00 01 01 13 00",
    "00 00 00 01 01 00 00",
    "00 00 00 01 01 01",
)


def _bytes(text: str) -> bytes:
    return binascii.unhexlify(text.replace(" ", ""))


async def fails(act) -> bool:
    try:
        await act()
    except BoxError:
        return True
    return False


def test_the_crc_of_the_data_sheet():
    assert sht3x.crc8(b"\xbe\xef") == 0x92


def test_the_ends_of_the_scale():
    for raw, climate in (
        (b"\x00\x00", Climate(-4500, 0)),
        (b"\xff\xff", Climate(13000, 1000)),
        (b"\x66\x66", Climate(2500, 400)),
    ):
        part = raw + bytes((sht3x.crc8(raw),))
        assert sht3x.decode(part + part) == climate


def test_a_climate_is_read_as_it_was_written():
    for climate in (Climate(2150, 450), Climate(-1234, 999), Climate(6001, 0)):
        assert sht3x.decode(sht3x.encode(climate)) == climate


def test_a_wrong_bit_or_a_cut_answer_is_no_climate():
    whole = sht3x.encode(Climate(2150, 450))
    for bit in range(48):
        data = bytearray(whole)
        data[bit // 8] ^= 1 << bit % 8
        assert sht3x.decode(bytes(data)) is None
    assert sht3x.decode(whole[:5]) is None


async def test_the_climate_is_measured():
    sensor = Sensor()
    sensor.climate = Climate(3520, 812)

    assert await ClimateSensor(Bus({0x44: sensor})).measure() == Climate(3520, 812)


async def test_a_sensor_that_is_hurt_costs_a_retry_and_a_dead_one_is_reported():
    sensor = Sensor()
    driver = ClimateSensor(Bus({0x44: sensor}))
    sensor.garbled = 2
    assert await driver.measure() == sensor.climate

    sensor.deaf = True
    assert await fails(driver.measure)
    assert await fails(ClimateSensor(Bus({})).measure)

    sensor.deaf = False
    assert await driver.measure() == sensor.climate


def test_times_of_the_clock():
    for text, unix_s in TIMES:
        assert ds3231.decode(_bytes(text)) == unix_s, text
        assert ds3231.encode(unix_s) == _bytes(text), text
    for text in NO_TIMES:
        assert ds3231.decode(_bytes(text)) is None, text


def test_every_day_of_four_years_comes_back():
    for day in range(1462):
        unix_s = 1704067200 + day * 86400 + day * 59 % 86400
        assert ds3231.decode(ds3231.encode(unix_s)) == unix_s


def test_the_clock_runs_without_power_and_says_when_it_stood():
    twin = Clock()
    clock = BoxClock(Bus({0x68: twin}))
    assert clock.read() == 0

    clock.set(1795264496)
    twin.pass_s(3600)
    assert clock.read() == 1795264496 + 3600

    twin.lose_battery()
    assert clock.read() == 0


async def test_a_dead_clock_is_reported_and_survived():
    twin = Clock(1795264496)
    clock = BoxClock(Bus({0x68: twin}))

    async def read():
        clock.read()

    async def put():
        clock.set(1795264496)

    twin.deaf = True
    assert await fails(read) and await fails(put)
    twin.deaf = False
    assert clock.read() == 1795264496


def test_a_contact_is_believed_when_it_held_long_enough():
    contacts = inputs.Inputs()
    well = dict.fromkeys(inputs.NAMES, True)
    assert contacts.step(0, well) == []

    assert contacts.step(10, well | {"tamper": False}) == []
    assert contacts.step(40, well) == []
    assert contacts.step(50, well | {"tamper": False}) == []
    assert contacts.step(100, well | {"tamper": False}) == [("tamper", True)]
    assert contacts.step(101, well | {"tamper": False}) == []
    assert contacts.on == ("tamper",)

    assert contacts.step(200, well) == []
    assert contacts.step(10199, well) == []
    assert contacts.step(10200, well) == [("tamper", False)]
    assert contacts.on == ()


def test_a_power_cut_is_told_within_five_milliseconds():
    contacts = inputs.Inputs()

    assert contacts.step(1000, {"power": False}) == []
    assert contacts.step(1005, {"power": False}) == [("power", True)]


def test_contacts_that_are_not_fitted_are_silent():
    contacts = inputs.Inputs()

    assert contacts.step(0, {}) == contacts.step(99999, {}) == []


def test_a_signal_plays_its_steps_and_ends():
    assert signals.at("open", 0) == ("green", 660, 120)
    assert signals.at("open", 130) == ("green", 880, 110)
    assert signals.at("open", 1000) == ("green", 0, 1240)
    assert signals.at("open", 2240) == ("off", 0, 0)
    assert signals.at("again", 501) == ("blue", 660, 149)
    assert signals.at("alarm", 1000000) == ("red", 988, 500)


def test_no_signal_flashes_more_than_twice_a_second():
    for name, _repeats, steps in signals.SIGNALS:
        dark = [ms for ms, light, _tone in steps if light == signals.OFF]
        assert not dark or sum(ms for ms, _light, _tone in steps) >= 500 * len(dark), name
