"""One compartment: steps the door table and carries out its effects.

A note on flash holds what must survive a power cut, and changes as one: the stable set, the session
that is on, the session whose second count is to come.  It is written before the lock is released,
and after the session's record: a start that finds a session looks first whether its record is in
the journal.
"""

from bookcase_fw import sessions
from bookcase_fw.count import FLOOR_DBM, NO_RESULT, RATE_START
from bookcase_fw.journal import JournalFull
from bookcase_fw.tables import door as table

NOBODY = {"reader": "", "how": "nobody", "left": -1, "due": 0, "answer": "", "policy": 0}


class Door:
    def __init__(self, app, number: int):
        self.number = number
        self.state = table.SHUT
        self.is_open = False
        note = app.notes.load(self._name()) or {}
        self.stable = note.get("stable")  # Tag -> (rate, dBm); None before the first count.
        self._session: dict = note.get("session", {})  # Empty when none is on.
        self._pending = note.get("pending", "")  # Id of the session that awaits its second count.
        self._app = app
        self._request = NOBODY
        self._result = NO_RESULT
        self._asked = False  # Whether the reader was asked to move the books apart.
        self._opened_ms = 0
        self.body: dict = {}  # Of the last session's record.

    @property
    def free(self) -> bool:
        return self.state in table.FREE

    @property
    def on(self) -> bool:
        """Whether a door session is on."""
        return self.state in table.ON or self.state == table.WAITING

    @property
    def leans(self) -> dict:
        """What was found of the tags for whose sake the reader was asked to move the books."""
        return self._result.leans if self._asked else {}

    @property
    def count(self) -> int:
        return -1 if self.stable is None else len(self.stable)

    def recover(self):
        """Go on after a start with what the note says."""
        if self._session:
            self._recover_session(self._session)
        if self._pending:
            self.state = table.PENDING
            self._start_second_timer(None)
        elif self.state == table.SHUT and self.stable is None:
            self._app.post(self, "count")

    def take(self, event: str, data):
        """Step; `data` is the request or the result of a count."""
        if event == "request" and self.free:
            self._request = data
        if event in ("opened", "shut"):
            self._note_position(event == "opened")
        if event == "counted":
            self._result = data
            event = "unsure" if data.unsure and not self._asked else "sure"
        self.state, effects = table.step(self.state, event)
        for effect in effects:
            getattr(self, "_" + effect)(data)

    def forget(self, tags: list):
        """Tags that were put elsewhere are not here."""
        if self.stable and any(tag in self.stable for tag in tags):
            self.stable = {tag: self.stable[tag] for tag in self.stable if tag not in tags}
            self._save()

    def _recover_session(self, session: dict):
        body, begun = sessions.find(self._app.journal, session["id"], session["last"])
        if body:
            # Its record is there, only the note is behind.
            self._apply(body["took"], body["put"])
            self._finish(session["id"])
            return
        if begun:
            # Parts without an end stay without one: the session is recorded under a new id.
            session["id"] = self._app.new_id()
        session["end"] = "power"
        self.state = table.OPEN
        self._save()
        self._app.start_timer(self, "left_open_ms")

    def _apply(self, took: list, put: list):
        """Change the stable set by what a record says; the next count learns the new tags."""
        stable = {tag: how for tag, how in (self.stable or {}).items() if tag not in took}
        self.stable = dict.fromkeys(put, (RATE_START, FLOOR_DBM)) | stable

    def _finish(self, pending: str):
        self._session, self._pending, self._asked = {}, pending, False
        self._save()

    def _save(self):
        note = {"stable": self.stable, "session": self._session, "pending": self._pending}
        self._app.notes.save(self._name(), note)

    def _name(self) -> str:
        return "door.%d" % self.number

    def _note_position(self, is_open: bool):
        if is_open and not self.is_open:
            self._opened_ms = self._app.clock.uptime_ms()
        self.is_open = is_open

    # Effects: the session.

    def _begin(self, _data, request: "dict | None" = None, rebounds: int = 0):
        request = request or self._request
        session = {name: request[name] for name in NOBODY}
        session["id"], session["last"] = self._app.new_id(), self._app.journal.last
        session["rebounds"], session["left_open"], session["end"] = rebounds, False, "shut"
        self._session, self._pending, self._asked = session, "", False
        self._save()

    def _begin_unknown(self, _data):
        self._request = NOBODY
        self._begin(None)

    def _begin_rebound(self, _data):
        """The same people, a moment later: a session of its own, since the last one is recorded.

        When the reader has left, it is nobody's.
        """
        if not self._app.visit.at(self.number):
            self._request = NOBODY
        self._begin(None, self._request, rebounds=1)
        self._app.told(self, "rebound")

    def _note_rebound(self, _data):
        self._change("rebounds", self._session["rebounds"] + 1)

    def _note_left_open(self, _data):
        self._change("left_open", True)

    def _note_asked(self, _data):
        self._asked = True

    def _note_unknown(self, _data):
        """Opened again before it could be counted: nobody can say who took what."""
        for name in ("reader", "how", "answer", "policy"):
            self._session[name] = NOBODY[name]
        self._save()

    def _change(self, name: str, value: object):
        self._session[name] = value
        self._save()

    def _end_shut(self, _data):
        result, session = self._result, self._session
        # Before the first count nothing can be said of what was taken or put.
        known = self.stable is not None
        body = {"took": result.taken, "put": result.new, "unsure": result.evidence} if known else {}
        body["rounds"] = result.rounds
        recorded = self._record(session["end"], body)
        if known and recorded:
            # Of what was not seen there is a case now; when it is heard again, that is news.
            unsure = result.unsure
            self.stable = {tag: result.stable[tag] for tag in result.stable if tag not in unsure}
            self._app.put(self, result.new)
        self._finish(session["id"])
        if not known:
            self._app.post(self, "count")

    def _end_jammed(self, _data):
        self._record("jammed", {})
        self._finish("")

    def _end_never_opened(self, _data):
        self._record("never_opened", {})
        self._finish("")

    def _record(self, end: str, found: dict) -> bool:
        """Write the session's record; say whether there was room for it."""
        session = self._session
        names = ("id", "reader", "how", "left", "answer", "policy", "rebounds", "left_open")
        body = {"took": [], "put": [], "unsure": []} | {name: session[name] for name in names}
        body |= found
        body |= {"door": self.number, "end": end}
        if self._opened_ms and end == "shut":
            body["open_ms"] = self._app.clock.uptime_ms() - self._opened_ms
        if body["took"]:
            body["due"] = session["due"]
        self.body = body
        try:
            sessions.write(self._app.journal, self._app.clock.stamp(), body)
        except JournalFull:
            # The stable set stays as it is, so that the next count finds the difference.
            self._app.log("door %d: no room for session %s" % (self.number, session["id"]))
            return False
        self._app.recorded(body)
        return True

    def _settle(self, _data):
        result = self._result
        body = {"id": self._app.new_id(), "session": self._pending, "door": self.number}
        body |= {"back": result.new, "gone": result.taken, "count": len(result.stable)}
        try:
            sessions.write_count(self._app.journal, self._app.clock.stamp(), body)
        except JournalFull:
            self._app.log("door %d: no room for a count" % self.number)
        else:
            self.stable = result.stable
            self._app.put(self, result.new)
        self._finish("")
        self._app.told(self, "counted")

    # Effects: lock, radio, timers.

    def _release(self, _data):
        self._app.release(self)

    def _start_count(self, _data):
        self._app.start_count(self)

    def _stop_count(self, _data):
        self._app.stop_count(self)

    def _stop_timer(self, _data):
        self._app.stop_timer(self)

    def _start_opening_timer(self, _data):
        self._app.start_timer(self, "opening_ms")

    def _start_left_open_timer(self, _data):
        self._app.start_timer(self, "left_open_ms")

    def _start_rebound_timer(self, _data):
        self._app.start_timer(self, "rebound_ms")

    def _start_second_timer(self, _data):
        self._app.start_timer(self, "second_ms")

    def _start_retry_timer(self, _data):
        self._app.start_timer(self, "retry_ms")

    # Effects: what is shown and told.

    def _show_opening(self, _data):
        self._app.show_door(self, "opening")

    def _show_open(self, _data):
        self._app.show_door(self, "open")
        self._app.told(self, "opened")

    def _show_left_open(self, _data):
        self._app.show_door(self, "left_open")

    def _show_counting(self, _data):
        self._app.show_door(self, "counting")

    def _show_again(self, _data):
        self._app.show_door(self, "again", unsure=len(self._result.unsure))

    def _tell_done(self, _data):
        self._app.told(self, "done")

    def _tell_jammed(self, _data):
        self._app.told(self, "jammed")

    def _tell_blind(self, _data):
        self._app.told(self, "blind")

    def _tell_uncounted(self, _data):
        self._app.told(self, "uncounted")

    def _refuse(self, data):
        self._app.told(self, "refused")
