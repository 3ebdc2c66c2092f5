"""A 24-hour return: what people put in, what the belt does, what is on record at which time."""

from bookcase_fw.drivers.conveyor import Conveyor
from bookcase_fw.drivers.uhfreader import UhfReader
from hw_sim.devices import plc, r200
from tests.device.lab import Lab, now_ms, opener, tag

BOOK_G = 450


class Slot(Lab):
    """`drop` puts a book in; `lying` are the tags on the belt."""

    FIELDS = {
        "machine": "return",
        "doors": 0,
        "fitted": [],
        "bins": [[3, "doubt", ""], [2, "shelf", "I"], [1, "rest", ""]],
    }

    def __init__(self, **timings):
        super().__init__(books=(), **({"belt_ms": 200} | timings))
        self.plc = plc.Return(now_ms, bins=3)
        self.lying = []
        self.near = []  # (tag, dBm): what the reader hears beside the belt.
        self.reader = r200.Reader(self._over_belt)
        self.books = {}  # Tag -> what the service says of it beyond the usual.
        self.service.reply = self._reply

    def openers(self) -> dict:
        return {
            "belt": opener(self.plc, Conveyor),
            "reader.1": opener(self.reader, UhfReader),
        }

    async def begin(self):
        self.switch_on()
        await self.shows("put_in")

    def drop(self, *numbers: int, weight_g: int = BOOK_G):
        """Put books in together."""
        assert self.plc.open_flap()
        self.lying = [tag(number) for number in numbers]
        self.plc.put_in(weight_g)

    async def returned(self, *numbers: int):
        """Drop books one after the other and wait until each is told."""
        for number in numbers:
            self.drop(number)
            name = [tag(number)]
            await self.until(lambda name=name: self.screen.shown["put"] == name, "returned")
            self.lying = []
            await self.until(lambda: not self.plc.is_locked, "the flap")

    def _over_belt(self) -> list:
        return [(name, -45) for name in self.lying] + self.near

    def _reply(self, ask: dict) -> dict:
        books = [self._book(name) | self.books.get(name, {}) for name in ask["tags"]]
        return {"id": "1.1", "ok": True, "books": books}

    def _book(self, name: str) -> dict:
        return {"tag": name, "ok": True, "why": "", "barcode": "MH" + name[-8:], "class": "K1"}


async def test_three_books_one_after_the_other():
    slot = Slot()
    await slot.begin()
    await slot.returned(1, 2, 3)

    facts = await slot.facts(3, "returned")
    assert [fact["tag"] for fact in facts] == [tag(1), tag(2), tag(3)]
    assert [fact["bin"] for fact in facts] == [1, 1, 1] and slot.plc.fills == [15, 0, 0]
    assert slot.screen.shown["count"] == 3
    await slot.until(lambda: slot.service.state["bins"] == [15, 0, 0], "the bins")
    await slot.shows("put_in")
    assert slot.screen.shown["count"] == 0
    await slot.switch_off()


async def test_a_book_is_sorted_by_its_shelf_and_one_that_is_wanted_by_the_rest():
    slot = Slot()
    slot.books[tag(2)] = {"class": "I247"}
    await slot.begin()
    await slot.returned(1, 2)

    assert [fact["bin"] for fact in await slot.facts(2, "returned")] == [1, 2]
    await slot.switch_off()


async def test_what_is_not_ours_goes_out_again():
    slot = Slot()
    slot.books[tag(9)] = {"barcode": "", "ok": False, "why": "unknown_tag"}
    await slot.begin()
    slot.drop(9)
    await slot.shows("given_back")
    assert slot.screen.shown["why"] == "unknown_tag"
    await slot.shows("put_in")

    assert slot.plc.given_back == 1 and slot.service.kinds("returned") == []
    await slot.switch_off()


async def test_two_books_at_once_and_a_book_without_a_chip_go_out_again():
    slot = Slot()
    await slot.begin()
    for numbers, weight_g, why in (((1, 2), 900, "two_things"), ((), 400, "no_chip")):
        slot.drop(*numbers, weight_g=weight_g)
        await slot.shows("given_back")
        assert slot.screen.shown["why"] == why
        await slot.shows("put_in")
    slot.drop(1, weight_g=3000)  # The other one's chip is not heard.
    await slot.shows("given_back")

    assert slot.screen.shown["why"] == "two_things" and slot.service.kinds("returned") == []
    await slot.switch_off()


