"""Journeys of one bookcase: what readers do, what breaks, and what is on record afterwards."""

from bookcase_fw.count import AGAIN
from tests.device.lab import OTHER_CARD, READER, Lab, tag


async def test_a_reader_borrows_two():
    lab = Lab()
    await lab.start()
    await lab.come()
    assert lab.screen.shown["left"] == 5 and lab.screen.shown["doors"] == [1, 2]

    await lab.open(1)
    lab.take(1, 1, 2)
    await lab.shut(1)

    (session,) = lab.service.sessions
    assert session["reader"] == READER and session["how"] == "card" and session["door"] == 1
    assert session["took"] == [tag(1), tag(2)] and session["put"] == [] and session["unsure"] == []
    assert session["end"] == "shut" and session["due"] == 20261221 and session["answer"] == "1.1"
    assert lab.screen.shown["took"] == [tag(1), tag(2)] and lab.screen.shown["left"] == 3
    await lab.settled()
    await lab.shows("welcome")
    assert len(lab.service.kinds("counted")) == 2  # The first counts of both compartments.
    await lab.switch_off()


async def test_a_book_put_back_before_the_door_is_shut_was_not_taken():
    lab = Lab()
    await lab.start()
    await lab.come()
    await lab.open(1)
    lab.take(1, 1)
    lab.put(1, 1)
    await lab.shut(1)

    (session,) = lab.service.sessions
    assert session["took"] == [] and session["put"] == []
    await lab.switch_off()


async def test_a_door_that_springs_open_before_the_count_is_the_same_session():
    lab = Lab()
    await lab.start()
    await lab.come()
    await lab.open(1)
    lab.board.shut_door(1)
    await lab.shows("counting")
    lab.board.force_door(1)
    await lab.shows("open")
    lab.take(1, 3)
    await lab.shut(1)

    (session,) = lab.service.sessions
    assert session["took"] == [tag(3)] and session["rebounds"] == 1
    await lab.switch_off()


async def test_a_door_that_springs_open_after_the_count_is_theirs_too():
    lab = Lab(rebound_ms=2000, done_ms=4000)
    await lab.start()
    await lab.come()
    await lab.open(1)
    lab.take(1, 1)
    await lab.shut(1)
    lab.board.force_door(1)
    await lab.shows("open")
    lab.take(1, 3)
    await lab.shut(1)

    first, second = lab.service.sessions
    assert first["took"] == [tag(1)] and second["took"] == [tag(3)]
    assert second["reader"] == READER and second["rebounds"] == 1 and first["id"] != second["id"]
    await lab.switch_off()


async def test_a_door_that_springs_open_when_the_reader_has_left_is_nobodys():
    lab = Lab(rebound_ms=2000)
    await lab.start()
    await lab.come()
    await lab.open(1)
    await lab.shut(1)
    lab.screen.leave()
    await lab.shows("welcome")
    lab.board.force_door(1)
    await lab.shows("open")
    lab.take(1, 3)
    lab.board.shut_door(1)

    session = (await lab.facts(2, "session"))[1]
    assert session["reader"] == "" and session["how"] == "nobody" and session["took"] == [tag(3)]
    await lab.switch_off()


async def test_a_door_that_opens_by_itself_is_charged_to_nobody():
    lab = Lab()
    await lab.start()
    lab.board.force_door(2)
    await lab.shows("open")
    lab.take(2, 11)
    lab.board.shut_door(2)

    (session,) = await lab.facts(1, "session")
    assert session["reader"] == "" and session["how"] == "nobody" and session["took"] == [tag(11)]
    await lab.shows("welcome")
    await lab.switch_off()


async def test_a_forced_door_is_not_released_once_more_for_nobody():
    lab = Lab()
    await lab.start()
    lab.app.door(1).contents.stable[tag(2)] = (200, -60, 100)
    lab.board.force_door(1)
    await lab.shows("open")
    lab.missed[tag(2)] = 1000
    lab.board.shut_door(1)

    (session,) = await lab.facts(1, "session")
    assert session["how"] == "nobody" and [one["tag"] for one in session["unsure"]] == [tag(2)]
    assert not lab.board.is_released(1)
    await lab.switch_off()


async def test_a_door_forced_after_a_visit_is_not_charged_to_the_last_reader():
    lab = Lab()
    await lab.start()
    await lab.come()
    await lab.open(1)
    await lab.shut(1)
    await lab.settled()
    await lab.shows("welcome")
    lab.board.force_door(1)
    await lab.shows("open")
    lab.take(1, 1)
    lab.board.shut_door(1)

    _mine, session = await lab.facts(2, "session")
    assert session["reader"] == "" and session["took"] == [tag(1)]
    await lab.switch_off()


