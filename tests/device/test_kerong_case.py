"""A bookcase whose lock board is a CU48: the same journeys."""

from bookcase_fw.drivers.kerong import Cu48
from hw_sim.devices import kerong
from tests.device.lab import Lab, tag


class Bookcase(Lab):
    LOCK, BOARD = Cu48, kerong.Cu48


async def test_a_bookcase_with_a_kerong_board_lends_a_book():
    case = Bookcase()
    await case.start()
    await case.come()
    await case.open(1)
    case.take(1, 2)
    await case.shut(1)

    (session,) = case.service.sessions
    assert session["took"] == [tag(2)] and session["end"] == "shut"
    await case.switch_off()


async def test_a_kerong_board_that_dies_stops_lending_and_comes_back():
    case = Bookcase()
    await case.start()
    case.board.deaf = True
    await case.until(lambda: "lock" in case.service.state.get("faults", []), "the fault")

    case.board.deaf = False
    await case.until(lambda: "lock" not in case.service.state["faults"], "the recovery")
    await case.come()
    await case.open(2)
    await case.switch_off()
