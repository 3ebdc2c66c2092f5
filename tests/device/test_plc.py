"""The 24-hour return's registers, its driver and its twin, on good and bad lines."""

from bookcase_fw.codecs import modbus, plc
from bookcase_fw.codecs.plc import Event, Head
from bookcase_fw.drivers.conveyor import LOST, Conveyor, ConveyorError
from hw_sim.devices.plc import Return
from hw_sim.plug import plug
from hw_sim.wires import Wire

ENTRY = ["flap_open", "entered", "flap_shut", "weighed", "at_reader"]


class Lab:
    def __init__(self):
        self.now_ms = 1000
        self.twin = Return(lambda: self.now_ms)
        self.wire = Wire(seed=1)
        self.port = plug(self.twin, self.wire)
        self.conveyor = Conveyor(self.port)

    def put_in(self, weight_g: int = 450):
        assert self.twin.open_flap()
        self.twin.put_in(weight_g)

    async def names(self) -> list:
        """Return the names of the events that happened, and take them."""
        events = await self.conveyor.events()
        if events:
            await self.conveyor.take(events[-1].number)
        return [event.name for event in events]

    async def fails(self) -> bool:
        try:
            await self.conveyor.events()
        except ConveyorError:
            return True
        return False


def test_registers_are_read_as_they_were_written():
    head = Head(3, ("flap_locked", "occupied"), 450, (5, 95, 0), 7, 22)
    assert plc.head(plc.encode_head(head)) == head
    for event in (Event(7, "dropped", 2, 1230), Event(65535, "jam", 0, -1)):
        assert plc.event(plc.encode_event(event)) == event


def test_registers_that_make_no_sense_are_none():
    other = modbus.packed([2] + [0] * 17)
    many = modbus.packed([1, 0, 0, 0, 9] + [0] * 13)
    for data in (b"", other, many, other[:-1]):
        assert plc.head(data) is None
    for data in (b"", modbus.packed((1, 99, 0, 0)), modbus.packed((1, 1, 0))):
        assert plc.event(data) is None


def test_every_event_and_order_has_one_number():
    for table in (plc.EVENTS, plc.ORDERS):
        numbers = [row[1] for row in table]
        assert sorted(set(numbers)) == list(range(1, len(table) + 1))
    assert plc.after(1) == 2 and plc.after(65535) == 1


async def test_a_book_is_weighed_read_and_sorted():
    lab = Lab()
    lab.put_in(450)
    assert await lab.names() == ENTRY
    head = await lab.conveyor.head()
    assert head.states == ("occupied",) and head.weight_g == 450

    await lab.conveyor.order("accept", 2)

    (event,) = await lab.conveyor.events()
    assert (event.name, event.value) == ("dropped", 2)
    assert lab.twin.fills == [0, 5, 0] and (await lab.conveyor.head()).states == ()


async def test_each_book_has_its_own_true_time():
    lab = Lab()
    lab.put_in()
    lab.now_ms += 4000
    await lab.conveyor.order("accept", 1)
    lab.put_in()
    lab.now_ms += 2000

    events = await lab.conveyor.events()

    ages = [event.age_ms for event in events if event.name == "entered"]
    assert ages == [6000, 2000]


async def test_events_are_told_again_until_they_are_taken():
    lab = Lab()
    lab.put_in()
    first = await lab.conveyor.events()
    assert await lab.conveyor.events() == first

    await lab.conveyor.take(first[1].number)

    assert await lab.conveyor.events() == first[2:]
    assert await Conveyor(lab.port).events() == first[2:]


async def test_a_foreign_item_is_given_back():
    lab = Lab()
    lab.put_in()
    await lab.names()

    await lab.conveyor.order("give_back")

    assert await lab.names() == ["given_back"]
    assert lab.twin.given_back == 1 and lab.twin.fills == [0, 0, 0]


async def test_two_books_at_once_are_noticed():
    lab = Lab()
    lab.put_in(2600)

    assert "two_books" in await lab.names()