async def test_a_book_in_hands_before_the_flap_is_not_on_the_belt():
    slot = Slot()
    slot.near = [(tag(7), -66)]
    await slot.begin()
    await slot.returned(1)

    (fact,) = await slot.facts(1, "returned")
    assert fact["tag"] == tag(1)
    await slot.switch_off()


async def test_offline_a_book_is_taken_unasked():
    slot = Slot()
    await slot.begin()
    slot.service.served = False
    await slot.returned(1)
    slot.service.served = True
    slot.service.kick()

    assert [fact["tag"] for fact in await slot.facts(1, "returned")] == [tag(1)]
    await slot.switch_off()


async def test_a_jam_shuts_the_flap_until_staff_have_cleared_it():
    slot = Slot()
    await slot.begin()
    slot.plc.sticks = True
    slot.drop(1)
    await slot.shows("shut")
    assert slot.screen.shown["why"] == "jam"
    await slot.until(lambda: slot.plc.is_locked, "the lock")
    await slot.until(lambda: slot.service.state["faults"] == ["jam"], "the fault")
    assert len(slot.service.kinds("returned")) == 1  # The reader has let go of it.

    slot.plc.sticks = False
    slot.plc.clear()
    await slot.shows("returned")
    assert len(slot.service.kinds("returned")) == 1 and slot.plc.fills[0] == 5
    assert slot.service.state["faults"] == []
    await slot.switch_off()


async def test_full_bins_shut_the_flap_and_one_full_bin_does_not():
    slot = Slot()
    slot.plc.fills = [95, 0, 0]
    await slot.begin()
    await slot.until(lambda: slot.service.state.get("faults") == ["bin.1"], "the fault")
    slot.drop(1)
    await slot.shows("given_back")
    assert slot.screen.shown["why"] == "bins_full"
    slot.lying = []
    slot.plc.fills = [95, 95, 100]
    await slot.until(lambda: slot.screen.shown["why"] == "bins_full", "shut")
    await slot.shows("shut")
    await slot.until(lambda: slot.plc.is_locked, "the lock")

    slot.plc.empty_bin(1)
    await slot.shows("put_in")
    await slot.until(lambda: not slot.plc.is_locked, "the flap")
    await slot.switch_off()


async def test_a_dead_plc_and_a_dead_reader_shut_the_flap_and_come_back():
    slot = Slot()
    await slot.begin()
    for part, twin in (("belt", slot.plc), ("reader.1", slot.reader)):
        if twin is slot.reader:
            await slot.until(lambda: not slot.plc.is_locked, "the flap")
            slot.drop(1)
        twin.deaf = True
        await slot.until(lambda name=part: name in slot.service.state["faults"], part)
        await slot.shows("shut")
        twin.deaf = False
        await slot.until(lambda: slot.service.state["faults"] == [], "the recovery")
        await slot.shows("put_in" if twin is slot.plc else "returned")

    (fact,) = await slot.facts(1, "returned")
    assert fact["tag"] == tag(1)
    await slot.switch_off()


async def test_the_emergency_stop_shuts_it_until_it_is_released():
    slot = Slot()
    await slot.begin()
    slot.plc.stop(True)
    await slot.shows("shut")
    slot.plc.stop(False)

    await slot.shows("put_in")
    await slot.switch_off()


async def test_a_book_that_came_in_while_nobody_could_look_has_its_own_time():
    slot = Slot()
    await slot.begin()
    slot.reader.deaf = True
    before_ms = slot.app.clock.uptime_ms()
    slot.drop(1)
    await slot.shows("shut")
    after_ms = slot.app.clock.uptime_ms()
    slot.reader.deaf = False
    await slot.facts(1, "returned")

    (envelope,) = [fact for fact in slot.service.facts if fact["k"] == "returned"]
    assert before_ms - 20 <= envelope["u"] <= after_ms
    await slot.switch_off()


async def test_a_power_cut_with_a_book_on_the_belt_loses_and_doubles_nothing():
    slot = Slot()
    await slot.begin()
    slot.plc.sticks = True
    slot.drop(1)
    await slot.facts(1, "returned")
    await slot.switch_off()
    slot.plc.sticks = False
    slot.plc.clear()
    slot.switch_on()
    await slot.until(lambda: slot.plc.fills[0] == 5, "the bin")

    assert len(slot.service.kinds("returned")) == 1
    await slot.until(lambda: not slot.plc.is_locked, "the flap")
    slot.drop(2)
    await slot.switch_off()
    slot.switch_on()
    facts = await slot.facts(2, "returned")
    assert [fact["tag"] for fact in facts] == [tag(1), tag(2)]
    await slot.switch_off()