async def test_a_door_left_open_is_shown_and_recorded():
    lab = Lab()
    await lab.start()
    await lab.come()
    await lab.open(1)
    await lab.shows("left_open")
    await lab.shut(1)

    assert lab.service.sessions[0]["left_open"] and lab.service.sessions[0]["open_ms"] >= 100
    await lab.switch_off()


async def test_a_door_that_nobody_opens_is_released_twice_and_then_given_up():
    lab = Lab()
    await lab.start()
    await lab.come()
    lab.screen.choose(1)
    await lab.shows("jammed")

    (session,) = lab.service.sessions
    assert session["end"] == "never_opened" and session["took"] == []
    assert lab.screen.shown["doors"] == [1, 2]
    await lab.open(2)
    lab.take(2, 12)
    await lab.shut(2)
    assert lab.service.sessions[1]["took"] == [tag(12)]
    await lab.switch_off()


async def test_a_dead_lock_board_is_reported_and_survived():
    lab = Lab()
    await lab.start()
    lab.board.deaf = True
    assert (await lab.facts(1, "fault"))[0]["part"] == "lock"
    await lab.until(lambda: lab.service.state["faults"] == ["lock"])
    await lab.come()
    assert lab.screen.shown["doors"] == []

    lab.board.deaf = False
    await lab.until(lambda: lab.service.state["faults"] == [])
    assert [fault["on"] for fault in lab.service.kinds("fault")] == [True, False]
    await lab.open(1)
    await lab.shut(1)
    await lab.switch_off()


async def test_a_dead_antenna_is_counted_when_it_lives_again():
    lab = Lab()
    await lab.start()
    await lab.come()
    await lab.open(1)
    lab.antennas[0].deaf = True
    lab.take(1, 1)
    lab.board.shut_door(1)
    await lab.shows("done")
    assert lab.screen.shown["why"] == "fault" and lab.service.sessions == []

    lab.antennas[0].deaf = False
    (session,) = await lab.facts(1, "session")
    assert session["took"] == [tag(1)] and session["reader"] == READER
    await lab.switch_off()


async def test_a_session_that_could_not_be_counted_is_nobodys_once_the_door_opens_again():
    lab = Lab()
    await lab.start()
    await lab.come()
    await lab.open(1)
    lab.antennas[0].deaf = True
    lab.board.shut_door(1)
    await lab.shows("done")
    lab.board.force_door(1)
    await lab.until(lambda: lab.app.door(1).state == "open")
    lab.take(1, 1)
    lab.antennas[0].deaf = False
    lab.board.shut_door(1)

    (session,) = await lab.facts(1, "session")
    assert session["took"] == [tag(1)] and session["reader"] == ""
    await lab.switch_off()


async def test_a_tag_missed_once_is_not_taken():
    lab = Lab()
    await lab.start()
    await lab.come()
    await lab.open(1)
    lab.missed[tag(2)] = 3
    await lab.shut(1)

    assert lab.service.sessions[0]["took"] == [] and lab.service.sessions[0]["unsure"] == []
    await lab.switch_off()


async def test_a_tag_that_is_read_badly_is_asked_for_once_and_is_then_not_seen():
    lab = Lab()
    await lab.start()
    lab.app.door(1).contents.stable[tag(2)] = (200, -60, 100)
    await lab.come()
    await lab.open(1)
    lab.missed[tag(2)] = 1000
    lab.board.shut_door(1)
    await lab.shows("again")
    assert lab.screen.shown["unsure"] == 1
    await lab.until(lambda: lab.board.is_released(1))
    lab.board.pull_door(1)
    await lab.until(lambda: lab.app.door(1).state == "open")
    await lab.shut(1)

    (session,) = lab.service.sessions
    assert session["took"] == [] and [one["tag"] for one in session["unsure"]] == [tag(2)]
    assert session["unsure"][0]["rounds"] == AGAIN.rounds_max
    await lab.switch_off()


async def test_a_reader_who_walks_away_is_not_asked_for_ever():
    lab = Lab()
    await lab.start()
    lab.app.door(1).contents.stable[tag(2)] = (600, -60, 100)
    await lab.come()
    await lab.open(1)
    lab.take(1, 2)
    lab.board.shut_door(1)
    await lab.shows("again")
    await lab.shows("done")

    (session,) = lab.service.sessions
    assert session["took"] == [tag(2)] and session["unsure"] == []
    await lab.switch_off()


