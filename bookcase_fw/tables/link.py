"""A device's session with the service, as a table: what happens is an event, what follows a word.

    down -> connecting -> subscribing -> greeting -> served
                                             \\          |
                                              unserved <-

An MQTT server acknowledges what it then drops, so being connected proves nothing: only an `ack`
that carries the nonce of our `hello` does.  While the service does not serve us the journal is
held back and nothing is asked.
"""

DOWN, CONNECTING, SUBSCRIBING, GREETING, SERVED, UNSERVED, STOPPED = STATES = (
    "down",  # no connection; a pause runs
    "connecting",  # TCP and CONNECT
    "subscribing",  # SUBSCRIBE is sent
    "greeting",  # hello is sent
    "served",  # the service answered our hello
    "unserved",  # connected, and the service does not answer or says that it is away
    "stopped",  # said goodbye for good
)
EVENTS = (
    "pause_over",  # it is time to connect again
    "connected",  # the MQTT server accepted us
    "subscribed",  # ... and our subscriptions
    "answered",  # a genuine ack carried the nonce of our hello
    "unanswered",  # nothing genuine was heard for `answer_ms` although something was wanted
    "service_on",  # the service has just said that it is there
    "service_off",  # the service says that it is away
    "given_up",  # unserved for `unserved_ms`: perhaps it is the connection
    "renewed",  # the service ordered a new journal id, and it is in force
    "lost",  # the connection ended or could not be made
    "stop",  # the device stops
)

_GREET = ("send_hello", "start_answer_timer")

# fmt: off
TABLE = {
    # state       event           next state    effects, in order
    (DOWN,        "pause_over"):  (CONNECTING,  ("connect",)),
    (DOWN,        "stop"):        (STOPPED,     ()),
    (CONNECTING,  "connected"):   (SUBSCRIBING, ("subscribe",)),
    (CONNECTING,  "lost"):        (DOWN,        ("close", "start_pause")),
    (CONNECTING,  "stop"):        (STOPPED,     ("close",)),
    (SUBSCRIBING, "subscribed"):  (GREETING,    ("send_presence", "send_state") + _GREET),
    (SUBSCRIBING, "lost"):        (DOWN,        ("close", "start_pause")),
    (SUBSCRIBING, "stop"):        (STOPPED,     ("close",)),
    (GREETING,    "answered"):    (SERVED,      ("flush",)),
    (GREETING,    "unanswered"):  (UNSERVED,    _GREET + ("start_giving_up",)),
    (GREETING,    "service_on"):  (GREETING,    _GREET),
    (GREETING,    "service_off"): (UNSERVED,    ("start_answer_timer", "start_giving_up")),
    (GREETING,    "renewed"):     (GREETING,    _GREET),
    (GREETING,    "lost"):        (DOWN,        ("close", "start_pause")),
    (GREETING,    "stop"):        (STOPPED,     ("say_goodbye", "close")),
    (SERVED,      "unanswered"):  (UNSERVED,    ("hold",) + _GREET + ("start_giving_up",)),
    (SERVED,      "service_on"):  (GREETING,    ("hold",) + _GREET),
    (SERVED,      "service_off"): (UNSERVED,    ("hold", "start_answer_timer", "start_giving_up")),
    (SERVED,      "renewed"):     (GREETING,    ("hold",) + _GREET),
    (SERVED,      "lost"):        (DOWN,        ("hold", "close", "start_pause")),
    (SERVED,      "stop"):        (STOPPED,     ("hold", "say_goodbye", "close")),
    (UNSERVED,    "answered"):    (SERVED,      ("flush",)),
    (UNSERVED,    "unanswered"):  (UNSERVED,    _GREET),
    (UNSERVED,    "service_on"):  (GREETING,    _GREET),
    (UNSERVED,    "given_up"):    (DOWN,        ("close", "start_pause")),
    (UNSERVED,    "renewed"):     (GREETING,    _GREET),
    (UNSERVED,    "lost"):        (DOWN,        ("close", "start_pause")),
    (UNSERVED,    "stop"):        (STOPPED,     ("say_goodbye", "close")),
}
# fmt: on
# Changes nothing.  Every other pair must be in TABLE: a test counts them.
# fmt: off
IGNORED = (
    # A word or timer of a connection that has ended since.
    (DOWN, "connected"), (DOWN, "subscribed"), (DOWN, "answered"), (DOWN, "unanswered"),
    (DOWN, "service_on"), (DOWN, "service_off"), (DOWN, "given_up"), (DOWN, "renewed"),
    (DOWN, "lost"),
    (CONNECTING, "pause_over"), (CONNECTING, "subscribed"), (CONNECTING, "answered"),
    (CONNECTING, "unanswered"), (CONNECTING, "service_on"), (CONNECTING, "service_off"),
    (CONNECTING, "given_up"), (CONNECTING, "renewed"),
    # The hello follows in any case.
    (SUBSCRIBING, "pause_over"), (SUBSCRIBING, "connected"), (SUBSCRIBING, "answered"),
    (SUBSCRIBING, "unanswered"), (SUBSCRIBING, "service_on"), (SUBSCRIBING, "service_off"),
    (SUBSCRIBING, "given_up"), (SUBSCRIBING, "renewed"),
    (GREETING, "pause_over"), (GREETING, "connected"), (GREETING, "subscribed"),
    (GREETING, "given_up"),
    (SERVED, "pause_over"), (SERVED, "connected"), (SERVED, "subscribed"), (SERVED, "answered"),
    (SERVED, "given_up"),
    (UNSERVED, "pause_over"), (UNSERVED, "connected"), (UNSERVED, "subscribed"),
    (UNSERVED, "service_off"),
    (STOPPED, "pause_over"), (STOPPED, "connected"), (STOPPED, "subscribed"),
    (STOPPED, "answered"), (STOPPED, "unanswered"), (STOPPED, "service_on"),
    (STOPPED, "service_off"), (STOPPED, "given_up"), (STOPPED, "renewed"), (STOPPED, "lost"),
    (STOPPED, "stop"),
)
# fmt: on

