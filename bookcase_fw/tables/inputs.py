"""The box's own contacts as data: what each means, and how long it must hold to be believed.

A contact that fails open must look like its alarm, so all are closed when all is well: a cut wire
rings.  Power is told almost at once, for flash must be written before the capacitors are empty.
"""

# fmt: off
INPUTS = (
    # name       on after ms   off after ms   what it means when it is on
    ("power",      5,           2000),     # the mains failed: write now, open no door
    ("water",      2000,        60000),    # water on the floor of the box
    ("tamper",     50,          10000),    # the box or its back was opened
    ("smoke",      1000,        60000),
)
# fmt: on
NAMES = tuple([row[0] for row in INPUTS])


class Inputs:
    """Debounces contacts.  Pure: the owner reads them as often as it can and passes the time."""

    def __init__(self):
        self._on = dict.fromkeys(NAMES, False)
        # Since when a contact says otherwise; -1 while it agrees.
        self._since_ms = dict.fromkeys(NAMES, -1)

    @property
    def on(self) -> tuple:
        """Return the names of those that are on now, in the table's order."""
        return tuple([name for name in NAMES if self._on[name]])

    def step(self, now_ms: int, closed: dict) -> list:
        """Return [(name, on)] that changed; closed: name -> whether its contact is closed.

        A contact that is not fitted is not in `closed`; `now_ms` never goes back.
        """
        changed = []
        for name, on_ms, off_ms in INPUTS:
            says = not closed.get(name, True)
            if says == self._on[name]:
                self._since_ms[name] = -1
                continue
            if self._since_ms[name] < 0:
                self._since_ms[name] = now_ms
            if now_ms - self._since_ms[name] >= (on_ms if says else off_ms):
                self._on[name], self._since_ms[name] = says, -1
                changed.append((name, says))
        return changed
