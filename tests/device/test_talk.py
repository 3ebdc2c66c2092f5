"""A device's talk with the service, word by word: who is believed, what is said, what is waited."""

import json

from bookcase_fw import orders, sign, wire
from bookcase_fw.tables import link as table
from bookcase_fw.talk import ASKS_MAX, Talk

KEY = bytes(range(32))
DEVICE = "bc01"
STATE = {"config": 1, "policy": 0, "stock": [], "faults": [], "fill": 0, "lends": True}


class Journal:
    def __init__(self):
        self.id, self.last, self.acked = "00000001", 0, 0

    def since(self, number: int, size: int) -> list:
        return [b'{"n":%d}' % (number + 1)]

    def head(self, number: int) -> str:
        return "0" * 16

    def acknowledge(self, number: int):
        self.acked = number

    def renew(self):
        self.id, self.last, self.acked = "00000002", self.last - self.acked, 0


class Clock:
    def __init__(self):
        self.boot, self.now_ms, self.learned = 7, 1000, []

    def uptime_ms(self) -> int:
        return self.now_ms

    def stamp(self) -> tuple:
        return self.boot, self.now_ms, 0, wire.CLOCK_NONE

    def learn(self, time_ms: int):
        self.learned.append(time_ms)


class Desk:
    """A talk, and what its shell and the service would do."""

    def __init__(self):
        self.journal, self.clock, self.heard = Journal(), Clock(), []
        self.talk = Talk(
            device=DEVICE,
            key=KEY,
            journal=self.journal,
            clock=self.clock,
            dice=self.throw,
            on_order=lambda order, retained: self.heard.append((order["id"], retained)),
            on_want=lambda want, retained: self.heard.append((want["revision"], retained)),
            on_served=lambda served: self.heard.append(served),
            log=lambda line: None,
        )
        self.hello = {}
        self._nonce_half = 0

    def throw(self, n: int) -> int:
        """The longest pauses there are, and nonces that differ."""
        self._nonce_half += 1
        return self._nonce_half if n == 0x10000 else n - 1

    def connect(self):
        self.talk.ring()
        assert self.talk.todo.pop() == "connect"
        self.talk.begin()
        self.talk.happened("connected")
        assert self.talk.todo.pop() == "subscribe"
        self.talk.happened("subscribed")

    def serve(self):
        self.connect()
        self.said()
        self.ack(nonce=self.hello["nonce"])
        assert self.talk.served

    def said(self) -> list:
        """Take everything that is to be said now; return the names."""
        names = []
        message = self.talk.say()
        while message:
            topic, payload, _qos, _retained = message
            names.append(wire.name_of(wire.split(topic)[1]))
            if names[-1] == "hello":
                self.hello = json.loads(payload)
            message = self.talk.say()
        return names

    def tell(self, name: str, fields: dict, nonce: str, session: str = "7.1", retained=False):
        topic = wire.topic(DEVICE, wire.message(name)[0])
        body = wire.encode(name, fields)
        self.talk.heard(topic, sign.seal(KEY, topic, session, nonce, body), retained)

    def ack(self, number: int = 0, nonce: str = "", renew: bool = False):
        fields = {"journal": self.journal.id, "number": number, "nonce": nonce, "time_ms": 5000}
        self.tell("ack", fields | {"renew": renew}, self.hello["nonce"])

    def after(self, ms: int):
        self.clock.now_ms += ms
        self.talk.ring()


def test_a_connection_says_who_it_is_then_hello_then_its_state_then_facts():
    desk = Desk()
    desk.talk.report(STATE)
    desk.journal.last = 2

    desk.connect()

    assert desk.said() == ["presence", "hello", "state"]
    assert (desk.hello["session"], desk.hello["boot"], desk.hello["last"]) == ("7.1", 7, 2)
    desk.ack(nonce=desk.hello["nonce"])
    assert desk.said() == ["fact", "fact"]
    assert desk.heard == [True]


def test_the_clock_learns_the_middle_of_a_quick_round_trip_only():
    for trip_ms, learned in ((400, [5200]), (2001, [])):
        desk = Desk()
        desk.connect()
        desk.said()
        desk.clock.now_ms += trip_ms
        desk.ack(nonce=desk.hello["nonce"])

        assert desk.clock.learned == learned