TIMINGS = {
    "keep_alive_ms": 20000,  # a ping when 3/4 of it was silent; 1.5 of it ends the connection
    "connect_ms": 10000,  # from the first packet to the server's acceptance
    "puback_ms": 10000,  # a server that acknowledges later than this is lost
    "answer_ms": 10000,  # the service must answer a hello, a fact or an ask within this
    "unserved_ms": 300000,  # connected and unserved this long, it tries a new connection
    "ask_ms": 3000,  # an ask is given up after this, unless it says otherwise
    "state_ms": 1000,  # at most one state in this
    "beat_ms": 60000,
    "greet_ms": 3600000,  # while served, a hello this often: a sample of the service's clock
    "pause_ms": 1000,  # first pause before connecting again is below this; it doubles ...
    "pause_max_ms": 30000,  # ... up to this in the first `outage_ms` of an outage
    "pause_long_ms": 300000,  # ... and up to this later
    "outage_ms": 600000,
    "settled_ms": 60000,  # served this long, the next outage begins with a short pause again
}

# What a kind of connection changes of it: on 4G every byte is paid for.
PROFILES = {
    "line": {},
    "4g": {"keep_alive_ms": 240000, "beat_ms": 900000, "state_ms": 10000},
}


def step(state: str, event: str) -> tuple:
    """Return (next state, effects)."""
    return TABLE.get((state, event), (state, ()))


def pause_ms(timings: dict, attempt: int, outage_ms: int) -> int:
    """Return below what the pause before an attempt (from 0) is drawn: all of it is jitter.

    A fleet that lost its server together must not come back together.
    """
    longest = timings["pause_max_ms" if outage_ms < timings["outage_ms"] else "pause_long_ms"]
    return min(longest, timings["pause_ms"] << min(attempt, 16))
