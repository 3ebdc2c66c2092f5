"""The machine: one queue of events, and what its doors, its reader and its orders want done.

What happens on the wires is heard by a task each; what takes time (a count, an answer) runs beside;
all of it ends as an event in one queue.  Effects are carried out in the order of their table:
journal first, then the screen.
"""

import asyncio

from bookcase_fw.beacon import Beacon
from bookcase_fw.box import Box
from bookcase_fw.cabinet import Cabinet
from bookcase_fw.doors import Door
from bookcase_fw.entries import Entries
from bookcase_fw.events import Events
from bookcase_fw.faults import Faults
from bookcase_fw.identity import Identity
from bookcase_fw.offline import Offline
from bookcase_fw.orderbook import OrderBook
from bookcase_fw.returns import Returns
from bookcase_fw.screen import Screen
from bookcase_fw.staffmode import StaffMode
from bookcase_fw.tasks import Tasks
from bookcase_fw.visits import Visit
from bookcase_fw.wire import CLOCK_NONE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bookcase_fw.uplink import Uplink

FULL = 96  # Percent of the journal from which no door is opened: its session must have room.


class App:
    """Everything is passed in; `uplink` and `restart` are set before `run`.

    openers   name of a part -> coroutine that returns (driver, function that closes its port):
              lock (of a 24-hour return: belt), reader.1 ..., panel; where they are fitted
              scanner, card, climate, clock.
              And functions: contacts() returns name -> whether it is closed; light(light, tone)
    """

    def __init__(self, *, config, clock, journal, notes, openers: dict, lists=None, log=print):
        self.config, self.clock, self.journal, self.notes = config, clock, journal, notes
        self.log = log
        self.uplink: "Uplink | None" = None
        self.restart = _nothing
        self.beat = _unheard  # Called with its name by each loop whenever it goes round.
        self._events = Events()
        self._id_count = 0
        self._state: dict = {}
        self._faults = Faults(self.write, self._report, log)
        retry_ms = config.timings["retry_ms"]
        self._entries = Entries(openers, self.fault, retry_ms, self._identified)
        self.box = Box(
            openers,
            clock=clock,
            timings=config.timings,
            report=self.fault,
            changed=self._alarmed,
        )
        self._beacon = Beacon(openers.get("light"), clock)
        self._screen = Screen(
            openers["panel"],
            self.fault,
            config.timings,
            self._always,
            self._touched,
            lambda: self.beat("screen"),
        )
        self.offline = Offline(notes, clock, config.utc_offset_min, lists)
        self.identity = Identity(config, notes, clock)
        self._body = (Returns if config.machine == "return" else Cabinet)(self, openers)
        self.locked_down = notes.load("locked_down", False)
        self.tasks = Tasks(self, self._body)
        self.visit = Visit(self)
        self.staff = StaffMode(self)
        self._orders = OrderBook(self)

    async def run(self):
        """Work for ever; raises what a task beside raised."""
        self._body.begin()
        self._orders.recover()
        tasks = self._body.tasks() + self.box.tasks() + self._entries.tasks()
        tasks += [self._screen.listen(), self._screen.say(), self._tend(), self._beacon.run()]
        for task in tasks:
            self._events.spawn(task)
        await self._events.run(self._report)

    # What the service tells.

    def on_order(self, order: dict, retained: bool):
        self._orders.take(order, retained)

    def on_want(self, want: dict, _retained: bool):
        if want["policy"]:
            self.offline.take(want["policy"])
            self.spawn(self._fetch_lists())
            self._report()

    def on_served(self, served: bool):
        if served:
            self.offline.served()
            self.spawn(self.box.set_clock())
            self.spawn(self._fetch_lists())
        self._screen.again()
        self._report()

    def health(self) -> dict:
        """Fields of a beat."""
        devices = self._entries.devices + [self._screen.device] + self._body.devices
        return {"noise": sum([device.noise_count for device in devices])} | self.box.health()

    # What doors, visit and orders use.

    @property
    def session(self) -> str:
        """Id of the present connection."""
        return self.uplink.session if self.uplink else ""

    @property
    def idle(self) -> bool:
        """Whether a restart would disturb nobody."""
        return self.visit.idle and not self.staff.on and not self._body.on

    @property
    def served(self) -> bool:
        return bool(self.uplink) and self.uplink.served

    @property
    def numbers(self) -> tuple:
        return self._body.numbers

    def door(self, number: int) -> Door:
        return self._body.door(number)

    def doors_to_choose(self) -> list:
        return [number for number in self.numbers if self.may_choose(number)]

    def may_choose(self, number: int) -> bool:
        return self.box.opens and not self.locked_down and self.may_open(number)

    def doors_for_staff(self) -> list:
        return [number for number in self.numbers if self.may_open(number)]

    def may_open(self, number: int) -> bool:
        """Whether a door can be opened and its compartment counted."""
        return self._body.may_choose(number)

    def lock_down(self, locked: bool):
        """Open for no reader any more, or again; kept over restarts."""
        self.notes.save("locked_down", locked)
        self.locked_down = locked
        self._screen.again()
        self._report()

    async def self_test(self) -> list:
        """Try every part; return wire.FOUND of each, those that fail first."""
        await self._body.try_all()
        devices = self._body.devices + self._entries.devices + [self._screen.device]
        found = [{"part": device.part, "ok": device.works} for device in devices]
        text = "%d %% full" % self.journal.fill
        found.append({"part": "flash", "ok": self.journal.lends, "text": text})
        found.append({"part": "clock", "ok": self.clock.quality != CLOCK_NONE})
        return sorted(found, key=lambda row: row["ok"])

    def hurry(self):
        self._body.hurry()

    def post(self, target, event: str, data=None):
        self._events.post(target, event, data)

    def post_door(self, number: int, event: str, data=None):
        self.post(self.door(number), event, data)

    def spawn(self, work):
        return self._events.spawn(work)

    def start_timer(self, target, name: str):
        """Post `timeout` to a target after a duration of config.TIMINGS."""
        self._events.start_timer(target, self.config.timings[name])

    def stop_timer(self, target):
        self._events.stop_timer(target)

    def new_id(self) -> str:
        self._id_count += 1
        return "%d.%d" % (self.clock.boot, self._id_count)

    def write(self, kind: str, body: dict, stamp: "tuple | None" = None):
        """Append a fact that happens now, or at a stamp of the clock; raises JournalFull."""
        self.journal.append(kind, body, stamp or self.clock.stamp())
        self._kick()

    def fault(self, part: str, fails: bool, text: str):
        """A part (a word of wire.PARTS) fails, or works again."""
        self._faults.report(part, fails, text)

    def recorded(self, body: dict):
        """A door session is on flash."""
        self._kick()
        if body["policy"] and body["took"]:
            self.offline.took(body["reader"], len(body["took"]))

    def told(self, door: Door, word: str):
        """A door says how it goes: opened, rebound, done, jammed, blind, refused, counted, ..."""
        self._kick()
        self._orders.told(door.number, word)
        self.tasks.told(door.number, word)
        if self.staff.at(door.number):
            self.staff.told(door.number, word, door.body)
        elif self.visit.at(door.number):
            event = {"rebound": "opened", "opened": ""}.get(word, word)
            if event in ("opened", "done", "jammed", "blind", "refused"):
                self.post(self.visit, event, door.body)
        elif self.visit.idle and word in ("done", "jammed", "blind"):
            self.visit.show_welcome()

    async def settled(self):
        """Wait until all that was posted was taken."""
        await self._events.settled()

    async def answer(self, ask: dict, vouched: int = -1) -> dict:
        """Return the service's answer, or that of the offline policy; vouched: see Offline."""
        if self.journal.fill >= FULL:
            return {"ok": False, "why": "journal_full"}
        if self.locked_down or not self.box.opens:
            return {"ok": False, "why": "locked_down" if self.locked_down else "alarm"}
        answer = None
        if self.uplink:
            fields = {name: ask[name] for name in ask if name != "op"}
            wait_ms = self.config.timings["ask_ms"]
            answer = await self.uplink.ask(ask["op"], wait_ms=wait_ms, **fields)
        if answer is None:
            answer = self.offline.answer(ask, vouched)
        why = self._lends_not()
        return answer | {"left": 0, "why": why} if answer["ok"] and why else answer

    async def _list(self, text: str) -> "dict | None":
        """Return the service's answer to `list`."""
        return await self.uplink.ask("list", text=text) if self.uplink else None

    def show(self, screen: str, **fields):
        """Show a screen of wire.SCREENS, and go on showing it."""
        self._screen.show(screen, **fields)
        self._beacon.show(screen, self.box.signal)

    def show_also(self, **fields):
        """Show the same picture with other values of some fields."""
        self._screen.also(**fields)

    def show_door(self, door: Door, screen: str, **fields):
        """Show what a door is doing, to whom it concerns: not to a reader at another door."""
        if self.visit.idle or self.visit.at(door.number):
            self.show(screen, door=door.number, **(self.visit.known() | fields))

    # What runs beside.

    async def _tend(self):
        """Do what can wait, and look whether the antennas live."""
        while True:
            self.beat("tend")
            self.journal.tend()
            self.notes.tend()
            self.offline.tend()
            await self._fetch_lists()
            if self.identity.tend() and self.visit.idle:
                self._body.greet()
            await self._body.look()
            await asyncio.sleep(self.config.timings["tend_ms"] / 1000)

    def _identified(self, part: str, text: str):
        self.post(self.visit, "card", (part, text))

    def _touched(self, name: str, fields: dict):
        self.post(self.staff if self.staff.on else self.visit, name, fields)

    def _always(self) -> dict:
        """What every picture says."""
        machine = "" if self.config.machine == "doors" else self.config.machine
        always = {"offline": not self.served, "dim": not self.box.lends, "machine": machine}
        return always | {"locked": self.locked_down}

    def _alarmed(self):
        self._screen.again()
        self._beacon.show("welcome" if self.visit.idle else "", self.box.signal)
        self._report()

    # Reports.

    def _lends_not(self) -> str:
        """Return why no loan may begin, a word of wire.REASONS; "" when it may."""
        if not self.journal.lends:
            return "journal_full"
        return "" if self.box.lends else "alarm"

    def _kick(self):
        if self.uplink:
            self.uplink.kick()

    async def _fetch_lists(self):
        if self.offline.lists_wanted:
            await self.offline.fetch(self._list, self.log)
            self._report()

    def _report(self):
        """Tell the service what the machine is, when that has changed."""
        lends = self._body.works and not self.locked_down
        if self.numbers:
            lends = lends and not self._lends_not() and (self.served or self.offline.lends)
        state = {"config": self.config.revision, "policy": self.offline.in_force}
        state |= {"faults": sorted(self._faults.now), "fill": self.journal.fill, "lends": lends}
        state |= self._body.stock()
        if self.uplink and state != self._state:
            self._state = state
            self.uplink.report(state)


def _nothing():
    """A machine that cannot restart itself."""


def _unheard(name: str):
    """Nobody watches the loops."""
