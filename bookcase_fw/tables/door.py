"""One compartment's door session, as a table.

SHUT is rest.  SETTLED and PENDING are rest, too, but the last session waits for its second count.
A session that cannot be counted because the reader is dead waits in BLIND.  A start in the middle
of a session begins in OPEN and hears from the lock board how the door stands.

Events: `request` somebody may open; `released`, `jammed` whether the lock board took the order, so
that no screen says "open" too early; `opened`, `shut` the door; `timeout` the timer that was
started last; `sure`, `unsure`, `blind` how a count went (`unsure`: a book was not seen, or too many
were taken, and the reader was not asked yet);
`count` an order; `hurry` somebody has come.
"""

SHUT, OPENING, OPENING_AGAIN, OPEN, LEFT_OPEN, COUNTING, AGAIN, SETTLED, PENDING = (
    "shut",
    "opening",
    "opening_again",  # The line may have swallowed the first order.
    "open",
    "left_open",
    "counting",
    "again",  # Released once more, to move the books apart or to put some back.
    "settled",  # Recorded; the door may still spring open again.
    "pending",  # Recorded; the second count is to come.
)
RECOUNTING, WAITING, BLIND = (
    "recounting",
    "waiting",  # To be opened as soon as the count that is on has settled the last session.
    "blind",
)
STATES = (SHUT, OPENING, OPENING_AGAIN, OPEN, LEFT_OPEN, COUNTING, AGAIN, SETTLED, PENDING)
STATES += (RECOUNTING, WAITING, BLIND)
EVENTS = (
    "request",
    "released",
    "opened",
    "shut",
    "jammed",
    "timeout",
    "sure",
    "unsure",
    "blind",
    "count",
    "hurry",
)

_RELEASE = ("begin", "start_opening_timer", "release")
_UNKNOWN = ("begin_unknown", "start_left_open_timer", "show_open")
_OPEN = ("start_left_open_timer", "show_open")
_RECORD = ("end_shut", "start_rebound_timer", "tell_done")

