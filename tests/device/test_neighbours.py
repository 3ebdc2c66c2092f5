"""The neighbour map: learned by staff, kept on flash, and asked when a count is in doubt."""

from bookcase_fw.drivers.kerong import Cu48
from bookcase_fw.neighbours import ASKED_MAX, Neighbours
from bookcase_fw.notes import Notes
from hw_sim.devices import kerong
from hw_sim.flash import Flash
from tests.device.lab import Lab, tag

NUMBERS = tuple(range(1, 11))
NEW = 99


class Columns(Lab):
    """Two columns of five compartments: 3 and 8 stand side by side, with a slot between them."""

    LOCK, BOARD = Cu48, kerong.Cu48

    def __init__(self):
        super().__init__(books=tuple((number,) for number in NUMBERS), second_ms=100000)

    async def put_a_book_into_8_and_count_3_first(self) -> list:
        """Return what the session at 3 says was put there."""
        self.app.on_order(_order("a", "restock", door=3), False)
        await self.until(lambda: self.board.is_released(3))
        self.board.pull_door(3)
        await self.until(lambda: self.app.door(3).state == "open")
        self.put(8, NEW)
        self.leaks = [(3, tag(NEW), -62)]
        self.board.shut_door(3)
        (session,) = await self.facts(1, "session")
        return session["put"]


def _order(order_id: str, op: str, **fields) -> dict:
    order = {"id": order_id, "session": "1.1", "deadline_ms": 10**9, "op": op, "door": 0}
    return order | {"reader": "", "staff": "anna"} | fields


async def test_until_it_is_learned_the_compartments_of_the_next_numbers_are_asked():
    lab = Columns()
    await lab.start()

    assert await lab.put_a_book_into_8_and_count_3_first() == [tag(NEW)]
    await lab.switch_off()


async def test_a_book_in_the_next_column_is_not_taken_for_ours_also_after_a_restart():
    lab = Columns()
    await lab.start()
    lab.leaks = [(8, tag(3), -66)]
    lab.app.on_order(_order("l", "learn"), False)
    (outcome,) = await lab.facts(1, "outcome")
    assert outcome["found"] == [{"part": "reader.8", "ok": True, "text": "3: -66 dBm"}]
    await lab.switch_off()
    await lab.start()

    assert await lab.put_a_book_into_8_and_count_3_first() == []
    await lab.switch_off()


def _map() -> tuple:
    flash = Flash(7, 2048)
    return flash, Neighbours(Notes(flash), NUMBERS)


def test_who_is_heard_best_is_asked_first_and_it_holds_both_ways():
    flash, neighbours = _map()
    neighbours.learn(3, {8: -64, 2: -70, 7: -72})
    neighbours.learn(9, {3: -61})

    again = Neighbours(Notes(flash.restarted()), NUMBERS)
    for kept in (neighbours, again):
        assert kept.of(3) == [9, 8, 2, 7] and kept.of(8) == [3, 7, 9]
        assert kept.of(1) == [2] and kept.of(10) == [9]


def test_no_more_are_asked_than_somebody_has_patience_for():
    _flash, neighbours = _map()
    neighbours.learn(5, {number: -70 + number for number in (1, 2, 3, 7, 8, 9)})

    assert neighbours.of(5) == [9, 8, 7, 3] and len(neighbours.of(5)) == ASKED_MAX


def test_what_is_learned_anew_replaces_what_was_heard_and_nothing_is_written_twice():
    flash, neighbours = _map()
    neighbours.learn(3, {8: -64})
    operations = flash.operations
    neighbours.learn(3, {8: -64})
    assert flash.operations == operations
    neighbours.learn(3, {})

    assert neighbours.of(3) == [2, 4] and neighbours.of(8) == [7, 9]