async def test_a_jam_is_told_and_cleared():
    lab = Lab()
    lab.twin.sticks = True
    lab.put_in()
    await lab.names()
    await lab.conveyor.order("accept", 1)
    assert await lab.names() == ["jam"]
    assert "jammed" in (await lab.conveyor.head()).states

    lab.twin.sticks = False
    await lab.conveyor.order("clear")
    await lab.conveyor.order("accept", 1)
    assert await lab.names() == ["jam_cleared", "dropped"]


async def test_a_bin_fills_and_is_emptied():
    lab = Lab()
    lab.twin.fills = [90, 0, 0]
    lab.put_in()
    await lab.names()
    await lab.conveyor.order("accept", 1)
    assert await lab.names() == ["dropped", "bin_full"]

    lab.twin.empty_bin(1)
    assert await lab.names() == ["bin_emptied"]
    assert (await lab.conveyor.head()).fills == (0, 0, 0)


async def test_a_locked_flap_lets_nothing_in():
    lab = Lab()

    await lab.conveyor.order("lock")
    assert not lab.twin.open_flap()

    await lab.conveyor.order("unlock")
    assert lab.twin.open_flap()


async def test_an_order_whose_answer_was_lost_is_done_once():
    lab = Lab()
    lab.put_in()
    lab.put_in()  # Two things lie on the belt: a second accept would be one too many.
    await lab.names()
    await lab.conveyor.head()
    await lab.conveyor.order("lock")
    feed, asked = lab.twin.feed, []
    lab.twin.feed = lambda data: asked.append(feed(data)) or (asked[-1] if asked[1:] else b"")

    await lab.conveyor.order("accept", 1)

    assert len(asked) == 2
    assert await lab.names() == ["dropped"]


async def test_events_that_the_plc_could_not_keep_are_named():
    lab = Lab()
    lab.put_in()
    await lab.names()
    for _time in range(plc.RING_EVENTS + 3):
        lab.twin.reach_in()

    names = await lab.names()

    assert names == [LOST] + ["hand"] * plc.RING_EVENTS
    assert await lab.names() == []


async def test_a_plc_that_started_anew_is_noticed():
    lab = Lab()
    lab.put_in()
    await lab.names()
    lab.twin.power_cut()
    lab.twin.reach_in()

    assert await lab.names() == [LOST, "hand"]
    lab.twin.reach_in()
    assert await lab.names() == ["hand"]
    await lab.conveyor.order("lock")
    assert not lab.twin.open_flap()


async def test_events_go_on_behind_the_last_number():
    lab = Lab()
    lab.twin._last = lab.twin._holding[plc.TAKEN] = 65533
    lab.twin.reach_in()
    assert await lab.names() == ["hand"]

    lab.put_in()
    assert await lab.names() == ENTRY
    assert await lab.names() == []


async def test_a_deaf_plc_is_reported_and_survived():
    lab = Lab()
    lab.put_in()
    lab.twin.deaf = True
    assert await lab.fails()

    lab.twin.deaf = False
    assert await lab.names() == ENTRY


async def test_a_line_that_ended_is_reported():
    lab = Lab()
    lab.port[0].unplug()

    assert await lab.fails()


async def test_wires_that_hurt_one_message_cost_a_retry():
    for fault in ("cut", "garble"):
        lab = Lab()
        lab.put_in()
        setattr(lab.wire, fault, 1)
        assert await lab.names() == ENTRY, fault
        assert lab.wire.fired[fault] == 1


async def test_a_chopped_slow_noisy_line_is_understood():
    lab = Lab()
    lab.wire.chop, lab.wire.delay_ms, lab.wire.noise = True, 50, 3
    lab.put_in()

    assert await lab.names() == ENTRY
    assert lab.conveyor.noise_count > 0


async def test_wrong_checksums_are_as_good_as_silence():
    lab = Lab()
    lab.twin.wrong_checksum = True

    assert await lab.fails()


async def test_a_plc_with_another_table_or_one_that_refuses_is_reported():
    lab = Lab()
    name = "read_input_registers"
    for answer in (
        modbus.encode_data(1, name, modbus.packed([9] * plc.HEAD_SIZE)),
        modbus.encode_refused(1, name, "place"),
    ):
        lab.twin.feed = lambda data, answer=answer: answer
        assert await lab.fails()