def test_no_answer_is_no_service_and_the_hello_is_said_again():
    desk = Desk()
    desk.connect()
    desk.said()
    first = dict(desk.hello)

    assert desk.talk.until_ring_ms() == table.TIMINGS["answer_ms"]
    desk.after(table.TIMINGS["answer_ms"])

    assert desk.talk.state == table.UNSERVED
    assert desk.said() == ["hello"]
    assert first["session"] == desk.hello["session"]
    desk.ack(nonce=desk.hello["nonce"])
    assert desk.talk.served


def test_a_connection_that_is_never_served_is_made_anew():
    desk = Desk()
    desk.connect()
    desk.after(table.TIMINGS["answer_ms"])
    assert desk.talk.state == table.UNSERVED

    for _ in range(table.TIMINGS["unserved_ms"] // table.TIMINGS["answer_ms"]):
        desk.after(table.TIMINGS["answer_ms"])

    assert desk.talk.state == table.DOWN
    assert desk.talk.todo == ["close"]


def test_facts_without_an_ack_end_the_service():
    desk = Desk()
    desk.serve()
    desk.journal.last = 1
    assert desk.said() == ["fact"]

    desk.after(table.TIMINGS["answer_ms"])

    assert desk.heard == [True, False]
    assert desk.said() == ["hello"]


def test_what_is_not_signed_for_here_and_now_is_not_believed():
    desk = Desk()
    desk.serve()
    desk.journal.last = 1
    desk.said()
    fields = {"journal": "00000001", "number": 1, "time_ms": 0}
    body = wire.encode("ack", fields)
    topic = wire.topic(DEVICE, "dn/ack")
    other = wire.topic("bc02", "dn/ack")
    nonce = desk.hello["nonce"]

    for where, payload in (
        (topic, body),
        (topic, None),
        (topic, b"\xff" * 200),
        (topic, sign.seal(bytes(32), topic, "7.1", nonce, body)),
        (topic, sign.seal(KEY, topic, "7.0", nonce, body)),
        (topic, sign.seal(KEY, topic, "7.1", "00000000", body)),
        (topic, sign.seal(KEY, other, "7.1", nonce, body)),
        (other, sign.seal(KEY, other, "7.1", nonce, body)),
        (wire.topic(DEVICE, "up/ack"), sign.seal(KEY, topic, "7.1", nonce, body)),
        (topic, sign.seal(KEY, topic, "7.1", nonce, b'{"number":1}')),
        ("nonsense", b""),
    ):
        desk.talk.heard(where, payload, False)

    assert desk.talk.doubts == 11
    assert desk.journal.acked == 0
    desk.ack(1)
    assert desk.journal.acked == 1


def test_an_ack_with_an_older_nonce_counts_but_proves_no_service():
    desk = Desk()
    desk.connect()
    desk.said()
    older = dict(desk.hello)
    desk.talk.happened("service_on")
    desk.said()

    ack = {"journal": "00000001", "number": 0, "nonce": older["nonce"], "time_ms": 0}
    desk.tell("ack", ack, nonce=older["nonce"])

    assert (desk.talk.state, desk.talk.doubts) == (table.GREETING, 0)


def test_asks_are_answered_once_each_and_bounded():
    desk = Desk()
    answers = []
    desk.talk.ask(answers.append, "account", reader="r")
    assert answers == [None]
    desk.serve()

    for _ in range(ASKS_MAX + 1):
        desk.talk.ask(answers.append, "account", reader="r")
    assert answers == [None, None]
    assert desk.said() == ["ask"] * ASKS_MAX
    answer = {"id": "7.2", "ok": True, "name": "Li"}
    desk.tell("answer", answer, nonce="7.2")
    desk.tell("answer", answer, nonce="7.2")
    desk.tell("answer", answer | {"id": "7.3"}, nonce="7.2")

    assert [found and found["name"] for found in answers] == [None, None, "Li"]
    assert desk.talk.doubts == 2
    desk.after(table.TIMINGS["ask_ms"])
    assert answers[3:] == [None] * (ASKS_MAX - 1)


def test_asks_end_with_the_service():
    desk = Desk()
    answers = []
    desk.serve()
    desk.talk.ask(answers.append, "account", reader="r")

    desk.talk.heard(wire.service_topic(wire.shard(DEVICE)), b'{"online":false}', False)

    assert answers == [None]
    assert desk.talk.state == table.UNSERVED


def test_a_service_that_comes_back_is_greeted_but_its_retained_word_is_no_news():
    desk = Desk()
    desk.serve()
    topic = wire.service_topic(wire.shard(DEVICE))

    desk.talk.heard(topic, b'{"online":true}', True)
    assert desk.said() == []
    desk.talk.heard(topic, b'{"online":true}', False)
    assert desk.said() == ["hello"]
    desk.talk.heard(topic, b"[]", False)
    assert desk.talk.doubts == 1


def test_an_ordered_new_journal_is_greeted_with_its_id():
    desk = Desk()
    desk.serve()
    desk.journal.last = 3
    desk.said()

    desk.ack(renew=True)

    assert desk.said() == ["hello"]
    assert desk.hello["journal"] == "00000002"
    assert not desk.talk.served


def test_states_are_said_the_newest_only_and_seldom():
    desk = Desk()
    desk.serve()

    desk.talk.report(STATE)
    assert desk.said() == ["state"]
    desk.talk.report(STATE | {"config": 2})
    desk.talk.report(STATE | {"config": 3})
    assert desk.said() == []
    assert desk.talk.until_say_ms() == table.TIMINGS["state_ms"]
    desk.after(table.TIMINGS["state_ms"])
    topic, payload, qos, retained = desk.talk.say()

    assert (json.loads(payload)["config"], json.loads(payload)["session"]) == (3, "7.1")
    assert (topic, qos, retained) == (wire.topic(DEVICE, "up/state"), 1, True)


def test_beats_and_hourly_hellos_come_by_themselves():
    desk = Desk()
    desk.serve()

    desk.after(table.TIMINGS["beat_ms"])
    assert desk.said() == ["beat"]
    desk.clock.now_ms += table.TIMINGS["greet_ms"]
    desk.talk.ring()
    assert desk.said() == ["hello", "beat"]
    desk.ack(nonce=desk.hello["nonce"])
    desk.after(table.TIMINGS["answer_ms"])
    assert desk.talk.served


def test_pauses_grow_and_shrink_only_after_a_minute_of_service():
    desk = Desk()

    def pause_ms() -> int:
        desk.talk.happened("lost")
        desk.talk.todo = []
        wait_ms = desk.talk.until_ring_ms()
        desk.clock.now_ms += wait_ms
        return wait_ms

    desk.serve()
    pauses = [pause_ms()]
    for _ in range(2):
        desk.connect()
        pauses.append(pause_ms())
    # Served, but thrown out at once.
    desk.connect()
    desk.said()
    desk.tell("ack", _answer(desk), desk.hello["nonce"], session=desk.talk.session)
    assert desk.talk.served
    pauses.append(pause_ms())
    desk.connect()
    desk.said()
    desk.tell("ack", _answer(desk), desk.hello["nonce"], session=desk.talk.session)
    desk.clock.now_ms += table.TIMINGS["settled_ms"]
    pauses.append(pause_ms())

    assert pauses == [999, 1999, 3999, 7999, 999]


def _answer(desk: Desk) -> dict:
    nonce = desk.hello["nonce"]
    return {"journal": "00000001", "number": 0, "nonce": nonce, "time_ms": 0}


def test_orders_and_wants_are_handed_on_with_their_flag():
    desk = Desk()
    desk.serve()
    order = {"id": "o1", "session": "6.9", "deadline_ms": 0, "op": "open"}

    desk.tell("order", order, nonce="o1", session="6.9", retained=True)
    desk.tell("order", order, nonce="o2", session="6.9")
    desk.tell("want", {"revision": 3}, nonce="", session="", retained=True)

    assert desk.heard == [True, ("o1", True), (3, True)]
    assert desk.talk.doubts == 1


# session, retained, deadline, op -> why it is refused at uptime 100 in session 7.1
REFUSALS = (
    ("7.1", False, 100, "open", ""),
    ("7.1", True, 100, "open", "retained"),
    ("7.0", False, 100, "open", "stale_session"),
    ("7.1", False, 99, "open", "late"),
    ("7.1", False, 100, "open_all", "unknown"),
)


def test_orders_are_refused_for_their_session_their_deadline_or_their_word():
    for session, retained, deadline_ms, op, why in REFUSALS:
        order = {"id": "o", "session": session, "deadline_ms": deadline_ms, "op": op}

        assert orders.refusal(order, retained, "7.1", 100) == why


def test_a_stop_says_goodbye_and_stays():
    desk = Desk()
    desk.serve()

    desk.talk.happened("stop")

    assert desk.talk.todo == ["say_goodbye", "close"]
    assert json.loads(desk.talk.goodbye()[1])["online"] is False
    desk.talk.happened("lost")
    assert desk.talk.stopped