async def test_books_that_are_moved_apart_are_seen():
    lab = Lab()
    await lab.start()
    lab.app.door(1).contents.stable[tag(2)] = (200, -60, 100)
    await lab.come()
    await lab.open(1)
    lab.missed[tag(2)] = 1000
    lab.board.shut_door(1)
    await lab.shows("again")
    await lab.until(lambda: lab.board.is_released(1))
    lab.board.pull_door(1)
    await lab.until(lambda: lab.app.door(1).state == "open")
    lab.missed[tag(2)] = 0
    await lab.shut(1)

    assert lab.service.sessions[0]["unsure"] == []
    await lab.switch_off()


async def test_a_book_moved_to_the_neighbouring_compartment_is_taken_and_put():
    lab = Lab(done_ms=4000)
    await lab.start()
    await lab.come()
    await lab.open(1)
    lab.take(1, 1)
    await lab.shut(1)
    await lab.open(2)
    lab.put(2, 1)
    lab.leaks = [(1, tag(1), -68)]
    await lab.shut(2)
    await lab.settled()

    assert [(s["took"], s["put"]) for s in lab.service.sessions] == [([tag(1)], []), ([], [tag(1)])]
    assert len(lab.service.kinds("counted")) == 2
    await lab.switch_off()


async def test_what_the_second_count_finds_is_on_record():
    lab = Lab(rebound_ms=200)
    await lab.start()
    await lab.come()
    await lab.open(1)
    lab.take(1, 1)
    lab.leaks = [(1, tag(1), -52)]  # Still held against the glass.
    await lab.shut(1)
    lab.leaks = []

    counted = (await lab.facts(3, "counted"))[2]
    assert lab.service.sessions[0]["took"] == [] and counted["gone"] == [tag(1)]
    assert counted["session"] == lab.service.sessions[0]["id"] and counted["count"] == 2
    await lab.switch_off()


async def test_the_second_count_comes_before_the_next_reader():
    lab = Lab(second_ms=100000, rebound_ms=10, done_ms=50)
    await lab.start()
    await lab.come()
    await lab.open(1)
    lab.take(1, 1)
    lab.leaks = [(1, tag(1), -52)]
    await lab.shut(1)
    lab.leaks = []
    await lab.shows("welcome")
    await lab.come(OTHER_CARD)
    await lab.open(1)
    await lab.shut(1)

    _mine, others = lab.service.sessions
    assert others["took"] == [] and others["reader"] != READER
    assert lab.service.kinds("counted")[2]["gone"] == [tag(1)]
    await lab.switch_off()


async def test_many_books_are_recorded_in_parts():
    lab = Lab(books=(tuple(range(1, 13)), ()))
    await lab.start()
    await lab.come()
    await lab.open(1)
    lab.take(1, *range(1, 13))
    lab.put(1, *range(21, 28))
    await lab.shut(1)

    (part,), (session,) = lab.service.kinds("part"), lab.service.sessions
    assert part["id"] == session["id"] and session["parts"] == 1
    assert part["took"] + session["took"] == [tag(n) for n in range(1, 13)]
    assert part["put"] + session["put"] == [tag(n) for n in range(21, 28)]
    await lab.switch_off()


async def test_a_refused_card_is_told_why():
    lab = Lab()
    lab.service.answer = {"id": "1.1", "ok": False, "why": "blocked"}
    await lab.start()
    lab.scanner.show("SG00000012")
    await lab.shows("refused")
    assert lab.screen.shown["why"] == "blocked"
    await lab.shows("welcome")
    lab.scanner.show("MH00000012")
    await lab.shows("refused")

    assert lab.screen.shown["why"] == "unknown_card" and len(lab.service.asked) == 1
    await lab.switch_off()


POLICY = {
    "revision": 3,
    "loan_days": 30,
    "limit": 15,
    "quota": 2,
    "uptime_h": 72,
    "readers": [READER],
    "blocked": [],
}


async def test_offline_a_known_reader_borrows_by_the_policy():
    lab = Lab()
    await lab.start()
    lab.app.on_want({"revision": 1, "policy": POLICY}, True)
    lab.service.served = False
    lab.app.on_served(False)
    await lab.come()
    assert lab.screen.shown["left"] == 2 and lab.screen.shown["offline"]
    await lab.open(1)
    lab.take(1, 1)
    await lab.shut(1)
    await lab.shows("welcome")
    await lab.come()
    assert lab.screen.shown["left"] == 1
    lab.screen.leave()
    await lab.shows("welcome")
    lab.scanner.show(OTHER_CARD)
    await lab.shows("refused")
    assert lab.screen.shown["why"] == "offline" and lab.service.sessions == []

    lab.service.served = True
    lab.service.kick()
    assert lab.service.sessions[0]["policy"] == 3 and lab.service.sessions[0]["answer"] == ""
    await lab.switch_off()


