"""One compartment: steps the door table and carries out its effects.

A note on flash holds what must survive a power cut, and changes as one: the contents, the session
that is on, the session whose second count is to come.  It is written before the lock is released,
and after the session's record: a start that finds a session looks first whether its record is in
the journal.
"""

from bookcase_fw import sessions
from bookcase_fw.contents import Contents
from bookcase_fw.count import AGAIN, FIRST, HURRIED, IDLE, NO_RESULT, SECOND, Count
from bookcase_fw.journal import JournalFull
from bookcase_fw.tables import door as table

# What a request says: who opens, how that is known, and what was shown and allowed.
NOBODY = {"reader": "", "how": "nobody", "left": -1, "due": 0, "answer": "", "policy": 0}
NOBODY |= {"nonce": "", "staff": ""}


class Door:
    def __init__(self, app, cabinet, number: int):
        self.number = number
        self.state = table.SHUT
        self.is_open = False
        note = app.notes.load(self._name()) or {}
        self.contents = Contents(note.get("stable"), note.get("doubts"))
        self._session: dict = note.get("session", {})  # Empty when none is on.
        self._pending = note.get("pending", "")  # Id of the session that awaits its second count.
        self._app, self._cabinet = app, cabinet
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
    def at_rest(self) -> bool:
        """Whether nothing is on and the contents are settled."""
        return self.state == table.SHUT and self.contents.known

    @property
    def count(self) -> int:
        return len(self.contents.stable or {}) if self.contents.known else -1

    def new_count(self, elsewhere: dict) -> Count:
        """Begin a count of the kind that the state asks for; elsewhere: see Count."""
        if self.state == table.COUNTING:
            kind = AGAIN if self._asked else FIRST
        else:
            kind = {table.WAITING: HURRIED, table.SHUT: IDLE}.get(self.state, SECOND)
        return self.contents.begin_count(kind, elsewhere)

    def learn(self, result):
        """Take the result of a count at rest: when it differs, a better one is wanted."""
        if self.at_rest and self.contents.learn(result):
            self._app.post(self, "count")

    def recover(self):
        """Go on after a start with what the note says."""
        if self._session:
            self._recover_session(self._session)
        if self._pending:
            self.state = table.PENDING
            self._start_second_timer(None)
        elif self.state == table.SHUT and not self.contents.known:
            self._app.post(self, "count")

    def take(self, event: str, data):
        """Step; `data` is the request or the result of a count."""
        if event == "request" and self.free:
            self._request = data
        if event in ("opened", "shut"):
            self._note_position(event == "opened")
        if event == "counted":
            self._result = data
            event = "unsure" if self._must_ask(data) else "sure"
        self.state, effects = table.step(self.state, event)
        for effect in effects:
            getattr(self, "_" + effect)(data)

    def _must_ask(self, result) -> bool:
        """Whether the door opens once more: a book was not seen, or more were taken than allowed.

        Nobody is asked twice; where nobody had asked for the door, nobody is there to be asked.
        """
        if self.state != table.COUNTING or self._asked or self._session["how"] == "nobody":
            return False
        self.contents.ask(result)
        return bool(result.unsure) or self._over() > 0

    def _over(self) -> int:
        """Return how many more copies were taken than the screen said could be."""
        left = self._session.get("left", -1)
        return len(self._result.taken) - left if left >= 0 and self.contents.known else 0

    def forget(self, tags: list):
        """Tags that were put elsewhere are not here."""
        if self.contents.forget(tags):
            self._save()

    def _recover_session(self, session: dict):
        body, begun = sessions.find(self._app.journal, session["id"], session["last"])
        if body:
            # Its record is there, only the note is behind.
            unsure = [evidence["tag"] for evidence in body["unsure"]]
            self.contents.apply(body["took"], body["put"], unsure)
            self._finish(session["id"])
            return
        if begun:
            # Parts without an end stay without one: the session is recorded under a new id.
            session["id"] = self._app.new_id()
        session["end"] = "power"
        self.state = table.OPEN
        self._save()
        self._app.start_timer(self, "left_open_ms")

    def _finish(self, pending: str):
        self._session, self._pending, self._asked = {}, pending, False
        self._save()

    def _save(self):
        note = {"stable": self.contents.stable, "doubts": self.contents.doubts}
        note |= {"session": self._session, "pending": self._pending}
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
        session["began"] = [self._app.clock.boot, self._app.clock.uptime_ms()]
        self._session, self._pending, self._asked = session, "", False
        self.contents.opened()
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
        for name in ("reader", "how", "answer", "policy", "nonce", "staff"):
            self._session[name] = NOBODY[name]
        self._save()

    def _change(self, name: str, value: object):
        self._session[name] = value
        self._save()

    def _end_shut(self, _data):
        result, session = self._result, self._session
        # Before the first count nothing can be said of what was taken or put.
        known = self.contents.known
        body = {"took": result.taken, "put": result.new, "unsure": result.evidence} if known else {}
        body["rounds"] = result.rounds
        recorded = self._record(session["end"], body)
        if known and recorded:
            self.contents.record(result)
            self._cabinet.put(self, result.new)
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
        names = ("id", "reader", "how", "left", "answer", "policy", "nonce", "staff")
        names += ("rebounds", "left_open")
        body = {"took": [], "put": [], "unsure": []} | {name: session[name] for name in names}
        body |= found
        body |= {"door": self.number, "end": end}
        if self._opened_ms and end == "shut":
            body["open_ms"] = self._app.clock.uptime_ms() - self._opened_ms
        if end == "power":
            body["began"] = session.get("began", [])
        if session["due"]:
            # Also when nothing seems to be gone yet: the second count may find that it is.
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
        back, gone, unseen = self.contents.news(result)
        count = len(result.stable) - len(result.unsure)
        try:
            self._write_count(self._pending, back, gone, count)
            # Nobody can say with which session these left: staff look.
            self._write_count("", [], unseen, count)
        except JournalFull:
            self._app.log("door %d: no room for a count" % self.number)
        else:
            self.contents.settle(result)
            self._cabinet.put(self, back)
        self._finish("")
        self._app.told(self, "counted")

    def _write_count(self, session: str, back: list, gone: list, count: int):
        body = {"id": self._app.new_id(), "session": session, "door": self.number}
        body |= {"back": back, "gone": gone, "count": count}
        sessions.write_count(self._app.journal, self._app.clock.stamp(), body)

    # Effects: lock, radio, timers.

    def _release(self, _data):
        self._cabinet.release(self)

    def _start_count(self, _data):
        self._cabinet.start_count(self)

    def _hurry_count(self, _data):
        self._cabinet.hurry_count(self)

    def _stop_count(self, _data):
        self._cabinet.stop_count(self)

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
        over, took = max(0, self._over()), self._result.taken
        unsure = len(self._result.unsure)
        self._app.show_door(self, "again", unsure=unsure, over=over, took=took if over else [])

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
