"""Staff at the machine: card and PIN, doors, tasks; and the same by order."""

import binascii

from bookcase_fw import pins, sign
from tests.device.lab import CARD, DISTRICT_KEY, Lab, tag

STAFF_CARD, MENDER_CARD = "ST00000007", "ST00000008"
PIN, WRONG = "271828", "314159"
SALT = b"saltsalt"
# RFC 7914, section 11, has it 64 bytes long; a machine makes the first 32.
VECTORS = (
    # secret     salt    rounds  the first 32 bytes
    (b"passwd", b"salt", 1, "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"),
)


async def _card(number: str, role: str) -> dict:
    verifier = await pins.pbkdf2(PIN.encode(), SALT, 20)
    row = {"card": sign.pseudonym(DISTRICT_KEY, number), "role": role, "rounds": 20}
    return row | {"salt": _hex(SALT), "verifier": _hex(verifier)}


def _hex(data: bytes) -> str:
    return binascii.hexlify(data).decode()


async def _lab(**timings) -> Lab:
    lab = Lab(**timings)
    await lab.start()
    staff = [await _card(STAFF_CARD, "staff"), await _card(MENDER_CARD, "contractor")]
    policy = {"revision": 3, "loan_days": 30, "limit": 15, "quota": 2, "uptime_h": 72}
    lab.app.on_want(
        {"revision": 3, "policy": policy | {"readers": [], "blocked": [], "staff": staff}}, True
    )
    return lab


async def _enter(lab: Lab, card: str = STAFF_CARD):
    lab.scanner.show(card)
    await lab.shows("pin")
    lab.screen.type_pin(PIN)
    await lab.shows("staff")


async def _open(lab: Lab, door: int):
    lab.screen.choose(door)
    await lab.until(lambda: lab.board.is_released(door))
    lab.board.pull_door(door)
    await lab.until(lambda: lab.app.door(door).state == "open")


async def _try(lab: Lab, pin: str, wrong: int):
    """Type a PIN, and wait until so many wrong ones are on record and this one was checked."""
    lab.screen.type_pin(pin)
    await lab.until(lambda: lab.app.notes.load("wrong_pins", 0) == wrong, "%d tries" % wrong)
    await lab.until(lambda: lab.app.staff.state != "checking")


async def test_the_vectors_of_rfc_7914():
    for secret, salt, rounds, found in VECTORS:
        assert _hex(await pins.pbkdf2(secret, salt, rounds)) == found


async def test_staff_restock_two_doors_and_the_mode_ends_with_the_last_one_shut():
    lab = await _lab()
    await _enter(lab)
    assert lab.screen.shown["doors"] == [1, 2] and lab.screen.shown["name"] == ""
    await _open(lab, 1)
    await lab.until(lambda: lab.screen.shown["doors"] == [2])
    await _open(lab, 2)
    lab.take(1, 1)
    lab.put(2, 21, 22)
    lab.board.shut_door(1)
    await lab.facts(1, "session")
    assert lab.app.staff.on
    lab.board.shut_door(2)
    await lab.shows("done")
    assert lab.screen.shown["took"] == [tag(1)] and lab.screen.shown["put"] == [tag(21), tag(22)]
    await lab.shows("welcome")

    removed, stocked = lab.service.sessions
    staff = sign.pseudonym(DISTRICT_KEY, STAFF_CARD)
    for session in (removed, stocked):
        assert (session["how"], session["staff"], session["reader"]) == ("staff", staff, "")
    assert removed["took"] == [tag(1)] and stocked["put"] == [tag(21), tag(22)]
    await lab.come(CARD)
    await lab.switch_off()


async def test_a_door_that_springs_open_again_is_staffs_too():
    lab = await _lab(rebound_ms=2000, done_ms=4000)
    await _enter(lab)
    await _open(lab, 1)
    await lab.shut(1)
    lab.board.force_door(1)
    await lab.until(lambda: lab.app.door(1).state == "open")
    lab.take(1, 2)
    lab.board.shut_door(1)

    _first, again = await lab.facts(2, "session")
    assert again["how"] == "staff" and again["took"] == [tag(2)]
    await lab.switch_off()


async def test_wrong_pins_lock_staff_out_also_after_a_restart():
    lab = await _lab(pin_ms=4000, done_ms=4000)
    lab.scanner.show(STAFF_CARD)
    await lab.shows("pin")
    for number in range(pins.WRONG_MAX):
        await _try(lab, WRONG, number + 1)
        assert lab.app.staff.state in ("pin", "barred")
    await lab.until(lambda: lab.screen.shown["why"] == "pin_locked")
    assert 0 < lab.screen.shown["wait_s"] <= pins.LOCK_MS // 1000
    await lab.switch_off()
    lab.switch_on()
    await lab.shows("welcome")
    lab.scanner.show(STAFF_CARD)
    await lab.shows("pin")

    assert lab.screen.shown["why"] == "pin_locked" and lab.app.staff.state == "barred"
    lab.screen.type_pin(PIN)
    lab.screen.leave()
    await lab.shows("welcome")
    assert lab.service.sessions == []
    await lab.switch_off()


