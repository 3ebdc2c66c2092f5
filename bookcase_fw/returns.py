"""A 24-hour return: steps the conveyor's table and carries out its effects.

A note on flash holds what lies on the belt: when it came in, which copy it is, and whether that is
recorded.  It is written before the security bit, and the bit before the record: a start that finds
a note finishes what was interrupted.  The PLC tells an event until it was taken, and it is taken
when all that it caused is on flash.
"""

from bookcase_fw import checkin
from bookcase_fw.belt import Belt
from bookcase_fw.codecs.tags import model
from bookcase_fw.devices import Down
from bookcase_fw.journal import JournalFull
from bookcase_fw.tables import conveyor as table
from bookcase_fw.tables import sorting

_LOOKS = ("known", "wrong", "no_room", "blind")
_NOTHING = {"stamp": None, "two": False, "tag": "", "recorded": False, "bit": {}}
FILL_MAX = 99  # Percent of the journal from which nothing more is taken.


class Returns:
    numbers = ()  # It has no compartments.

    def __init__(self, app, openers: dict):
        """openers: see App; belt and reader.1."""
        self.number = 1  # Of its timer.
        self.state = table.OUT
        self._app = app
        self._belt = Belt(self, app, openers)
        self._note: dict = app.notes.load("belt", _NOTHING)
        self._look_count = 0  # A look that was stopped is not heard.
        self._tag, self._bin = "", 0  # Of what was accepted last.
        self._row = 0  # Books that were returned one after the other.

    @property
    def devices(self) -> list:
        return self._belt.devices

    @property
    def works(self) -> bool:
        """Whether it takes books now."""
        return self.state not in (table.OUT, table.JAMMED, table.FULL)

    @property
    def on(self) -> bool:
        """Whether a thing is between the flap and a bin."""
        return self.state not in (table.OUT, table.READY, table.JAMMED, table.FULL)

    def tasks(self) -> list:
        return [self._belt.watch()]

    def begin(self):
        """Nothing is taken until the PLC has answered; then what lies there is looked at."""
        self._show_out(None)

    def greet(self):
        """Nobody is greeted here: the screen says what the belt does."""

    def door(self, number: int):
        raise IndexError("a 24-hour return has no door %d" % number)

    def may_choose(self, _number: int) -> bool:
        return False

    def hurry(self):
        """Nothing here is counted later."""

    def stock(self) -> dict:
        """Return the fields of a state that say what is in it."""
        return {"stock": [], "bins": self._belt.fills}

    async def try_all(self):
        """The belt's parts are asked all the time: what is dead is known."""

    async def look(self):
        """The belt looks after its reader itself."""

    def take(self, event: str, data):
        """Step; `data` is the stamp of what the PLC tells, or (number of the look, its result)."""
        if event in _LOOKS and data[0] != self._look_count:
            return
        self.state, effects = table.step(self.state, event)
        for effect in effects:
            getattr(self, "_" + effect)(data)

    # What lies on the belt.

    def _note_entered(self, stamp: tuple):
        self._save(_NOTHING | {"stamp": stamp})

    def _note_two(self, _data):
        self._save(self._note | {"two": True})

    def _forget(self, _data):
        self._save(_NOTHING)

    def _save(self, note: dict):
        if note != self._note:
            self._note = note
            self._app.notes.save("belt", note)

    def _look(self, _data):
        self._look_count += 1
        self._app.spawn(self._looking(self._look_count))

    def _stop_look(self, _data):
        self._look_count += 1

    async def _looking(self, number: int):
        """Look at what lies there, and secure it; ends as known, wrong, no_room or blind."""
        try:
            event, result = await self._identified()
        except Down:
            event, result = "blind", None
        self._app.post(self, event, (number, result))

    async def _identified(self) -> tuple:
        if self._app.journal.fill >= FILL_MAX:
            return "wrong", "journal_full"
        things = await self._belt.things()
        found = checkin.found(things, self._app.config.owner, self._note["two"])
        if found.why:
            return "wrong", found.why
        books = await self._ask(found.tags)
        taken = checkin.taken(found, books or [], books is not None, things[0].item.shelf)
        if taken is None:
            return "wrong", "unknown_tag"
        bin_ = self._bin_for(taken)
        if not bin_:
            return "no_room", "bins_full"
        if self._note["tag"] != taken.tag:
            self._save(self._note | {"tag": taken.tag, "recorded": False, "bit": {}})
        if not self._note["recorded"]:
            await self._secure([thing for thing in things if thing.tag == taken.tag][0], taken)
        return "known", (taken, bin_)

    async def _ask(self, tags: list) -> "list | None":
        """Return wire.BOOK of the tags; None when the service does not answer."""
        answer = None
        if self._app.uplink:
            wait_ms = self._app.config.timings["ask_ms"]
            answer = await self._app.uplink.ask("return", wait_ms=wait_ms, tags=tags)
        return answer["books"] if answer and answer["ok"] else None

    def _bin_for(self, taken: "checkin.Return") -> int:
        book = {"doubt": taken.doubt, "held": taken.held, "shelf": taken.shelf}
        return sorting.bins(self._app.config.bins, book, self._belt.full)

    async def _secure(self, thing, taken: "checkin.Return"):
        """Write the security bit of an HF chip; what was wrong with it stands in the note."""
        if thing.afi < 0:
            return
        said = model.security(thing.afi, thing.eas, taken.on_loan)
        right = model.security(thing.afi, thing.eas, on_loan=False) == "right"
        ok = right or await self._belt.secure(thing)
        # Half, when we were interrupted, is our own doing; it is right now.
        if not ok or said not in ("right", "half"):
            bit = {"tag": taken.tag, "on_loan": False, "found": said, "ok": ok}
            self._save(self._note | {"bit": bit})

    def _record(self, data: tuple):
        """Write the return under the time at which it came in, once."""
        found, self._bin = data[1]
        self._tag, note = found.tag, self._note
        if note["recorded"]:
            return
        body = {"visit": self._app.new_id(), "tag": found.tag}
        body |= {"bin": self._bin, "number": found.number}
        try:
            self._app.write("returned", body, note["stamp"])
            if note["bit"]:
                self._app.write("bit", note["bit"])
        except JournalFull:
            self._app.log("no room for the return of %s" % found.tag)
            return
        self._save(note | {"recorded": True})

    def _sorted(self, _data):
        """It fell into its bin; one that was not recorded would have to be looked for."""
        if self._note["tag"] and not self._note["recorded"]:
            self._app.log("%s fell into a bin and is not recorded" % self._note["tag"])
        self._save(_NOTHING)
        self._row += 1

    def _end_row(self, _data):
        self._row = 0

    # The PLC.

    def _check(self, _data):
        self._belt.check()

    def _accept(self, _data):
        self._belt.order("accept", self._bin)

    def _give_back(self, _data):
        self._belt.order("give_back")

    def _lock(self, _data):
        self._belt.order("lock")

    def _unlock(self, _data):
        self._belt.order("unlock")

    def _tell_jam(self, _data):
        self._app.fault("jam", True, "the belt stands")

    def _tell_cleared(self, _data):
        self._app.fault("jam", False, "")

    # Timers.

    def _start_belt_timer(self, _data):
        self._app.start_timer(self, "belt_ms")

    def _start_row_timer(self, _data):
        self._app.start_timer(self, "done_ms")

    def _stop_timer(self, _data):
        self._app.stop_timer(self)

    # The screen (wire.RETURN_SCREENS).

    def _show_ready(self, _data):
        self._app.show("put_in", count=self._row)

    def _show_looking(self, _data):
        self._app.show("looking", count=self._row)

    def _show_returned(self, _data):
        self._app.show("returned", put=[self._tag], count=self._row)

    def _show_given_back(self, data: tuple):
        self._app.show("given_back", why=data[1], count=self._row)

    def _show_out(self, _data):
        self._app.show("shut", why="fault")

    def _show_jam(self, _data):
        self._app.show("shut", why="jam")

    def _show_full(self, _data):
        self._app.show("shut", why="bins_full")
