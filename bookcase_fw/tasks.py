"""What staff have a machine do, at the machine or by an order: count, learn, self-test, lock down.

One at a time.  `begin` ends in then(why, found): why a word of wire.REASONS or "", found a list of
wire.FOUND.
"""

_COUNTED = {"counted": "", "uncounted": "fault", "opened": "busy"}
LEARN_ROUNDS = 12
TEXT_MAX = 30  # So that the report of a whole machine fits into a record.


class Tasks:
    def __init__(self, app, body):
        """body: a Cabinet; of a 24-hour return, which has no doors, nothing is asked."""
        self._app, self._body = app, body
        self._doors: list = []  # That are still to be counted.
        self._then = None

    def refusal(self, task: str, door: int) -> str:
        """Return why a task cannot begin now, a word of wire.REASONS; "" when it can."""
        at_doors = door or task in ("count", "learn")
        if at_doors and (door or 1) not in self._app.numbers:
            return "unknown"
        if self._then:
            return "busy"
        wanted = [door] if door else self._app.numbers
        return "" if not at_doors or self._all_free(wanted) else "busy"

    def begin(self, task: str, door: int, then):
        why = self.refusal(task, door)
        if why:
            then(why, [])
            return
        self._then = then
        getattr(self, "_" + task)([door] if door else list(self._app.numbers))

    def told(self, door: int, word: str):
        """Hear what happened at a door."""
        if door not in self._doors or word not in _COUNTED:
            return
        self._doors.remove(door)
        if _COUNTED[word] or not self._doors:
            self._doors = []
            self._end(_COUNTED[word], [])

    def _all_free(self, doors) -> bool:
        return all(self._app.door(number).free for number in doors)

    def _count(self, doors: list):
        self._doors = doors
        for number in doors:
            self._app.post_door(number, "count")

    def _learn(self, doors: list):
        self._app.spawn(self._learning(doors))

    async def _learning(self, doors: list):
        """Learn how each compartment's antennas hear the copies of the others."""
        found = []
        for number in doors:
            part = "reader.%d" % number
            heard = await self._body.learn_neighbours(number, LEARN_ROUNDS)
            if heard is None:
                found.append({"part": part, "ok": False})
            elif heard:
                rows = ["%d: %d dBm" % row for row in sorted(heard.items())]
                found.append({"part": part, "ok": True, "text": ", ".join(rows)[:TEXT_MAX]})
        self._end("", found)

    def _selftest(self, _doors: list):
        self._app.spawn(self._testing())

    async def _testing(self):
        self._end("", await self._app.self_test())

    def _lock_down(self, _doors: list):
        self._app.lock_down(True)
        self._end("", [])

    def _unlock(self, _doors: list):
        self._app.lock_down(False)
        self._end("", [])

    def _end(self, why: str, found: list):
        then, self._then = self._then, None
        if then:
            then(why, found)
