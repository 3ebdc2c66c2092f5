"""What must happen sometimes: a set of runs in which it never did has tried too little.

Each row is asked once a run, of the run's counts (people.py, troubles.py, seen.py).
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple

from hw_sim.city.habits import HABITS
from hw_sim.city.kioskhabits import AT_KIOSKS
from hw_sim.city.troubles import TROUBLES

Counts = Mapping[str, int]


class Condition(NamedTuple):
    name: str
    met: Callable[[Counts], bool]


def _some(*names: str) -> Callable[[Counts], bool]:
    return lambda counts: all(counts.get(name, 0) > 0 for name in names)


# Faults whose rows count under names of their own.
_PARTS = {
    "messages": ("fault_twice", "fault_late", "fault_lost"),
    "wire": ("fault_cut", "fault_garble", "fault_noise", "fault_chop"),
    "dead_part": ("fault_deaf",),
    "misread": ("fault_miss",),
    "disk": ("fault_disk_was_full",),
    "busy": ("fault_database_was_busy",),
}

# fmt: off
CONDITIONS = (
    Condition("a late fact reverses what was folded before",      _some("movement_undo")),
    Condition("a copy back at once never was a loan",             _some("loan_void")),
    Condition("a copy comes back",                                _some("loan_returned")),
    Condition("a copy is taken that somebody else still has",     _some("loan_inferred")),
    Condition("two machines claim a copy",                        _some("case_contradiction")),
    Condition("a machine lends by its own policy",                _some("session_offline")),
    Condition("a limit was passed while machines were offline",
              _some("case_over_limit", "session_offline")),
    Condition("a blocked reader took something",                  _some("case_blocked")),
    Condition("nobody asked for a door",                          _some("session_nobodys")),
    Condition("nobody knows who took a copy",                     _some("case_taken_unknown")),
    Condition("a foreign book is inside",                         _some("case_foreign")),
    Condition("a door springs open",                              _some("session_rebound")),
    Condition("a door is left open",                              _some("session_left_open")),
    Condition("a count is unsure",                                _some("session_unsure")),
    Condition("a session takes and brings",                       _some("session_both_ways")),
    Condition("a power cut ends a session",                       _some("session_power")),
    Condition("a door is never opened",                           _some("session_never_opened")),
    Condition("a second count finds something back",              _some("movement_back")),
    Condition("a second count finds something gone",              _some("movement_gone")),
    Condition("a record is written before the time is known",     _some("clock_0")),
    Condition("a part fails and is reported",                     _some("fact_fault")),
    Condition("a stream is set aside",                            _some("stream_quarantined")),
    Condition("what was acknowledged is lost with the server",
              _some("fault_acknowledged_and_lost")),
    Condition("the power fails in the middle of a write",         _some("fault_power_in_a_write")),
    Condition("the service dies before a commit",
              _some("fault_service_died_before_commit")),
    Condition("the service dies after a commit",
              _some("fault_service_died_after_commit")),
    Condition("an old retained message is told again",            _some("fault_retained_stale")),
    Condition("a kiosk lends",                                    _some("fact_lent")),
    Condition("a kiosk takes back",                               _some("fact_returned")),
    Condition("a kiosk starts with a clock of 1970",              _some("fault_wall_clock_1970")),
    Condition("a machine of the kiosk's kind loses its power",    _some("fault_kiosk_power")),
    Condition("staff put a copy in",                              _some("movement_stock")),
    Condition("staff take a copy out",                            _some("movement_remove")),
    *(Condition(f"somebody is {habit.name}", _some(habit.name))
      for habit in (*HABITS, *AT_KIOSKS)),
    *(Condition(f"trouble: {name}", _some(name))
      for row in TROUBLES for name in _PARTS.get(row.name, (f"fault_{row.name}",))),
)
# fmt: on


class Tally:
    """In how many runs each condition was met."""

    def __init__(self) -> None:
        self.runs = 0
        self.met: Counter[str] = Counter()

    def add(self, counts: Counts) -> None:
        self.runs += 1
        for condition in CONDITIONS:
            self.met[condition.name] += condition.met(counts)

    @property
    def never(self) -> list[str]:
        return [row.name for row in CONDITIONS if not self.met[row.name]]

    def lines(self) -> list[str]:
        """Return a line for each condition: in how many runs it was met."""
        return [f"{self.met[row.name]:>6} of {self.runs}  {row.name}" for row in CONDITIONS]
