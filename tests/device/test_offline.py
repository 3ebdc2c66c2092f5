"""A machine that lends by its lists while nobody can be asked."""

from tests.device.lab import OTHER_CARD, READER, Lab
from tests.device.source import Source


async def test_a_machine_fetches_its_lists_and_lends_by_them_offline():
    lab = Lab()
    await lab.start()
    lab.service.lists = Source({READER: 1}, parts=2)
    policy = {"revision": 4, "loan_days": 30, "limit": 15, "quota": 2, "uptime_h": 72}
    policy |= {"readers": [], "blocked": [], "lists": lab.service.lists.wanted, "parts": 2}
    lab.app.on_want({"revision": 4, "policy": policy}, True)
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
