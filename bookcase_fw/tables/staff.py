"""Staff at a machine, as a table: card, PIN, doors or tasks; it ends with the last door shut.

Events: `card` a staff card, `barred` one while PINs are not checked; `pin`, `choose`, `task`,
`leave` on the screen; `right`, `wrong`, `locked` what the PIN was; `opened`, `done`, `jammed` what
a door of theirs does while another is still theirs, `all_done`, `all_jammed` the last one;
`finished` a task; `timeout` the timer that was started last.
"""

OUT, PIN, CHECKING, BARRED, MENU, AT_DOORS, DONE, WORKING, TOLD = STATES = (
    "out",
    "pin",
    "checking",
    "barred",  # Too many wrong PINs.
    "menu",
    "at_doors",
    "done",  # The last door is shut: only what was moved is shown.
    "working",
    "told",  # What a task found.
)
EVENTS = (
    "card",
    "barred",
    "pin",
    "right",
    "wrong",
    "locked",
    "choose",
    "task",
    "opened",
    "done",
    "all_done",
    "jammed",
    "all_jammed",
    "finished",
    "leave",
    "timeout",
)

_END = ("stop_timer", "end")
_MENU = ("show_menu", "start_menu_timer")
_WORK = ("stop_timer", "show_working", "work")

# fmt: off
TABLE = {
    # state      event          next state  effects, in order
    (OUT,       "card"):       (PIN,       ("begin", "show_pin", "start_pin_timer")),
    (OUT,       "barred"):     (BARRED,    ("show_barred", "start_told_timer")),

    (PIN,       "pin"):        (CHECKING,  ("stop_timer", "show_checking", "check")),
    (PIN,       "leave"):      (OUT,       _END),
    (PIN,       "timeout"):    (OUT,       _END),

    (CHECKING,  "right"):      (MENU,      _MENU),
    (CHECKING,  "wrong"):      (PIN,       ("show_wrong", "start_pin_timer")),
    (CHECKING,  "locked"):     (BARRED,    ("show_barred", "start_told_timer")),

    (BARRED,    "leave"):      (OUT,       _END),
    (BARRED,    "timeout"):    (OUT,       _END),

    (MENU,      "choose"):     (AT_DOORS,  ("stop_timer", "open")),
    (MENU,      "task"):       (WORKING,   _WORK),
    (MENU,      "leave"):      (OUT,       _END),
    (MENU,      "timeout"):    (OUT,       _END),

    (AT_DOORS,  "choose"):     (AT_DOORS,  ("open",)),
    (AT_DOORS,  "opened"):     (AT_DOORS,  ("show_doors",)),
    (AT_DOORS,  "done"):       (AT_DOORS,  ("show_doors",)),
    (AT_DOORS,  "jammed"):     (AT_DOORS,  ("show_jammed",)),
    (AT_DOORS,  "all_jammed"): (MENU,      ("show_jammed", "start_menu_timer")),
    (AT_DOORS,  "all_done"):   (DONE,      ("show_done", "start_told_timer")),

    (DONE,      "opened"):     (AT_DOORS,  ("stop_timer", "show_doors")),
    (DONE,      "leave"):      (OUT,       _END),
    (DONE,      "timeout"):    (OUT,       _END),

    (WORKING,   "finished"):   (TOLD,      ("show_found", "start_told_timer")),

    (TOLD,      "task"):       (WORKING,   _WORK),
    (TOLD,      "leave"):      (MENU,      ("stop_timer",) + _MENU),
    (TOLD,      "timeout"):    (OUT,       _END),
}
# fmt: on

# Changes nothing.  Nobody leaves while a door of theirs stands open, or in the middle of a task.
_DOOR = ("opened", "done", "all_done", "jammed", "all_jammed")
_CHECK = ("right", "wrong", "locked")
_CARD = ("card", "barred")
_REST = {
    OUT: ("pin", "choose", "task", "finished", "leave", "timeout") + _CHECK + _DOOR,
    PIN: _CARD + _CHECK + _DOOR + ("choose", "task", "finished"),
    CHECKING: _CARD + _DOOR + ("pin", "choose", "task", "finished", "leave", "timeout"),
    BARRED: _CARD + _CHECK + _DOOR + ("pin", "choose", "task", "finished"),
    MENU: _CARD + _CHECK + _DOOR + ("pin", "finished"),
    AT_DOORS: _CARD + _CHECK + ("pin", "task", "finished", "leave", "timeout"),
    DONE: _CARD + _CHECK + ("pin", "choose", "task", "finished", "done", "all_done", "jammed")
    + ("all_jammed",),
    WORKING: _CARD + _CHECK + _DOOR + ("pin", "choose", "task", "leave", "timeout"),
    TOLD: _CARD + _CHECK + _DOOR + ("pin", "choose", "finished"),
}  # fmt: skip
IGNORED = tuple([(state, event) for state in STATES for event in _REST[state]])


def step(state: str, event: str) -> tuple:
    """Return (next state, effects)."""
    return TABLE.get((state, event), (state, ()))
