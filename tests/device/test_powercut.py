"""The power is cut at every flash operation of a door session; what was begun is finished."""

import sys

from hw_sim.flash import PowerCut
from tests.device.lab import READER, Lab, tag

QUICK = {"second_ms": 15, "rebound_ms": 10, "done_ms": 30, "tend_ms": 20, "opening_ms": 40}
WAYS = (
    # done of the operation  unsynced writes dropped  served  the door is shut in the dark  taken
    ("nothing", True, True, True, 2),
    ("half", False, False, False, 2),
    ("all", True, True, False, 13),
)


# More than a session has; the last one proves it.  Each is a test, so that each has a fresh loop.
OPERATIONS = 18


def _test(operation: int, way: tuple):
    async def test():
        uncut = await _cut_at(operation, *way)
        assert uncut == (operation == OPERATIONS) or 10 < operation < OPERATIONS

    return test


for number in range(1, OPERATIONS + 1):
    for row in WAYS:
        name = "test_a_session_cut_at_operation_%d_%s_done" % (number, row[0])
        setattr(sys.modules[__name__], name, _test(number, row))


async def _cut_at(
    operation: int, tear: str, drops: bool, served: bool, dark: bool, count: int
) -> bool:
    """Live a session with a cut at an operation of the flash; return whether it was never cut."""
    taken = tuple(range(1, count + 1))
    lab = Lab((taken + (31,), (32, 33)), **QUICK)
    await lab.start()
    lab.service.served = served
    lab.flash.tear, lab.flash.drops_unsynced = tear, drops
    lab.flash.cut_at = lab.flash.operations + operation
    try:
        await _borrow(lab, taken)
        await lab.settled()
    except PowerCut:
        pass
    uncut, confirmed = not lab.flash.dead, lab.app.journal.last
    await lab.switch_off()
    if dark:
        lab.board.shut_door(1)
    await _start_again(lab)
    assert len(lab.service.facts) >= confirmed, (operation, tear)
    _check_ledger(lab, taken, (operation, tear))
    return uncut


async def _borrow(lab: Lab, taken: tuple):
    lab.app.on_want({"revision": 1, "policy": POLICY}, True)
    await lab.come()
    await lab.open(1)
    lab.take(1, *taken)
    lab.board.shut_door(1)
    await lab.shows("done")


async def _start_again(lab: Lab):
    lab.service.served = True
    lab.switch_on()
    await lab.shows("welcome")
    await lab.until(lambda: lab.app.door(1).state in ("open", "shut", "pending"))
    lab.board.shut_door(1)
    await lab.settled()
    await lab.switch_off()


def _check_ledger(lab: Lab, taken: tuple, where: tuple):
    """What the facts say is inside is inside; each copy was taken at most once, by its reader."""
    inside, took, names, parts = [], [], [], {}
    for fact in lab.service.facts:
        body = fact["d"]
        if fact["k"] == "part":
            parts[body["id"]] = parts.get(body["id"], []) + body["took"]
            continue
        if fact["k"] == "session":
            assert body["reader"] == READER, where
            assert bool(body["began"]) == (body["end"] == "power"), where
            body["took"] += parts.get(body["id"], [])
            took += body["took"]
            names.append(body["id"])
        gone = body.get("took", []) + body.get("gone", [])
        inside = [name for name in inside if name not in gone]
        inside += body.get("put", []) + body.get("back", [])
    assert sorted(inside) == sorted(lab.inside[0] + lab.inside[1]), (where, inside)
    assert sorted(took) == [tag(n) for n in taken if tag(n) not in inside], (where, took)
    assert len(names) == len(set(names)), where


POLICY = {
    "revision": 3,
    "loan_days": 30,
    "limit": 15,
    "quota": 2,
    "uptime_h": 72,
    "readers": [READER],
    "blocked": [],
}
