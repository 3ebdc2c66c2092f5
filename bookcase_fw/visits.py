"""One reader at the machine: steps the visit table and carries out its effects."""

from bookcase_fw import identity, pickup
from bookcase_fw.doors import NOBODY
from bookcase_fw.tables import visit as table


class Visit:
    def __init__(self, app):
        self.number = 0  # Of its timer; doors count from 1.
        self.state = table.IDLE
        self.door = 0  # Where the reader is; 0 when at no door.
        self._app = app
        self._fetches = app.config.machine == "locker"  # What is kept, and nothing else.
        self._code = ""  # What was shown, or typed.
        self._visit_count = 0  # An answer to an earlier visit is not heard.
        self._who = identity.NOBODY
        self._answer: dict = {}

    @property
    def idle(self) -> bool:
        return self.state == table.IDLE

    def take(self, event: str, data):
        """Step; `data` is the card, the answer, the choice or the session's record."""
        if event in ("yes", "no") and data["visit"] != self._visit_count:
            return
        if event == "choose" and data["door"] not in self._doors():
            return
        if event == "code":
            if not self._fetches:
                return
            event, data = "card", ("code", data["text"])
        if event == "card" and self._app.staff.knows(data):
            event = "staff"
        self.state, effects = table.step(self.state, event)
        for effect in effects:
            getattr(self, "_" + effect)(data)

    def known(self) -> dict:
        """Return what every screen of this reader shows of him; nothing when nobody is here."""
        answer = self._answer
        if not answer:
            return {}
        known = {"left": max(0, answer.get("left", 0)), "due": answer.get("due", 0)}
        return known | {"name": answer.get("name", ""), "language": answer.get("language", "")}

    def at(self, door: int) -> bool:
        """Say whether who is here has to do with this door."""
        if self.state == table.STAFF:
            return self._app.staff.at(door)
        return self.door == door and self.state in (table.AT_DOOR, table.DONE, table.LEAVING)

    # Effects.

    def _begin(self, shown: tuple):
        self._visit_count += 1
        part, self._code = shown
        self._who = pickup.CODE if part == "code" else self._app.identity.read(*shown)

    def _ask_service(self, _card):
        self._app.spawn(self._asking(self._visit_count))

    async def _asking(self, visit: int):
        who = self._who
        if who.why:
            answer = {"ok": False, "why": who.why}
        elif self._fetches:
            answer = pickup.granted(await self._app.answer(pickup.ask(who, self._code)))
        else:
            ask = {"op": "open", "reader": who.reader, "how": who.how}
            answer = await self._app.answer(ask, vouched=who.left)
        event = "yes" if answer["ok"] else "no"
        self._app.post(self, event, answer | {"visit": visit})

    def _hurry(self, _card):
        self._app.hurry()

    def _open(self, choice: dict):
        answer, who, self.door = self._answer, self._who, choice["door"]
        request = NOBODY | {"reader": who.reader, "how": who.how, "nonce": who.nonce}
        request |= {"left": answer.get("left", -1), "due": answer.get("due", 0)}
        request |= {"answer": answer.get("id", ""), "policy": answer.get("policy", 0)}
        self._app.post_door(self.door, "request", request)

    def _choose_only(self, _answer):
        doors = self._doors()
        if len(doors) == 1 and (self._fetches or self._app.config.doors == 1):
            self._app.post(self, "choose", {"door": doors[0]})

    def _end(self, _data):
        self.door, self._who, self._answer = 0, identity.NOBODY, {}

    def _begin_staff(self, shown: tuple):
        self._app.hurry()
        self._app.post(self._app.staff, "card", shown)

    def _stop_timer(self, _data):
        self._app.stop_timer(self)

    def _start_choose_timer(self, _data):
        self._app.start_timer(self, "choose_ms")

    def _start_stay_timer(self, _data):
        self._app.start_timer(self, "stay_ms")

    def _start_refused_timer(self, _data):
        self._app.start_timer(self, "refused_ms")

    def _start_done_timer(self, _data):
        self._app.start_timer(self, "done_ms")

    # Effects: the screen.

    def show_welcome(self):
        self._app.show("welcome", code=self._app.identity.picture)

    def _show_welcome(self, _data):
        self.show_welcome()

    def _warn(self, _data):
        """The picture stays, and says how soon the visit ends."""
        self._app.show_also(stay_s=max(1, self._app.config.timings["stay_ms"] // 1000))

    def _unwarn(self, _data):
        self._app.show_also(stay_s=0)

    def _show_asking(self, _card):
        self._app.show("asking")

    def _show_refused(self, answer: dict):
        self._app.show("refused", why=answer["why"])

    def _show_choose(self, answer: dict):
        self._answer = answer
        if self._fetches:
            self._who = pickup.known(self._who, answer)
        self._show_doors("choose", answer.get("why", ""))

    def _show_jammed(self, _data):
        self._show_doors("jammed", "jammed", door=self.door)

    def _show_busy(self, _data):
        self._show_doors("choose", "busy")

    def _show_done(self, body: dict):
        left = self._answer.get("left", 0)
        over = max(0, len(body["took"]) - max(0, left))
        self._answer["left"] = max(0, left - len(body["took"]))
        self._show_doors(
            "done",
            door=self.door,
            took=body["took"],
            put=body["put"],
            unsure=len(body["unsure"]),
            over=over,
            due=body.get("due", 0),
        )

    def _show_blind(self, _data):
        self._show_doors("done", "fault", door=self.door)

    def _doors(self) -> list:
        """Return the doors that this reader may choose now."""
        if self._fetches:
            return pickup.doors(self._answer, self._app.config.low_doors, self._app.may_choose)
        return self._app.doors_to_choose()

    def _show_doors(self, screen: str, why: str = "", **fields):
        fields = self.known() | fields | {"doors": self._doors()}
        self._app.show(screen, why=why, **fields)