# fmt: off
TABLE = {
    # state          event         next state     effects, in order
    (SHUT,          "request"):   (OPENING,       _RELEASE),
    (SHUT,          "opened"):    (OPEN,          _UNKNOWN),
    (SHUT,          "count"):     (RECOUNTING,    ("start_count",)),

    (OPENING,       "released"):  (OPENING,       ("show_opening",)),
    (OPENING,       "opened"):    (OPEN,          _OPEN),
    (OPENING,       "timeout"):   (OPENING_AGAIN, ("start_opening_timer", "release")),
    (OPENING,       "jammed"):    (SHUT,          ("stop_timer", "end_jammed", "tell_jammed")),
    (OPENING,       "request"):   (OPENING,       ("refuse",)),

    (OPENING_AGAIN, "released"):  (OPENING_AGAIN, ("show_opening",)),
    (OPENING_AGAIN, "opened"):    (OPEN,          _OPEN),
    (OPENING_AGAIN, "timeout"):   (SHUT,          ("end_never_opened", "tell_jammed")),
    (OPENING_AGAIN, "jammed"):    (SHUT,          ("stop_timer", "end_jammed", "tell_jammed")),
    (OPENING_AGAIN, "request"):   (OPENING_AGAIN, ("refuse",)),

    (OPEN,          "shut"):      (COUNTING,      ("stop_timer", "show_counting", "start_count")),
    (OPEN,          "timeout"):   (LEFT_OPEN,     ("note_left_open", "show_left_open")),
    (OPEN,          "request"):   (OPEN,          ("refuse",)),

    (LEFT_OPEN,     "shut"):      (COUNTING,      ("show_counting", "start_count")),
    (LEFT_OPEN,     "request"):   (LEFT_OPEN,     ("refuse",)),

    (COUNTING,      "opened"):    (OPEN,          ("stop_count", "note_rebound") + _OPEN),
    (COUNTING,      "sure"):      (SETTLED,       _RECORD),
    (COUNTING,      "unsure"):    (AGAIN,         ("note_asked", "start_opening_timer", "release")),
    (COUNTING,      "blind"):     (BLIND,         ("start_retry_timer", "tell_blind")),
    (COUNTING,      "request"):   (COUNTING,      ("refuse",)),

    (AGAIN,         "released"):  (AGAIN,         ("show_again",)),
    (AGAIN,         "opened"):    (OPEN,          ("start_left_open_timer", "show_again")),
    (AGAIN,         "timeout"):   (COUNTING,      ("show_counting", "start_count")),
    (AGAIN,         "jammed"):    (COUNTING,      ("stop_timer", "show_counting", "start_count")),
    (AGAIN,         "request"):   (AGAIN,         ("refuse",)),

    (SETTLED,       "opened"):    (OPEN,          ("begin_rebound",) + _OPEN),
    (SETTLED,       "timeout"):   (PENDING,       ("start_second_timer",)),
    (SETTLED,       "request"):   (WAITING,       ("stop_timer", "show_counting", "start_count")),
    (SETTLED,       "count"):     (RECOUNTING,    ("stop_timer", "start_count")),
    (SETTLED,       "hurry"):     (RECOUNTING,    ("stop_timer", "start_count")),

    (PENDING,       "opened"):    (OPEN,          _UNKNOWN),
    (PENDING,       "timeout"):   (RECOUNTING,    ("start_count",)),
    (PENDING,       "request"):   (WAITING,       ("stop_timer", "show_counting", "start_count")),
    (PENDING,       "count"):     (RECOUNTING,    ("stop_timer", "start_count")),
    (PENDING,       "hurry"):     (RECOUNTING,    ("stop_timer", "start_count")),

    (RECOUNTING,    "opened"):    (OPEN,          ("stop_count",) + _UNKNOWN),
    (RECOUNTING,    "sure"):      (SHUT,          ("settle",)),
    (RECOUNTING,    "unsure"):    (SHUT,          ("settle",)),
    (RECOUNTING,    "blind"):     (SHUT,          ("tell_uncounted",)),
    (RECOUNTING,    "request"):   (WAITING,       ("show_counting", "hurry_count")),

    (WAITING,       "opened"):    (OPEN,          ("stop_count", "begin") + _OPEN),
    (WAITING,       "sure"):      (OPENING,       ("settle",) + _RELEASE),
    (WAITING,       "unsure"):    (OPENING,       ("settle",) + _RELEASE),
    (WAITING,       "blind"):     (SHUT,          ("tell_uncounted", "refuse")),
    (WAITING,       "request"):   (WAITING,       ("refuse",)),

    (BLIND,         "opened"):    (OPEN,          ("note_unknown",) + _OPEN),
    (BLIND,         "timeout"):   (COUNTING,      ("start_count",)),
    (BLIND,         "request"):   (BLIND,         ("refuse",)),
}
# fmt: on

# Changes nothing: what cannot be, what comes too late, what is so already.
# fmt: off
_COUNTS = ("sure", "unsure", "blind")
_REST = {
    SHUT: _COUNTS + ("released", "jammed", "shut", "timeout", "hurry"),
    OPENING: _COUNTS + ("shut", "count", "hurry"),
    OPENING_AGAIN: _COUNTS + ("shut", "count", "hurry"),
    OPEN: _COUNTS + ("released", "jammed", "opened", "count", "hurry"),
    LEFT_OPEN: _COUNTS + ("released", "jammed", "opened", "timeout", "count", "hurry"),
    COUNTING: ("released", "jammed", "shut", "timeout", "count", "hurry"),
    AGAIN: _COUNTS + ("shut", "count", "hurry"),
    SETTLED: _COUNTS + ("released", "jammed", "shut"),
    PENDING: _COUNTS + ("released", "jammed", "shut"),
    RECOUNTING: ("released", "jammed", "shut", "timeout", "count", "hurry"),
    WAITING: ("released", "jammed", "shut", "timeout", "count", "hurry"),
    BLIND: _COUNTS + ("released", "jammed", "shut", "count", "hurry"),
}
# fmt: on
IGNORED = tuple([(state, event) for state in STATES for event in _REST[state]])

# A request is taken: at once, or as soon as the count that is on is done.
FREE = (SHUT, SETTLED, PENDING, RECOUNTING)
# Where a door session is on, so that a start in the middle of it must finish it.
ON = (OPENING, OPENING_AGAIN, OPEN, LEFT_OPEN, COUNTING, AGAIN, BLIND)


def step(state: str, event: str) -> tuple:
    """Return (next state, effects)."""
    return TABLE.get((state, event), (state, ()))
