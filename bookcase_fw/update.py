"""Updates of firmware and configuration: steps tables/update.py and carries out its effects.

What is in force is what the started halves hold.  A note keeps what became of the last offer of
each kind, so that one that failed here is not tried again under the same number, and which parts
failed before a trial: they are not held against it.
"""

import asyncio

from bookcase_fw import bundle, image
from bookcase_fw.fetch import FetchError, Source, fetch
from bookcase_fw.halves import BACK, TRYING, Halves
from bookcase_fw.tables import update as table

_NOTE = "updates"
_FAILED = ("back", "refused")
# What is told of an offer in each state of the table; of one that has ended the note's word.
_WORDS = {
    table.FETCHING: "fetching",
    table.PAUSING: "fetching",
    table.READY: "ready",
    table.LEAVING: "trying",
    table.TRYING: "trying",
}


class Updates:
    """Everything is passed in.

    home            the folder of the halves: HOME/firmware, HOME/config
    device, key     its name; the modulus of the key that signs updates, b"" takes none
    came_with       the version of the firmware that runs where no half was ever written
    connect(secure, host, port)   see fetch.Source
    idle()          whether nobody is at the machine and no door is open
    test()          parts that fail, the journal among them
    leave()         restart
    changed()       `report` says something new
    spawn(work)     run a coroutine beside; returns its task
    notes, dice, log; timings: overrides of tables.update.TIMINGS, in ms
    """

    def __init__(
        self,
        *,
        home: str,
        device: str,
        key: bytes,
        came_with: str,
        connect,
        idle,
        test,
        leave,
        changed,
        spawn,
        notes,
        dice,
        timings: dict,
        log=print,
    ):
        self.state = table.RESTING
        self._device, self._key, self._came_with = device, key, came_with
        self._connect, self._idle, self._test, self._leave = connect, idle, test, leave
        self._changed, self._spawn, self._notes = changed, spawn, notes
        self._dice, self._log, self._timings = dice, log, table.TIMINGS | timings
        self._halves = {kind: Halves(home + "/" + kind) for kind in bundle.KINDS}
        self._note: dict = notes.load(_NOTE, {})  # Kind -> [number, word, why]; "ill" -> parts.
        self._served = False
        self._want: dict = {}
        self._kind = ""  # What is being worked at, and its offer (wire.OFFER).
        self._offer: dict | None = None
        self._why = ""
        self._attempt = 0
        self._task = None
        self._running = {kind: self._of_half(kind) for kind in bundle.KINDS}

    @property
    def version(self) -> str:
        """The firmware's version."""
        return self._running["firmware"][0]

    def start(self):
        """Look what this start is: to be called once, before anything else."""
        for kind in bundle.KINDS:
            halves, (number, word, why) = self._halves[kind], self._last(kind)
            if halves.state == BACK:
                self._log("update: went back to %s %s: %s" % (kind, self._running[kind][0], why))
                self._remember(kind, number, "back", why)
                halves.settle()
            elif halves.state == TRYING:
                self.state, self._kind = table.TRYING, kind
                self._task = self._spawn(self._prove())
            elif word == "trying":
                self._remember(kind, 0, "", "")  # A power cut came before the trial began.

    def report(self) -> list:
        """Return `updates` of wire `state`: what became of each offer."""
        told = []
        for kind in bundle.KINDS:
            number, word, why = self._last(kind)
            if kind == self._kind and self.state in _WORDS:
                offer = self._offer
                number, why = offer["number"] if offer else number, ""
                word = _WORDS[self.state]
            told += [{"kind": kind, "number": number, "word": word, "why": why}] * bool(number)
        return told

    def on_want(self, want: dict):
        """Take what the service wants: `firmware` and `config` of wire `want`."""
        self._want = want
        self._do_look()

    def on_served(self, served: bool):
        self._served = served

    # --- the table

    def _happened(self, event: str):
        self.state, effects = table.step(self.state, event)
        for effect in effects:
            getattr(self, "_do_" + effect)()
        self._changed()

    def _do_look(self):
        """Find what of that which is wanted is to be worked at now."""
        if self.state in (table.TRYING, table.LEAVING):
            return
        news = [kind for kind in bundle.KINDS if self._is_news(kind)]
        offer = self._want[news[0]] if news else None
        if offer == self._offer:
            return
        self._kind, self._offer, self._attempt = news[0] if news else "", offer, 0
        self._happened("wanted" if offer else "withdrawn")

    def _do_stop(self):
        if self._task:
            self._task.cancel()

    def _do_fetch(self):
        assert self._offer
        self._task = self._spawn(self._fetch(self._offer))

    def _do_pause(self):
        self._task = self._spawn(self._pause())

    def _do_await_idle(self):
        self._task = self._spawn(self._await_idle())

    def _do_refuse(self):
        assert self._offer
        self._log("update: %s %s is refused: %s" % (self._kind, self._offer["version"], self._why))
        self._remember(self._kind, self._offer["number"], "refused", self._why)
        self._offer = None

    def _do_mark(self):
        assert self._offer
        self._note["ill"] = self._test()
        self._remember(self._kind, self._offer["number"], "trying", "crashed")
        self._halves[self._kind].try_other()

    def _do_restart(self):
        self._leave()

    def _do_confirm(self):
        self._log("update: %s %s is in force" % (self._kind, self._running[self._kind][0]))
        # In this order: what a cut leaves between the two proves itself again.
        self._remember(self._kind, self._last(self._kind)[0], "done", "")
        self._halves[self._kind].settle()

    # --- what takes time

    async def _fetch(self, offer: dict):
        event = "fetched"
        source = None
        try:
            source = Source(self._connect, offer["url"])
            await fetch(source, offer, self._halves[self._kind].spare, self._check, self._quiet)
        except bundle.BundleError as error:
            self._why, event = str(error), "bad"
        except (FetchError, OSError) as error:
            self._log("update: %s" % error)
            event = "cut"
        finally:
            if source:
                await source.close()
        self._happened(event)

    def _check(self, half: str):
        image.check_signature(half, self._key)
        with open(half + "/" + bundle.MANIFEST) as file:
            found = bundle.head(file.readline())
        running = self._running[self._kind][0]
        bundle.check_head(found, self._kind, self._device, running=running, firmware=self.version)

    async def _quiet(self):
        """Wait until nobody is there: flash and radio link are the reader's."""
        while not self._idle():
            await self._sleep("update_idle_ms")

    async def _pause(self):
        self._attempt += 1
        longest = self._timings["update_pause_ms"] << min(self._attempt, 16)
        longest = min(longest, self._timings["update_pause_max_ms"])
        await asyncio.sleep((longest // 2 + self._dice(longest // 2 + 1)) / 1000)
        self._happened("pause_over")

    async def _await_idle(self):
        await self._quiet()
        self._happened("idle")

    async def _prove(self):
        """A trial: every part that worked before works, and the service answers our hello."""
        await self._sleep("update_test_ms")
        left_ms = self._timings["update_trial_ms"]
        while left_ms > 0:
            ill = [part for part in self._test() if part not in self._note.get("ill", [])]
            if self._served and not ill:
                self._happened("proved")
                return
            await self._sleep("update_idle_ms")
            left_ms -= self._timings["update_idle_ms"]
        number = self._last(self._kind)[0]
        self._remember(self._kind, number, "trying", "test" if self._served else "unserved")
        self._happened("failed")

    async def _sleep(self, name: str):
        await asyncio.sleep(self._timings[name] / 1000)

    # --- what is known

    def _is_news(self, kind: str) -> bool:
        offer = self._want.get(kind)
        if not offer or not self._key or offer["hash"] == self._running[kind][1]:
            return False
        number, word, _why = self._last(kind)
        return not (number == offer["number"] and word in _FAILED)

    def _last(self, kind: str) -> list:
        return self._note.get(kind) or [0, "", ""]

    def _remember(self, kind: str, number: int, word: str, why: str):
        self._note[kind] = [number, word, why]
        self._notes.save(_NOTE, self._note)

    def _of_half(self, kind: str) -> tuple:
        came_with = self._came_with if kind == "firmware" else "0"
        return image.running(self._halves[kind].path, came_with)
