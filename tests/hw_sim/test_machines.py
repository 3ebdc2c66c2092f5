"""Machines of twins: their ports, and doors and air that are the world's."""

import pytest

from bookcase_fw.codecs import gm65, keypad, panel, r200, wjl
from hw_sim.devices.twin import Twin
from hw_sim.hands import Room, bookcase, kiosk
from hw_sim.world.truth import HandError
from tests.hw_sim.lines import line, small_room
from tests.hw_sim.small import barcode, tag


class Listener:
    """Hears what a twin says by itself."""

    def __init__(self, twin: Twin) -> None:
        self.said = b""
        twin.plug(self._hear, lambda _ms, _call: None)

    def _hear(self, data: bytes) -> None:
        self.said += data


def release(room: Room, door: int) -> None:
    """Release a lock, as the firmware does."""
    bookcase(room, "bc01").lock.feed(wjl.encode(1, "open", door))


async def test_a_bookcase_listens_on_the_ports_of_its_configuration() -> None:
    room = small_room()
    ports = await bookcase(room, "bc01").start()
    antennas = ["reader.1", "reader.2"]
    assert sorted(ports) == ["box", "card", "lock", "panel", *antennas, "scanner"]

    async with line(ports["lock"]) as to_lock, line(ports["reader.2"]) as to_antenna:
        bookcase(room, "bc01").force(2)
        to_lock.send(wjl.encode(1, "read"))
        assert await to_lock.frame(wjl.Decoder()) == wjl.All(1, 0b01)

        to_antenna.send(r200.encode("command", "inventory"))
        notice = await to_antenna.frame(r200.Decoder())
        assert isinstance(notice, r200.Frame)
        assert r200.heard(notice)[0] in (tag(3), tag(4))
    await bookcase(room, "bc01").stop()


async def test_a_kiosk_listens_on_addresses_that_pyserial_opens() -> None:
    room = small_room()

    ports = await kiosk(room, "kx01").start()
    await kiosk(room, "kx01").stop()

    assert sorted(ports) == ["keypad", "printer", "scanner", "tray"]
    assert all(url.startswith("socket://127.0.0.1:") for url in ports.values())


async def test_a_locked_door_does_not_open_and_a_released_one_does() -> None:
    room = small_room()
    with pytest.raises(HandError, match="bc01/1 is locked"):
        bookcase(room, "bc01").pull(1)
    assert not room.world.door("bc01", 1).open

    release(room, door=1)
    bookcase(room, "bc01").pull(1)

    assert room.world.door("bc01", 1).open
    assert not bookcase(room, "bc01").lock.is_shut(1)


async def test_a_jammed_lock_holds_its_door_until_it_is_free() -> None:
    room = small_room()
    bookcase(room, "bc01").jam(1, on=True)
    release(room, door=1)
    with pytest.raises(HandError, match="locked"):
        bookcase(room, "bc01").pull(1)

    bookcase(room, "bc01").jam(1, on=False)
    release(room, door=1)
    bookcase(room, "bc01").pull(1)

    assert room.world.door("bc01", 1).open


def test_the_sensor_of_a_door_and_the_world_stand_alike_unless_it_sticks() -> None:
    room = small_room()
    machine = bookcase(room, "bc01")
    shut = wjl.encode_all(1, 0b11)
    machine.force(1)
    assert machine.lock.feed(wjl.encode(1, "read")) != shut

    machine.stick(1, "shut")
    assert machine.lock.feed(wjl.encode(1, "read")) == shut
    assert room.world.door("bc01", 1).open

    machine.stick(1, "free")
    machine.shut(1)
    machine.spring_open(1)
    assert not machine.lock.is_shut(1)
    assert room.world.door("bc01", 1).sprung


def test_touches_scans_and_keys_are_said_on_their_lines() -> None:
    room = small_room()
    case, desk = bookcase(room, "bc01"), kiosk(room, "kx01")
    screen, scanner, keys = Listener(case.screen), Listener(case.scanner), Listener(desk.keypad)

    case.choose(2)
    case.leave()
    case.scan("SG00000001")
    desk.press("D>*7")

    assert panel.Decoder().feed(screen.said) == [("choose", {"door": 2}), ("leave", {})]
    assert scanner.said == gm65.encode_text("SG00000001")
    assert keypad.Decoder().feed(keys.said) == ["down", "go", "back", "7"]


def test_a_part_that_a_machine_has_not_is_named_with_those_it_has() -> None:
    with pytest.raises(HandError, match="kx01 has no lock; it has tray, scanner, keypad"):
        small_room().machines["kx01"].part("lock")


@pytest.mark.parametrize("door", [0, 3, 99])
def test_a_door_that_is_not_fitted_is_refused(door: int) -> None:
    machine = bookcase(small_room(), "bc01")

    for act in (machine.choose, machine.pull, machine.force, machine.shut):
        with pytest.raises(HandError, match=f"no door bc01/{door}"):
            act(door)


def test_a_world_with_an_open_door_gets_a_lock_board_that_knows_it() -> None:
    room = small_room()
    room.world.open_door("bc01", 2)

    again = type(bookcase(room, "bc01"))("bc01", 2, room.world, room.radio)

    assert not again.lock.is_shut(2)
    assert room.world.at(room.world.places[barcode(1)])
