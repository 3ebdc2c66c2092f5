"""How a machine takes an update, as a table: fetched, tried at a start, confirmed or left again.

    resting -> fetching -> ready -> leaving     (restart)     trying -> resting
                 |   ^                                           |
               pausing                                        leaving -> ... -> the other half

Which half a start is from, and how often a trial may start, halves.py decides before any of this
runs; so a trial that gets nowhere ends by itself.
"""

RESTING, FETCHING, PAUSING, READY, LEAVING, TRYING = STATES = (
    "resting",  # nothing is wanted that is not in force or has failed here
    "fetching",  # pieces are written into the other half
    "pausing",  # the connection was cut; what was written stays
    "ready",  # whole and genuine; it waits until nobody is at the machine
    "leaving",  # the machine restarts
    "trying",  # this start is a trial
)
EVENTS = (
    "wanted",  # the service wants another image than before, and it may be taken
    "withdrawn",  # it wants it no longer
    "fetched",  # the other half holds all of it, genuine
    "cut",  # it could not be fetched now
    "bad",  # it must not be taken: forged, older, not for us
    "pause_over",
    "idle",  # nobody is at the machine and no door is open
    "proved",  # the self-test passed and the service answered our hello
    "failed",  # that did not happen in time
)

# fmt: off
TABLE = {
    # state     event          next state  effects, in order
    (RESTING,  "wanted"):     (FETCHING,  ("fetch",)),
    (FETCHING, "wanted"):     (FETCHING,  ("stop", "fetch")),
    (FETCHING, "withdrawn"):  (RESTING,   ("stop",)),
    (FETCHING, "fetched"):    (READY,     ("await_idle",)),
    (FETCHING, "cut"):        (PAUSING,   ("pause",)),
    (FETCHING, "bad"):        (RESTING,   ("refuse", "look")),
    (PAUSING,  "wanted"):     (FETCHING,  ("stop", "fetch")),
    (PAUSING,  "withdrawn"):  (RESTING,   ("stop",)),
    (PAUSING,  "pause_over"): (FETCHING,  ("fetch",)),
    (READY,    "wanted"):     (FETCHING,  ("stop", "fetch")),
    (READY,    "withdrawn"):  (RESTING,   ("stop",)),
    (READY,    "idle"):       (LEAVING,   ("mark", "restart")),
    (TRYING,   "proved"):     (RESTING,   ("confirm", "look")),
    (TRYING,   "failed"):     (LEAVING,   ("restart",)),
}
# fmt: on
# Changes nothing.  A trial is not disturbed by what is wanted next: it looks when it is over.
_REST = {
    RESTING: ("withdrawn", "fetched", "cut", "bad", "pause_over", "idle", "proved", "failed"),
    FETCHING: ("pause_over", "idle", "proved", "failed"),
    PAUSING: ("fetched", "cut", "bad", "idle", "proved", "failed"),
    READY: ("fetched", "cut", "bad", "pause_over", "proved", "failed"),
    LEAVING: EVENTS,
    TRYING: ("wanted", "withdrawn", "fetched", "cut", "bad", "pause_over", "idle"),
}
IGNORED = tuple([(state, event) for state in STATES for event in _REST[state]])

TIMINGS = {
    "update_pause_ms": 5000,  # before the next attempt to fetch; it doubles ...
    "update_pause_max_ms": 600000,  # ... up to this
    "update_idle_ms": 1000,  # between two looks whether anybody is there
    "update_test_ms": 30000,  # for every part to show whether it works
    "update_trial_ms": 600000,  # for the self-test and an answered hello, at each start of a trial
}


def step(state: str, event: str) -> tuple:
    """Return (next state, effects)."""
    return TABLE.get((state, event), (state, ()))
