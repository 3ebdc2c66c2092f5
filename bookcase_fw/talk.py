"""A device's talk with the service: what is said next, whom to believe, which timers run.  Pure.

Firmware and kiosk put their own connection around it (uplink.py; kiosk/services/uplink.py), which

    tells it     `happened` of the connection, `heard` of each message, `ring` when a timer runs out
    carries out  the words in `todo`, in order: connect, subscribe, say_goodbye, close
    says         what `say` gives, one after the other

and asks `ring` and `say` again after anything happened, or when `until_ring_ms` or `until_say_ms`
have passed.  All of it in one thread.
"""

from bookcase_fw import sign, wire
from bookcase_fw.sayings import Sayings
from bookcase_fw.tables import link as table
from bookcase_fw.trust import Doubt, Trust
from bookcase_fw.upload import Upload

ASKS_MAX = 4
ROUND_TRIP_MAX_MS = 2000  # A clock sample that took longer says too little.
# What a connection says, first things first; after them the journal.
DUES = ("presence", "hello", "state", "beat")
_SHELL = ("connect", "subscribe", "say_goodbye", "close")


def _nothing(*_values):
    """What a callback does that nobody wants."""


class Talk:
    """Everything is passed in.

    device, key         its name and its 32 bytes
    journal, clock      see upload.py and clock.py; the clock learns the service's time
    dice(n)             random integer below n
    on_order(order, retained)   a genuine order; orders.py says which are refused
    on_want(want, retained)     a genuine want
    on_served(served)   whether the service serves us now
    health()            fields of a beat beside uptime_ms and unacked
    also()              fields of each state beside what is reported
    firmware, cause     for presence
    timings             overrides of tables.link.TIMINGS, in ms
    log(line)
    """

    def __init__(
        self,
        *,
        device: str,
        key: bytes,
        journal,
        clock,
        dice,
        on_order=_nothing,
        on_want=_nothing,
        on_served=_nothing,
        health=dict,
        also=dict,
        firmware: str = "",
        cause: str = "unknown",
        timings: dict | None = None,
        log=print,
    ):
        self.state = table.DOWN
        self.todo: list = []
        self.doubts = 0  # Messages that were not believed.
        self.device, self.password = device, sign.password(key)
        self.timings = table.TIMINGS | (timings or {})
        self._clock, self._dice = clock, dice
        self._on_order, self._on_want, self._on_served = on_order, on_want, on_served
        self._health, self._also, self._log = health, also, log
        self._trust = Trust(device, key)
        self._upload = Upload(journal, dice)
        self._sayings = Sayings(device, journal, clock, firmware, cause)
        self._connections = self._ask_count = self._attempt = 0
        self._dues: set = set()
        self._asks: dict = {}  # Id -> (then, deadline, message or None once it is said).
        self._report: dict = {}
        self._hello_ms = self._served_ms = self._outage_ms = self._state_at_ms = 0
        # Timers: name -> when it runs out.
        self._timers = {"pause_over": clock.uptime_ms()}

    @property
    def session(self) -> str:
        """Session id of the present or last connection: boot.connection."""
        return self._sayings.session

    @property
    def served(self) -> bool:
        return self.state == table.SERVED

    @property
    def stopped(self) -> bool:
        return self.state == table.STOPPED

    @property
    def topics(self) -> tuple:
        """What is to be subscribed to."""
        return self._sayings.topics

    def will(self) -> tuple:
        """Return (topic, payload, QoS, retained) of the last will."""
        return self._sayings.packed("presence", {"online": False})

    def goodbye(self) -> tuple:
        """Return (topic, payload, QoS, retained) of the last words before a planned stop."""
        return self._sayings.packed("presence", self._sayings.presence(online=False))

    # --- what the device wants

    def report(self, state: dict):
        """Have a state published, retained, at most one in `state_ms`: the newest one.

        Fields of wire `state` without session; `last` is the journal's last number unless given.
        """
        self._report = self._sayings.state(state)
        self._dues.add("state")

    @property
    def reported(self) -> dict:
        """The newest state; empty before the first one."""
        return self._report

    def report_again(self):
        """What `also` says has changed."""
        if self._report:
            self._dues.add("state")

    def ask(self, then, op: str, wait_ms: int = 0, **fields):
        """Ask the service: `then` is called once, with its answer or None.

        None: it does not serve us, it is too late, or ASKS_MAX asks are open already.
        """
        if not self.served or len(self._asks) == ASKS_MAX:
            then(None)
            return
        self._ask_count += 1
        ask_id = "%d.%d" % (self._clock.boot, self._ask_count)
        wait_ms = wait_ms or self.timings["ask_ms"]
        fields = fields | {"id": ask_id, "op": op, "wait_ms": wait_ms}
        message = self._sayings.packed("ask", fields)
        self._asks[ask_id] = (then, self._clock.uptime_ms() + wait_ms, message)
        self._trust.ask(ask_id)
        self._expect_answer()

    # --- what the connection does

    def happened(self, event: str):
        """Take an event of tables/link.py."""
        self.state, effects = table.step(self.state, event)
        for effect in effects:
            if effect in _SHELL:
                self.todo.append(effect)
            else:
                getattr(self, "_" + effect)()

    def begin(self):
        """To be called before each connection: makes the session id that the will carries."""
        self._connections += 1
        self._sayings.session = "%d.%d" % (self._clock.boot, self._connections)
        self._trust.begin(self.session)
        self._dues = set()

    def say(self) -> tuple | None:
        """Return the next (topic, payload, QoS, retained) to be sent, or None for now."""
        now_ms = self._clock.uptime_ms()
        if not self._connected():
            return None
        for ask_id, (then, deadline_ms, message) in self._asks.items():
            if message:
                self._asks[ask_id] = (then, deadline_ms, None)
                return message
        for due in DUES:
            if due in self._dues and (due != "state" or now_ms >= self._state_at_ms):
                self._dues.remove(due)
                return self._sayings.packed(due, getattr(self, "_say_" + due)(now_ms))
        payload = self._upload.next(now_ms) if self.served else None
        if not payload:
            return None
        self._expect_answer()
        return self._sayings.fact(payload)

    def heard(self, topic: str, payload: bytes | None, retained: bool):
        """Take a message; payload None: it was longer than we read."""
        try:
            if topic == self._sayings.service_topic:
                self._heard_service(payload, retained)
                return
            name, body = self._trust.believe(topic, payload)
        except (Doubt, wire.WireError) as error:
            self.doubts += 1
            self._log("uplink: not believed: %s" % error)
            return
        getattr(self, "_heard_" + name)(body, retained)

    # --- time

    def ring(self):
        """Let happen what the timers that have run out stand for."""
        now_ms = self._clock.uptime_ms()
        for name, at_ms in list(self._timers.items()):
            if now_ms >= at_ms and self._timers.get(name) == at_ms:
                self._timers.pop(name)
                getattr(self, "_ring_" + name)(now_ms)
        for ask_id, (_then, deadline_ms, _message) in list(self._asks.items()):
            if now_ms >= deadline_ms:
                self._settle(ask_id, None)

    def until_ring_ms(self) -> int | None:
        """Return how long no timer runs out; None is for ever."""
        times = list(self._timers.values())
        times += [deadline_ms for _then, deadline_ms, _message in self._asks.values()]
        return max(0, min(times) - self._clock.uptime_ms()) if times else None

    def until_say_ms(self) -> int | None:
        """Return how long there is nothing to say unless something happens; None is for ever."""
        now_ms = self._clock.uptime_ms()
        times = [self._upload.retry_ms(now_ms)] if self.served and self._upload.waiting else []
        if "state" in self._dues and self._connected():
            times.append(max(0, self._state_at_ms - now_ms))
        return min(times) if times else None

    def _connected(self) -> bool:
        return self.state in (table.GREETING, table.SERVED, table.UNSERVED)

    def _ring_pause_over(self, _now_ms: int):
        self.happened("pause_over")

    def _ring_unanswered(self, _now_ms: int):
        self.happened("unanswered")

    def _ring_given_up(self, _now_ms: int):
        self.happened("given_up")

    def _ring_beat(self, now_ms: int):
        self._dues.add("beat")
        self._timers["beat"] = now_ms + self.timings["beat_ms"]

    def _ring_greet(self, now_ms: int):
        self._dues.add("hello")
        self._expect_answer()
        self._timers["greet"] = now_ms + self.timings["greet_ms"]

    def _expect_answer(self):
        if "unanswered" not in self._timers:
            self._start_answer_timer()

    # --- effects of the table

    def _start_pause(self):
        now_ms = self._clock.uptime_ms()
        if self._attempt == 0:
            self._outage_ms = now_ms
        longest_ms = table.pause_ms(self.timings, self._attempt, now_ms - self._outage_ms)
        self._attempt += 1
        self._timers = {"pause_over": now_ms + self._dice(longest_ms)}
        self._dues = set()

    def _send_presence(self):
        self._dues.add("presence")
        self._timers["beat"] = self._clock.uptime_ms() + self.timings["beat_ms"]

    def _send_hello(self):
        self._dues.add("hello")

    def _send_state(self):
        self._state_at_ms = 0
        if self._report:
            self._dues.add("state")

    def _start_answer_timer(self):
        self._timers["unanswered"] = self._clock.uptime_ms() + self.timings["answer_ms"]

    def _start_giving_up(self):
        self._timers["given_up"] = self._clock.uptime_ms() + self.timings["unserved_ms"]

    def _flush(self):
        for name in ("unanswered", "given_up"):
            self._timers.pop(name, None)
        self._served_ms = self._clock.uptime_ms()
        self._timers["greet"] = self._served_ms + self.timings["greet_ms"]
        self._upload.restart()
        self._on_served(True)

    def _hold(self):
        self._timers.pop("greet", None)
        if self._clock.uptime_ms() - self._served_ms >= self.timings["settled_ms"]:
            self._attempt = 0
        self._on_served(False)
        for ask_id in list(self._asks):
            self._settle(ask_id, None)

    # --- what is said

    def _say_presence(self, _now_ms: int) -> dict:
        return self._sayings.presence()

    def _say_hello(self, now_ms: int) -> dict:
        nonce = "%04x%04x" % (self._dice(0x10000), self._dice(0x10000))
        self._trust.greet(nonce)
        self._hello_ms = now_ms
        return self._sayings.hello(nonce)

    def _say_state(self, now_ms: int) -> dict:
        self._state_at_ms = now_ms + self.timings["state_ms"]
        return self._report | self._also()

    def _say_beat(self, _now_ms: int) -> dict:
        return self._sayings.beat(self._health())

    # --- what is heard

    def _heard_service(self, payload: bytes | None, retained: bool):
        said = wire.check("service", wire.SERVICE_FIELDS, wire.load(payload or b""))
        if not said["online"]:
            self.happened("service_off")
        # What was retained is what our hello asks for anyway.
        elif not retained or self.state == table.UNSERVED:
            self.happened("service_on")

    def _heard_ack(self, ack: dict, _retained: bool):
        now_ms = self._clock.uptime_ms()
        if ack["nonce"]:
            trip_ms = now_ms - self._hello_ms
            if trip_ms <= ROUND_TRIP_MAX_MS:
                self._clock.learn(ack["time_ms"] + trip_ms // 2)
            self.happened("answered")
        if self._upload.acked(ack, now_ms):
            self.happened("renewed")
        self._was_answered()

    def _heard_answer(self, answer: dict, _retained: bool):
        self._settle(answer["id"], answer)
        self._was_answered()

    def _heard_order(self, order: dict, retained: bool):
        self._on_order(order, retained)

    def _heard_want(self, want: dict, retained: bool):
        self._on_want(want, retained)

    def _was_answered(self):
        """The service lives: what else it owes us it owes from now on."""
        if self.served:
            self._timers.pop("unanswered", None)
            if self._upload.waiting or self._asks:
                self._expect_answer()

    def _settle(self, ask_id: str, answer: dict | None):
        then, _deadline_ms, _message = self._asks.pop(ask_id)
        self._trust.forget(ask_id)
        then(answer)
