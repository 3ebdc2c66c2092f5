"""Staff at the machine: steps the staff table and carries out its effects.

Staff are known by a card of the policy and its PIN.  The doors that they open are theirs until each
is shut and counted; what they took out is removed, what they put in is stocked, and both stand in
the door's session.  No screen here shows anything of a reader.
"""

from bookcase_fw import sign
from bookcase_fw.doors import NOBODY
from bookcase_fw.journal import JournalFull
from bookcase_fw.orderbook import FOUND_MAX
from bookcase_fw.pins import Pins
from bookcase_fw.tables import staff as table

# Who may have what done (wire.TASKS): a contractor mends, and takes no machine out of service.
ROLES = {
    "staff": ("count", "learn", "selftest", "lock_down", "unlock"),
    "contractor": ("count", "learn", "selftest"),
}
_EVENTS = {"rebound": "opened", "opened": "opened", "done": "done", "blind": "done"}
_EVENTS |= {"jammed": "jammed", "refused": "jammed"}


class StaffMode:
    def __init__(self, app):
        self.number = -2  # Of its timer; doors count from 1, -1 is the pulse.
        self.state = table.OUT
        self._app = app
        self._pins = Pins(app.notes, app.clock)
        self._card: dict = {}
        self._doors: list = []  # Theirs, and not yet shut and counted.
        self._shut: list = []  # Theirs, shut and counted: they may spring open again.
        self._moved: dict = {"took": [], "put": []}  # In all of them.
        self._found: dict = {}

    @property
    def on(self) -> bool:
        return self.state != table.OUT

    def knows(self, shown: tuple) -> bool:
        """Say whether (part, text) is a staff card of the policy."""
        return self._find(shown) is not None

    def at(self, door: int) -> bool:
        return door in self._doors or door in self._shut

    def told(self, door: int, word: str, body: dict):
        """Hear what happened at a door of theirs; body: of its session, when that is recorded."""
        event = _EVENTS.get(word, "")
        if event == "opened" and door in self._shut:
            self._shut.remove(door)
            self._doors.append(door)
        if event in ("done", "jammed"):
            self._doors = [number for number in self._doors if number != door]
            if event == "done":
                self._shut.append(door)
                for name in self._moved:
                    self._moved[name] = self._moved[name] + body.get(name, [])
            event = event if self._doors else "all_" + event
        if event:
            self._app.post(self, event, {"door": door})

    def take(self, event: str, data):
        """Step; `data` is the card shown, or the fields of what was touched."""
        if event == "card" and self._pins.wait_s():
            event = "barred"
        if event == "choose" and not self._app.may_open(data["door"]):
            return
        if event == "task" and data["task"] not in self._tasks():
            return
        self.state, effects = table.step(self.state, event)
        for effect in effects:
            getattr(self, "_" + effect)(data)

    def _find(self, shown: tuple) -> "dict | None":
        _part, text = shown
        if not text:
            return None
        card = sign.pseudonym(self._app.config.district_key, text)
        for row in self._app.offline.staff:
            if row["card"] == card:
                return row
        return None

    def _tasks(self) -> list:
        """Return what may be done now: locked down or not, one of two is missing."""
        gone = "lock_down" if self._app.locked_down else "unlock"
        return [task for task in ROLES.get(self._card.get("role", ""), ()) if task != gone]

    # Effects.

    def _begin(self, shown: tuple):
        self._card = self._find(shown) or {}
        self._doors, self._shut, self._moved = [], [], {"took": [], "put": []}

    def _check(self, fields: dict):
        self._app.spawn(self._checking(fields["pin"]))

    async def _checking(self, pin: str):
        if await self._pins.right(self._card, pin):
            self._app.post(self, "right")
        else:
            self._app.post(self, "locked" if self._pins.wait_s() else "wrong")

    def _open(self, choice: dict):
        number = choice["door"]
        self._doors = [door for door in self._doors if door != number] + [number]
        request = NOBODY | {"how": "staff", "staff": self._card["card"]}
        self._app.post_door(number, "request", request)

    def _work(self, fields: dict):
        self._found = {"task": fields["task"]}
        self._app.tasks.begin(fields["task"], fields["door"], self._finished)

    def _finished(self, why: str, found: list):
        op = self._found["task"]
        found = found[:FOUND_MAX]
        body = {"id": self._app.new_id(), "ok": not why, "why": why, "op": op, "found": found}
        try:
            self._app.write("outcome", body | {"staff": self._card["card"]})
        except JournalFull:
            self._app.log("task %s: no room for its outcome" % op)
        self._found = {"why": why, "found": found}
        self._app.post(self, "finished")

    def _end(self, _data):
        self._card, self._doors, self._shut = {}, [], []
        self._app.post(self._app.visit, "over")

    def _stop_timer(self, _data):
        self._app.stop_timer(self)

    def _start_pin_timer(self, _data):
        self._app.start_timer(self, "pin_ms")

    def _start_menu_timer(self, _data):
        self._app.start_timer(self, "staff_ms")

    def _start_told_timer(self, _data):
        self._app.start_timer(self, "done_ms")

    # Effects: the screen.

    def _show_pin(self, _data):
        self._app.show("pin")

    def _show_wrong(self, _data):
        self._app.show("pin", why="wrong_pin")

    def _show_checking(self, _data):
        self._app.show("checking")

    def _show_barred(self, _data):
        self._app.show("pin", why="pin_locked", wait_s=self._pins.wait_s())

    def _show_menu(self, _data):
        self._app.show("staff", doors=self._app.doors_for_staff(), tasks=self._tasks())

    def _show_doors(self, data: dict):
        """Another door may be opened while one stands open; tasks wait."""
        doors = [door for door in self._app.doors_for_staff() if door not in self._doors]
        self._app.show("staff", door=data["door"], doors=doors, **self._moved)

    def _show_jammed(self, data: dict):
        doors = self._app.doors_for_staff()
        self._app.show("staff", why="jammed", door=data["door"], doors=doors)

    def _show_done(self, data: dict):
        self._app.show("done", door=data["door"], **self._moved)

    def _show_working(self, _data):
        self._app.show("working")

    def _show_found(self, _data):
        self._app.show("report", **self._found)
