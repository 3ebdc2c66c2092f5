"""A glass case: one door before three shelves with an antenna each."""

from hw_sim.devices import r200
from tests.device.lab import Lab, tag

SHELVES = 3


class Glass(Lab):
    """Book n stands on shelf n mod 3 + 1 until it is moved."""

    FIELDS = {"machine": "glass", "antennas": [SHELVES], "capacity": 48}

    def __init__(self, **timings):
        super().__init__(books=(range(1, 10),), **timings)
        self.moved = {}  # Tag -> shelf.
        self.outside = []  # Tags in hands before the glass: each antenna hears one in four rounds.
        self._rounds = 0
        shelves = range(1, SHELVES + 1)
        self.antennas = [r200.Reader(lambda at=at: self._on_shelf(at)) for at in shelves]

    def _on_shelf(self, shelf: int) -> list:
        self._rounds += 1
        heard = [name for name, _dbm in self._hear(0) if self._shelf(name) == shelf]
        faint = [name for n, name in enumerate(self.outside) if (self._rounds + n) % 4 == 0]
        return [(name, -52) for name in heard] + [(name, -70) for name in faint]

    def _shelf(self, name: str) -> int:
        return self.moved.get(name, int(name[-6:]) % SHELVES + 1)


async def test_two_books_are_taken_from_two_shelves():
    case = Glass()
    await case.start()
    await case.until(lambda: case.service.state["stock"][0]["shelves"] == [3, 3, 3], "the shelves")
    case.scanner.show("SG00000012")
    await case.until(lambda: case.board.is_released(1), "the lock")  # One door needs no choice.
    case.board.pull_door(1)
    await case.shows("open")
    case.take(1, 1, 2)
    case.outside = [tag(1), tag(2)]
    await case.shut(1)

    (session,) = case.service.sessions
    assert session["took"] == [tag(1), tag(2)] and session["door"] == 1
    assert case.screen.shown["machine"] == "glass"
    await case.until(lambda: case.service.state["stock"][0]["shelves"] == [3, 2, 2], "the shelves")
    await case.switch_off()


async def test_a_book_put_on_another_shelf_was_not_taken():
    case = Glass()
    await case.start()
    case.board.force_door(1)
    await case.shows("open")
    case.moved[tag(4)] = 3
    case.board.shut_door(1)

    (session,) = await case.facts(1, "session")
    assert session["took"] == [] and session["put"] == [] and session["unsure"] == []
    await case.settled()
    await case.until(lambda: case.service.state["stock"][0]["shelves"] == [3, 2, 4], "the shelves")
    await case.switch_off()


async def test_a_dead_shelf_lends_nothing_and_comes_back():
    case = Glass()
    await case.start()
    case.antennas[2].deaf = True
    await case.until(lambda: case.service.state["faults"] == ["reader.3"], "the fault")
    case.scanner.show("SG00000012")
    await case.shows("choose")
    assert case.screen.shown["doors"] == []

    case.antennas[2].deaf = False
    await case.until(lambda: case.service.state["faults"] == [], "the recovery")
    await case.switch_off()
