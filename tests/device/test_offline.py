"""A machine that lends by its lists while nobody can be asked."""

from tests.device.lab import OTHER_CARD, READER, Lab
from tests.device.source import Source


async def test_a_machine_fetches_its_lists_and_lends_by_them_offline():
    lab = await _lab_with_lists()
    await lab.until(lambda: not lab.app.offline.lists_wanted)
    lab.service.served = False
    await lab.come()
    assert lab.screen.shown["left"] == 1 and lab.screen.shown["offline"]
    lab.screen.leave()
    await lab.shows("welcome")
    lab.scanner.show(OTHER_CARD)
    await lab.shows("refused")

    assert lab.screen.shown["why"] == "offline"
    await lab.switch_off()


async def test_lists_that_find_no_memory_stop_nothing_and_are_fetched_later():
    lab = await _lab_with_lists()
    full = [1, 2]
    ask = lab.app._list

    async def ask_without_room(text: str):
        if full:
            full.pop()
            raise MemoryError
        return await ask(text)

    lab.app._list = ask_without_room
    await lab.until(lambda: not lab.app.offline.lists_wanted)

    assert not full
    await lab.switch_off()


async def _lab_with_lists() -> Lab:
    lab = Lab()
    await lab.start()
    lab.service.lists = Source({READER: 1}, parts=2)
    policy = {"revision": 4, "loan_days": 30, "limit": 15, "quota": 2, "uptime_h": 72}
    policy |= {"readers": [], "blocked": [], "lists": lab.service.lists.wanted, "parts": 2}
    lab.app.on_want({"revision": 4, "policy": policy}, True)
    return lab