async def test_the_policy_and_what_was_taken_survive_a_restart():
    lab = Lab()
    await lab.start()
    lab.app.on_want({"revision": 1, "policy": POLICY}, True)
    lab.app.offline.took(READER, 1)
    await lab.switch_off()
    lab.service.served = False
    lab.switch_on()
    await lab.shows("welcome")
    await lab.come()

    assert lab.screen.shown["left"] == 1
    await lab.switch_off()


def _order(order_id: str, op: str, **fields) -> dict:
    order = {"id": order_id, "session": "1.1", "deadline_ms": 10**9, "op": op, "door": 0}
    return order | {"reader": ""} | fields


async def test_an_order_opens_a_door_once():
    lab = Lab()
    await lab.start()
    order = _order("o1", "open", door=1, reader=READER)
    lab.app.on_order(order, False)
    await lab.until(lambda: lab.board.is_released(1))
    lab.board.pull_door(1)
    (outcome,) = await lab.facts(1, "outcome")
    assert outcome["id"] == "o1" and outcome["ok"] and outcome["why"] == ""
    lab.take(1, 1)
    lab.board.shut_door(1)
    (session,) = await lab.facts(1, "session")
    assert session["how"] == "assisted" and session["reader"] == READER
    await lab.settled()

    lab.app.on_order(order, False)

    assert len(await lab.facts(2, "outcome")) == 2 and not lab.board.is_released(1)
    assert lab.service.kinds("outcome")[1]["ok"]
    await lab.switch_off()


async def test_orders_that_are_refused_say_why():
    lab = Lab()
    await lab.start()
    lab.app.on_order(_order("o1", "open", door=9), False)
    lab.app.on_order(_order("o2", "open", door=1, session="0.9"), False)
    lab.app.on_order(_order("o3", "open", door=1), True)
    lab.app.on_order(_order("o3", "open", door=1), True)
    lab.app.on_order(_order("o4", "open", door=1, deadline_ms=-1), False)
    await lab.come()
    lab.app.on_order(_order("o5", "open", door=1), False)

    whys = [outcome["why"] for outcome in lab.service.kinds("outcome")]
    assert whys == ["unknown", "stale_session", "retained", "late", "busy"]
    await lab.switch_off()


async def test_an_order_counts_every_compartment():
    lab = Lab()
    await lab.start()
    lab.take(2, 11)
    lab.app.on_order(_order("o1", "count"), False)

    assert (await lab.facts(1, "outcome"))[0]["ok"]
    assert lab.service.kinds("counted")[2]["gone"] == [tag(11)]
    await lab.switch_off()


async def test_an_order_restarts_and_its_outcome_comes_after_it():
    lab = Lab()
    await lab.start()
    restarts = []
    lab.app.restart = lambda: restarts.append(1)
    lab.app.on_order(_order("o1", "restart"), False)
    assert restarts == [1] and lab.service.kinds("outcome") == []
    await lab.switch_off()
    lab.switch_on()

    (outcome,) = await lab.facts(1, "outcome")
    assert outcome["id"] == "o1" and outcome["ok"]
    await lab.switch_off()


async def test_a_full_journal_opens_no_door():
    lab = Lab()
    await lab.start()
    lab.service.served = False
    lab.app.on_want({"revision": 1, "policy": POLICY}, True)
    while lab.app.journal.fill < 96:
        lab.app.write("fault", {"part": "clock", "on": True})
    lab.scanner.show("SG00000012")
    await lab.shows("refused")

    assert lab.screen.shown["why"] == "journal_full"
    await lab.switch_off()


async def test_a_reader_who_takes_more_than_allowed_is_asked_once_and_may_put_back():
    lab = Lab()
    lab.service.answer = {"id": "1.1", "ok": True, "left": 1, "due": 20261221}
    await lab.start()
    await lab.come()
    await lab.open(1)
    lab.take(1, 1, 2)
    lab.board.shut_door(1)
    await lab.shows("again")
    assert lab.screen.shown["over"] == 1 and lab.screen.shown["took"] == [tag(1), tag(2)]
    await lab.until(lambda: lab.board.is_released(1))
    lab.board.pull_door(1)
    await lab.until(lambda: lab.app.door(1).state == "open")
    lab.put(1, 2)
    await lab.shut(1)

    (session,) = lab.service.sessions
    assert session["took"] == [tag(1)] and lab.screen.shown["over"] == 0
    await lab.switch_off()
