"""The bookcase: hears its devices, and does what its doors, its visit and its orders want done.

What happens on the wires is heard by a task each; what takes time (a count, an answer) runs beside;
all of it ends as an event in one queue.  Effects are carried out in the order of their table:
journal first, then the screen.
"""

import asyncio

from bookcase_fw.antennas import Antennas
from bookcase_fw.count import Count
from bookcase_fw.devices import Device, Down
from bookcase_fw.doors import Door
from bookcase_fw.drivers.lockboard import LockBoardError
from bookcase_fw.drivers.scanner import ScannerError
from bookcase_fw.events import Events
from bookcase_fw.identity import Identity
from bookcase_fw.journal import JournalFull
from bookcase_fw.offline import Offline
from bookcase_fw.orderbook import OrderBook
from bookcase_fw.panel import PanelError
from bookcase_fw.visits import Visit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bookcase_fw.uplink import Uplink

FULL = 96  # Percent of the journal from which no door is opened: its session must have room.


class App:
    """Everything is passed in; `uplink` and `restart` are set before `run`.

    openers   name of a part -> coroutine that returns (driver, function that closes its port):
              lock, reader.1 ..., scanner, panel
    """

    def __init__(self, *, config, clock, journal, notes, openers: dict, log=print):
        self.config, self.clock, self.journal, self.notes = config, clock, journal, notes
        self.log = log
        self.uplink: "Uplink | None" = None
        self.restart = _nothing
        self.numbers = tuple(range(1, config.doors + 1))
        self._events = Events()
        self._id_count = 0
        self._state: dict = {}
        self._shown: dict = {}
        self._show_now = asyncio.Event()
        self._faults: list = []
        self._lock = Device("lock", openers["lock"], (LockBoardError,), self._fault)
        self._scanner = Device("scanner", openers["scanner"], (ScannerError,), self._fault)
        self._panel = Device("panel", openers["panel"], (PanelError,), self._fault)
        antennas = [openers["reader.%d" % number] for number in self.numbers]
        self._antennas = Antennas(antennas, self._fault)
        self.offline = Offline(notes, clock, config.utc_offset_min)
        self.identity = Identity(config, notes, clock)
        self._doors = [Door(self, number) for number in self.numbers]
        self.visit = Visit(self)
        self._orders = OrderBook(self)

    async def run(self):
        """Work for ever; raises what a task beside raised."""
        self.visit.show_welcome()
        for door in self._doors:
            door.recover()
        self._orders.recover()
        for watch in (self._watch_doors, self._scan, self._listen, self._show, self._tend):
            self._events.spawn(watch())
        await self._events.run(self._report)

    # What the service tells.

    def on_order(self, order: dict, retained: bool):
        self._orders.take(order, retained)

    def on_want(self, want: dict, _retained: bool):
        if want["policy"]:
            self.offline.take(want["policy"])
            self._report()

    def on_served(self, served: bool):
        if served:
            self.offline.served()
        self.show(**self._shown)
        self._report()

    def health(self) -> dict:
        """Fields of a beat."""
        devices = [self._lock, self._scanner, self._panel] + self._antennas.devices
        return {"noise": sum([device.noise_count for device in devices])}

    # What doors, visit and orders use.

    @property
    def session(self) -> str:
        """Id of the present connection."""
        return self.uplink.session if self.uplink else ""

    @property
    def served(self) -> bool:
        return bool(self.uplink) and self.uplink.served

    def door(self, number: int) -> Door:
        return self._doors[number - 1]

    def doors_to_choose(self) -> list:
        return [number for number in self.numbers if self.may_choose(number)]

    def may_choose(self, number: int) -> bool:
        works = number in self.numbers and self._antennas.work(number) and self._lock.works
        return works and self.door(number).free

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

    def write(self, kind: str, body: dict):
        """Append a fact; raises JournalFull."""
        self.journal.append(kind, body, self.clock.stamp())
        self._kick()

    def recorded(self, body: dict):
        """A door session is on flash."""
        self._kick()
        if body["policy"] and body["took"]:
            self.offline.took(body["reader"], len(body["took"]))

    def put(self, door: Door, tags: list):
        """Tags were put into a compartment: they are in no other."""
        for other in self._doors:
            if other is not door:
                other.forget(tags)

    def told(self, door: Door, word: str):
        """A door says how it goes: opened, rebound, done, jammed, blind, refused, counted, ..."""
        self._kick()
        self._orders.told(door.number, word)
        if self.visit.at(door.number):
            event = {"rebound": "opened", "opened": ""}.get(word, word)
            if event in ("opened", "done", "jammed", "blind", "refused"):
                self.post(self.visit, event, door.body)
        elif self.visit.idle and word in ("done", "jammed", "blind"):
            self.visit.show_welcome()

    def hurry(self):
        """Somebody has come: what awaits its second count is counted now."""
        for door in self._doors:
            self.post(door, "hurry")

    async def answer(self, ask: dict, vouched: int = -1) -> dict:
        """Return the service's answer, or that of the offline policy; vouched: see Offline."""
        if self.journal.fill >= FULL:
            return {"ok": False, "why": "journal_full"}
        answer = None
        if self.uplink:
            fields = {name: ask[name] for name in ask if name != "op"}
            wait_ms = self.config.timings["ask_ms"]
            answer = await self.uplink.ask(ask["op"], wait_ms=wait_ms, **fields)
        if answer is None:
            answer = self.offline.answer(ask, vouched)
        if not self.journal.lends:
            answer = answer | {"left": 0, "why": "journal_full"}
        return answer

    def release(self, door: Door):
        self.spawn(self._release(door))

    def start_count(self, door: Door):
        self.spawn(self._count(door, door.new_count(self._elsewhere(door))))

    def hurry_count(self, door: Door):
        self._antennas.hurry_count(door.number)

    def stop_count(self, door: Door):
        self._antennas.stop_count(door.number)

    def show(self, screen: str, **fields):
        """Show a screen of wire.SCREENS, and go on showing it."""
        self._shown = fields | {"screen": screen, "offline": not self.served}
        self._show_now.set()

    def show_door(self, door: Door, screen: str, **fields):
        """Show what a door is doing, to whom it concerns: not to a reader at another door."""
        if self.visit.idle or self.visit.at(door.number):
            self.show(screen, door=door.number, **(self.visit.known() | fields))

    # Devices.

    async def _release(self, door: Door):
        try:
            await self._lock.call(lambda board: board.unlock(door.number))
        except Down:
            self.post(door, "jammed")
        else:
            self.post(door, "released")

    async def _count(self, door: Door, count: Count):
        said = await self._antennas.count(door.number, count)
        if said:
            self.post(door, *said)

    def _elsewhere(self, door: Door) -> dict:
        """Return tag -> dBm of what is recorded in the other compartments."""
        elsewhere = {}
        for other in self._doors:
            if other is not door:
                stable = other.contents.stable or {}
                elsewhere |= {tag: stable[tag][1] for tag in stable}
        return elsewhere

    async def _watch_doors(self):
        known = {}
        while True:
            try:
                shut = await self._lock.call(lambda board: board.shut())
            except Down:
                await self._pause("retry_ms")
                continue
            for number in self.numbers:
                if known.get(number) != shut[number - 1]:
                    known[number] = shut[number - 1]
                    self.post_door(number, "shut" if shut[number - 1] else "opened")
            await self._pause("poll_ms")

    async def _scan(self):
        while True:
            try:
                text = await self._scanner.call(lambda scanner: scanner.read())
                self.post(self.visit, "card", text)
            except Down:
                await self._pause("retry_ms")

    async def _listen(self):
        while True:
            try:
                name, fields = await self._panel.call(lambda panel: panel.read())
                self.post(self.visit, name, fields)
            except Down:
                await self._pause("retry_ms")

    async def _show(self):
        while True:
            self._show_now.clear()
            try:
                await self._panel.call(lambda panel: panel.show(**self._shown))
            except Down:
                pass  # It was reported; what is shown is said again.
            try:
                wait_s = self.config.timings["repeat_ms"] / 1000
                await asyncio.wait_for(self._show_now.wait(), wait_s)
            except asyncio.TimeoutError:
                pass

    async def _tend(self):
        """Do what can wait, and look whether the antennas live."""
        while True:
            self.journal.tend()
            self.notes.tend()
            self.offline.tend()
            if self.identity.tend() and self.visit.idle:
                self.visit.show_welcome()
            for door in self._doors:
                if self.visit.idle:
                    await self._look(door)
            await self._pause("tend_ms")

    async def _look(self, door: Door):
        """Count a compartment at rest, to learn how its tags are heard; else look for its antenna.

        What vanishes with nothing opened is a chip that has died: nobody is charged with it.
        """
        if not door.at_rest:
            await self._antennas.check(door.number)
            return
        said = await self._antennas.count(door.number, door.new_count(self._elsewhere(door)))
        if said and said[1]:
            door.learn(said[1])

    async def _pause(self, name: str):
        await asyncio.sleep(self.config.timings[name] / 1000)

    # Reports.

    def _fault(self, part: str, fails: bool, text: str):
        self.log("%s %s %s" % (part, "fails:" if fails else "works again", text))
        self._faults = [one for one in self._faults if one != part] + [part] * fails
        try:
            self.write("fault", {"part": part, "on": fails, "text": text[:80]})
        except JournalFull:
            self.log("no room for the fault of %s" % part)
        self._report()

    def _kick(self):
        if self.uplink:
            self.uplink.kick()

    def _report(self):
        """Tell the service what the machine is, when that has changed."""
        lends = self._lock.works and self.journal.lends and (self.served or self.offline.lends)
        doors = [{"door": d.number, "open": d.is_open, "count": d.count} for d in self._doors]
        state = {"config": self.config.revision, "policy": self.offline.revision, "stock": doors}
        state |= {"faults": sorted(self._faults), "fill": self.journal.fill, "lends": lends}
        if self.uplink and state != self._state:
            self._state = state
            self.uplink.report(state)


def _nothing():
    """A machine that cannot restart itself."""
