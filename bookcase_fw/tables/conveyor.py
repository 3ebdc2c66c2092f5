"""A 24-hour return, as a table: one thing at a time comes in through the flap, is looked at, and
falls into a bin or goes out again.

The belt, its safety relay and its light barriers belong to the PLC; this table only answers what it
tells.  Nothing here starts a belt that a jam or the emergency stop has stopped.

Events: `entered`, `at_reader`, `two_things`, `dropped`, `given_back`, `jam`, `cleared` are told by
the PLC; `out` it is silent or stopped, or the reader is dead; `in` all of that is over;
`occupied`, `empty` what lies on the belt after such a pause; `known`, `wrong`, `no_room`, `blind`
how the look at it went; `full`, `room` whether any bin can take a book; `timeout` the timer that
was started last.
"""

OUT, CHECKING, READY, ENTERING, LOOKING, SORTING, GIVING, JAMMED, FULL = STATES = (
    "out",  # The flap is locked until everything that is needed works.
    "checking",  # What lies on the belt?
    "ready",
    "entering",
    "looking",
    "sorting",
    "giving",  # It goes out again.
    "jammed",
    "full",
)
EVENTS = (
    "entered",
    "at_reader",
    "two_things",
    "dropped",
    "given_back",
    "jam",
    "cleared",
    "out",
    "in",
    "occupied",
    "empty",
    "known",
    "wrong",
    "no_room",
    "blind",
    "full",
    "room",
    "timeout",
)

_OUT = ("stop_timer", "stop_look", "lock", "show_out")
_JAM = ("stop_timer", "stop_look", "lock", "tell_jam", "show_jam")
_LOOK = ("stop_timer", "lock", "show_looking", "look")
_READY = ("unlock", "show_ready")
_DROPPED = ("sorted", "show_returned", "unlock", "start_row_timer")

# fmt: off
TABLE = {
    # state      event          next state effects, in order
    (OUT,        "in"):         (CHECKING, ("check",)),
    (OUT,        "entered"):    (OUT,      ("note_entered",)),
    (OUT,        "two_things"): (OUT,      ("note_two",)),
    (OUT,        "dropped"):    (OUT,      ("sorted",)),
    (OUT,        "given_back"): (OUT,      ("forget",)),
    (OUT,        "jam"):        (JAMMED,   _JAM),

    (CHECKING,   "occupied"):   (LOOKING,  _LOOK),
    (CHECKING,   "empty"):      (READY,    ("forget",) + _READY),
    (CHECKING,   "entered"):    (CHECKING, ("note_entered",)),
    (CHECKING,   "two_things"): (CHECKING, ("note_two",)),
    (CHECKING,   "dropped"):    (CHECKING, ("sorted",)),
    (CHECKING,   "given_back"): (CHECKING, ("forget",)),
    (CHECKING,   "at_reader"):  (LOOKING,  _LOOK),
    (CHECKING,   "full"):       (FULL,     ("lock", "show_full")),
    (CHECKING,   "jam"):        (JAMMED,   _JAM),
    (CHECKING,   "out"):        (OUT,      _OUT),

    (READY,      "entered"):    (ENTERING, ("note_entered", "start_belt_timer", "show_looking")),
    (READY,      "at_reader"):  (LOOKING,  _LOOK),
    (READY,      "full"):       (FULL,     ("lock", "show_full")),
    (READY,      "timeout"):    (READY,    ("end_row", "show_ready")),
    (READY,      "jam"):        (JAMMED,   _JAM),
    (READY,      "out"):        (OUT,      _OUT),

    (ENTERING,   "entered"):    (ENTERING, ("note_two",)),
    (ENTERING,   "two_things"): (ENTERING, ("note_two",)),
    (ENTERING,   "at_reader"):  (LOOKING,  _LOOK),
    (ENTERING,   "timeout"):    (CHECKING, ("check",)),
    (ENTERING,   "jam"):        (JAMMED,   _JAM),
    (ENTERING,   "out"):        (OUT,      _OUT),

    (LOOKING,    "known"):      (SORTING,  ("record", "accept", "start_belt_timer")),
    (LOOKING,    "wrong"):      (GIVING,   ("give_back", "start_belt_timer", "show_given_back")),
    (LOOKING,    "no_room"):    (GIVING,   ("give_back", "start_belt_timer", "show_given_back")),
    (LOOKING,    "blind"):      (OUT,      _OUT),
    (LOOKING,    "entered"):    (LOOKING,  ("note_two", "look")),
    (LOOKING,    "two_things"): (LOOKING,  ("note_two", "look")),
    (LOOKING,    "jam"):        (JAMMED,   _JAM),
    (LOOKING,    "out"):        (OUT,      _OUT),

    (SORTING,    "dropped"):    (READY,    _DROPPED),
    (SORTING,    "timeout"):    (CHECKING, ("check",)),
    (SORTING,    "jam"):        (JAMMED,   _JAM),
    (SORTING,    "out"):        (OUT,      _OUT),

    (GIVING,     "given_back"): (READY,    ("forget", "unlock", "start_row_timer")),
    (GIVING,     "timeout"):    (CHECKING, ("check",)),
    (GIVING,     "jam"):        (JAMMED,   _JAM),
    (GIVING,     "out"):        (OUT,      _OUT),

    (JAMMED,     "cleared"):    (CHECKING, ("tell_cleared", "check")),
    (JAMMED,     "dropped"):    (JAMMED,   ("sorted",)),
    (JAMMED,     "given_back"): (JAMMED,   ("forget",)),

    (FULL,       "room"):       (CHECKING, ("check",)),
    (FULL,       "at_reader"):  (LOOKING,  _LOOK),
    (FULL,       "jam"):        (JAMMED,   _JAM),
    (FULL,       "out"):        (OUT,      _OUT),
}
# fmt: on

# Changes nothing: what cannot be, what comes too late, what is so already.  A bin that is emptied
# while a book lies on the belt is looked at when the next one is sorted.
_LOOKS = ("known", "wrong", "no_room", "blind")
_PAUSES = ("in", "occupied", "empty")
_BELT = ("entered", "at_reader", "two_things", "dropped", "given_back")
_BINS = ("full", "room")
_REST = {
    OUT: _LOOKS + _BINS + ("occupied", "empty", "at_reader", "cleared", "out", "timeout"),
    CHECKING: _LOOKS + ("in", "cleared", "room", "timeout"),
    READY: _LOOKS + _PAUSES + ("two_things", "dropped", "given_back", "cleared", "room"),
    ENTERING: _LOOKS + _PAUSES + _BINS + ("dropped", "given_back", "cleared"),
    LOOKING: _PAUSES + _BINS + ("at_reader", "dropped", "given_back", "cleared", "timeout"),
    SORTING: _LOOKS
    + _PAUSES
    + _BINS
    + ("entered", "at_reader", "two_things", "cleared")
    + ("given_back",),
    GIVING: _LOOKS
    + _PAUSES
    + _BINS
    + ("entered", "at_reader", "two_things", "cleared")
    + ("dropped",),
    JAMMED: _LOOKS
    + _PAUSES
    + _BINS
    + ("entered", "at_reader", "two_things", "jam", "out")
    + ("timeout",),
    FULL: _LOOKS + _PAUSES + _BELT[:1] + _BELT[2:] + ("cleared", "full", "timeout"),
}
IGNORED = tuple([(state, event) for state in STATES for event in _REST[state]])


def step(state: str, event: str) -> tuple:
    """Return (next state, effects)."""
    return TABLE.get((state, event), (state, ()))
