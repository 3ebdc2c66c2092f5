"""One reader at one machine at a time, as a table.

Events: `card` somebody has shown a card; `yes`, `no` the answer; `choose` a door; `opened` a door
that was theirs springs open again; `done`, `jammed`, `blind`, `refused` how it ended at the door;
`leave` on the screen; `timeout` the timer that was started last.  What the door is doing meanwhile,
its own table shows.
"""

IDLE, ASKING, CHOOSING, AT_DOOR, DONE, REFUSED = STATES = (
    "idle",
    "asking",
    "choosing",
    "at_door",
    "done",
    "refused",
)
EVENTS = (
    "card",
    "yes",
    "no",
    "choose",
    "opened",
    "done",
    "jammed",
    "blind",
    "refused",
    "leave",
    "timeout",
)

_BEGIN = ("begin", "show_asking", "hurry", "ask_service")
_END = ("stop_timer", "end", "show_welcome")
_CHOOSE = ("show_choose", "start_choose_timer", "choose_only")

# fmt: off
TABLE = {
    # state      event        next state effects, in order
    (IDLE,      "card"):     (ASKING,    _BEGIN),

    (ASKING,    "yes"):      (CHOOSING,  _CHOOSE),
    (ASKING,    "no"):       (REFUSED,   ("show_refused", "start_refused_timer")),

    (CHOOSING,  "choose"):   (AT_DOOR,   ("stop_timer", "open")),
    (CHOOSING,  "card"):     (ASKING,    ("stop_timer", "end") + _BEGIN),
    (CHOOSING,  "leave"):    (IDLE,      _END),
    (CHOOSING,  "timeout"):  (IDLE,      _END),

    (AT_DOOR,   "done"):     (DONE,      ("show_done", "start_done_timer")),
    (AT_DOOR,   "blind"):    (DONE,      ("show_blind", "start_done_timer")),
    (AT_DOOR,   "jammed"):   (CHOOSING,  ("show_jammed", "start_choose_timer")),
    (AT_DOOR,   "refused"):  (CHOOSING,  ("show_busy", "start_choose_timer")),

    (DONE,      "choose"):   (AT_DOOR,   ("stop_timer", "open")),
    (DONE,      "opened"):   (AT_DOOR,   ("stop_timer",)),
    (DONE,      "card"):     (ASKING,    ("stop_timer", "end") + _BEGIN),
    (DONE,      "leave"):    (IDLE,      _END),
    (DONE,      "timeout"):  (IDLE,      _END),

    (REFUSED,   "card"):     (ASKING,    ("stop_timer", "end") + _BEGIN),
    (REFUSED,   "leave"):    (IDLE,      _END),
    (REFUSED,   "timeout"):  (IDLE,      _END),
}
# fmt: on

# Changes nothing.  Nobody leaves in the middle of a door session: it is theirs until it is counted.
_REST = {
    IDLE: ("yes", "no", "choose", "opened", "done", "jammed", "blind", "refused", "leave"),
    ASKING: ("card", "choose", "opened", "done", "jammed", "blind", "refused", "leave"),
    CHOOSING: ("yes", "no", "opened", "done", "jammed", "blind", "refused"),
    AT_DOOR: ("card", "yes", "no", "choose", "opened", "leave"),
    DONE: ("yes", "no", "done", "jammed", "blind", "refused"),
    REFUSED: ("yes", "no", "choose", "opened", "done", "jammed", "blind", "refused"),
}
IGNORED = tuple([(state, event) for state in STATES for event in _REST[state]])
IGNORED += ((IDLE, "timeout"), (ASKING, "timeout"), (AT_DOOR, "timeout"))


def step(state: str, event: str) -> tuple:
    """Return (next state, effects)."""
    return TABLE.get((state, event), (state, ()))