async def test_a_power_cut_in_the_middle_of_a_check_wins_no_try():
    lab = await _lab()
    for number in range(pins.WRONG_MAX):
        lab.scanner.show(STAFF_CARD)
        await lab.shows("pin")
        await _try(lab, WRONG, number + 1)
        await lab.switch_off()
        lab.switch_on()
        await lab.shows("welcome")

    assert lab.app.staff._pins.wait_s() > 0
    await lab.switch_off()


async def test_the_lock_ends_with_its_time():
    lab = await _lab()
    lab.app.notes.save("wrong_pins", pins.WRONG_MAX)
    times = [0]
    lab.app.clock.uptime_ms = lambda: times[0]
    held = pins.Pins(lab.app.notes, lab.app.clock)
    assert held.wait_s() == pins.LOCK_MS // 1000
    times[0] = pins.LOCK_MS

    assert held.wait_s() == 0 and lab.app.notes.load("wrong_pins") == 0
    await lab.switch_off()


async def test_tasks_at_the_machine_and_what_a_contractor_may():
    lab = await _lab(staff_ms=4000, done_ms=4000)
    await _enter(lab, MENDER_CARD)
    assert lab.screen.shown["tasks"] == ["count", "learn", "selftest"]
    lab.screen.task("lock_down")
    lab.antennas[1].deaf = True
    lab.screen.task("selftest")
    await lab.shows("report")
    found = {row["part"]: row["ok"] for row in lab.screen.shown["found"]}
    assert not found["reader.2"] and found["reader.1"] and found["lock"] and not found["clock"]
    assert not lab.app.locked_down
    (outcome,) = lab.service.kinds("outcome")
    assert outcome["op"] == "selftest" and outcome["staff"] == sign.pseudonym(
        DISTRICT_KEY, MENDER_CARD
    )

    lab.antennas[1].deaf = False
    lab.leaks = [(1, tag(11), -71)]
    lab.screen.task("learn")
    await lab.until(lambda: len(lab.service.kinds("outcome")) == 2)
    rows = lab.service.kinds("outcome")[1]["found"]
    assert rows == [{"part": "reader.1", "ok": True, "text": "2: -71 dBm"}]
    lab.take(1, 1)
    lab.screen.task("count")
    await lab.until(lambda: len(lab.service.kinds("outcome")) == 3)
    assert lab.service.kinds("counted")[2]["gone"] == [tag(1)]
    await lab.switch_off()


async def test_a_machine_that_is_locked_down_opens_for_staff_only_also_after_a_restart():
    lab = await _lab(staff_ms=4000, done_ms=4000)
    await _enter(lab)
    lab.screen.task("lock_down")
    await lab.shows("report")
    assert lab.screen.shown["locked"]
    await lab.switch_off()
    lab.switch_on()
    await lab.shows("welcome")
    lab.scanner.show(CARD)
    await lab.shows("refused")
    assert lab.screen.shown["why"] == "locked_down" and not lab.service.state["lends"]
    await _enter(lab)
    assert lab.screen.shown["tasks"][-1] == "unlock"
    lab.screen.task("unlock")
    await lab.shows("report")
    lab.screen.leave()
    await lab.shows("staff")
    lab.screen.leave()
    await lab.shows("welcome")
    await lab.come(CARD)
    await lab.switch_off()


def _order(order_id: str, op: str, **fields) -> dict:
    order = {"id": order_id, "session": "1.1", "deadline_ms": 10**9, "op": op, "door": 0}
    return order | {"reader": "", "staff": "anna"} | fields


async def test_the_same_by_order():
    lab = await _lab()
    lab.app.on_order(_order("o1", "restock", door=2), False)
    await lab.until(lambda: lab.board.is_released(2))
    lab.board.pull_door(2)
    await lab.facts(1, "outcome")
    lab.put(2, 21)
    lab.board.shut_door(2)
    (session,) = await lab.facts(1, "session")
    assert (session["how"], session["staff"], session["put"]) == ("staff", "anna", [tag(21)])
    await lab.settled()
    for number, op in enumerate(("selftest", "learn", "lock_down", "unlock")):
        lab.app.on_order(_order("p%d" % number, op), False)
        outcomes = await lab.facts(number + 2, "outcome")
        assert (outcomes[-1]["op"], outcomes[-1]["ok"]) == (op, True)
    assert outcomes[1]["found"] and not lab.app.locked_down
    lab.app.on_order(_order("q1", "learn"), False)
    lab.app.on_order(_order("q2", "count"), False)

    outcomes = await lab.facts(7, "outcome")
    assert sorted(row["why"] for row in outcomes[-2:]) == ["", "busy"]
    await lab.switch_off()
