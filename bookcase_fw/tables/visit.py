"""One reader at one machine at a time, as a table.

Events: `card` somebody has shown a card; `yes`, `no` the answer; `choose` a door; `opened` a door
that was theirs springs open again; `done`, `jammed`, `blind`, `refused` how it ended at the door;
`staff` a staff card, `over` staff have gone (their own table is staff.py);
`leave` and `stay` on the screen; `timeout` the timer that was started last.  What the door is doing
meanwhile, its own table shows.
"""

IDLE, ASKING, CHOOSING, AT_DOOR, DONE, LEAVING, REFUSED, STAFF = STATES = (
    "idle",
    "asking",
    "choosing",
    "at_door",
    "done",
    "leaving",  # Nobody touched anything for long: the visit ends soon, and the screen says so.
    "refused",
    "staff",  # Staff are at the machine.
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
    "staff",
    "over",
    "leave",
    "stay",
    "timeout",
)

_BEGIN = ("begin", "show_asking", "hurry", "ask_service")
_END = ("stop_timer", "end", "show_welcome")
_WARN = ("warn", "start_stay_timer")
_STAFF = ("stop_timer", "end", "begin_staff")
_CHOOSE = ("show_choose", "start_choose_timer", "choose_only")

# fmt: off
TABLE = {
    # state      event        next state effects, in order
    (IDLE,      "card"):     (ASKING,    _BEGIN),
    (IDLE,      "staff"):    (STAFF,     ("begin_staff",)),

    (ASKING,    "yes"):      (CHOOSING,  _CHOOSE),
    (ASKING,    "no"):       (REFUSED,   ("show_refused", "start_refused_timer")),

    (CHOOSING,  "choose"):   (AT_DOOR,   ("stop_timer", "open")),
    (CHOOSING,  "card"):     (ASKING,    ("stop_timer", "end") + _BEGIN),
    (CHOOSING,  "staff"):    (STAFF,     _STAFF),
    (CHOOSING,  "leave"):    (IDLE,      _END),
    (CHOOSING,  "stay"):     (CHOOSING,  ("start_choose_timer",)),
    (CHOOSING,  "timeout"):  (LEAVING,   _WARN),

    (AT_DOOR,   "done"):     (DONE,      ("show_done", "start_done_timer")),
    (AT_DOOR,   "blind"):    (DONE,      ("show_blind", "start_done_timer")),
    (AT_DOOR,   "jammed"):   (CHOOSING,  ("show_jammed", "start_choose_timer")),
    (AT_DOOR,   "refused"):  (CHOOSING,  ("show_busy", "start_choose_timer")),

    (DONE,      "choose"):   (AT_DOOR,   ("stop_timer", "open")),
    (DONE,      "opened"):   (AT_DOOR,   ("stop_timer",)),
    (DONE,      "card"):     (ASKING,    ("stop_timer", "end") + _BEGIN),
    (DONE,      "staff"):    (STAFF,     _STAFF),
    (DONE,      "leave"):    (IDLE,      _END),
    (DONE,      "stay"):     (DONE,      ("start_done_timer",)),
    (DONE,      "timeout"):  (LEAVING,   _WARN),

    (LEAVING,   "stay"):     (CHOOSING,  ("unwarn", "start_choose_timer")),
    (LEAVING,   "choose"):   (AT_DOOR,   ("stop_timer", "open")),
    (LEAVING,   "opened"):   (AT_DOOR,   ("stop_timer",)),
    (LEAVING,   "card"):     (ASKING,    ("stop_timer", "end") + _BEGIN),
    (LEAVING,   "staff"):    (STAFF,     _STAFF),
    (LEAVING,   "leave"):    (IDLE,      _END),
    (LEAVING,   "timeout"):  (IDLE,      _END),

    (REFUSED,   "card"):     (ASKING,    ("stop_timer", "end") + _BEGIN),
    (REFUSED,   "staff"):    (STAFF,     _STAFF),
    (REFUSED,   "leave"):    (IDLE,      _END),
    (REFUSED,   "timeout"):  (IDLE,      _END),

    (STAFF,     "over"):     (IDLE,      ("show_welcome",)),
}
# fmt: on

# Changes nothing.  Nobody leaves in the middle of a door session: it is theirs until it is counted.
_DOOR = ("opened", "done", "jammed", "blind", "refused")
_REST = {
    IDLE: _DOOR + ("yes", "no", "choose", "over", "leave", "stay", "timeout"),
    ASKING: _DOOR + ("card", "staff", "choose", "over", "leave", "stay", "timeout"),
    CHOOSING: _DOOR + ("yes", "no", "over"),
    AT_DOOR: ("card", "staff", "yes", "no", "choose", "opened", "over", "leave")
    + ("stay", "timeout"),
    DONE: ("yes", "no", "done", "jammed", "blind", "refused", "over"),
    LEAVING: ("yes", "no", "done", "jammed", "blind", "refused", "over"),
    REFUSED: _DOOR + ("yes", "no", "choose", "over", "stay"),
    STAFF: _DOOR + ("card", "staff", "yes", "no", "choose", "leave", "stay", "timeout"),
}
IGNORED = tuple([(state, event) for state in STATES for event in _REST[state]])


def step(state: str, event: str) -> tuple:
    """Return (next state, effects)."""
    return TABLE.get((state, event), (state, ()))
