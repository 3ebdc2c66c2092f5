"""A bookcase in memory: the firmware on simulated devices, flash and service; both interpreters.

`board`, `scanner` and `screen` are twins: their hands are a reader's.  `put` and `take` move books.
`service` stands in for the link and the service behind it: it takes every record once, by number.
"""

import asyncio
import json

from bookcase_fw import config, record, sign
from bookcase_fw.app import App
from bookcase_fw.clock import Clock
from bookcase_fw.config import TIMINGS
from bookcase_fw.drivers.cardreader import CardReader
from bookcase_fw.drivers.line import Waits
from bookcase_fw.drivers.lockboard import LockBoard
from bookcase_fw.drivers.scanner import Scanner
from bookcase_fw.drivers.uhfreader import UhfReader
from bookcase_fw.journal import Journal
from bookcase_fw.lists import Lists
from bookcase_fw.notes import Notes
from bookcase_fw.panel import Panel
from bookcase_fw.ring import Part
from hw_sim.devices import gm65, panel, r200, wjl
from hw_sim.flash import Flash
from hw_sim.plug import plug

KEY, DISTRICT_KEY = bytes(range(32)), b"district"
CARD, OTHER_CARD = "SG00000012", "SG00000013"
PHONE = "https://library.example/phone"
READER = sign.pseudonym(DISTRICT_KEY, CARD)
TIMES = {"poll_ms": 4, "opening_ms": 80, "left_open_ms": 120, "rebound_ms": 60, "second_ms": 60}
TIMES |= {"retry_ms": 30, "choose_ms": 400, "done_ms": 300, "refused_ms": 100, "repeat_ms": 50}
TIMES |= {"stay_ms": 20}
TIMES |= {"tend_ms": 40, "pin_ms": 400, "staff_ms": 400}
SECTOR_SIZE, JOURNAL_SECTORS, NOTES_SECTORS, LISTS_SECTORS = 2048, 8, 7, 4
STEP_S, STEPS_MAX = 0.005, 2000

# The devices' answers come at once here, so nobody has to wait for late ones.
WAITS = Waits(answer_s=0.01, quiet_s=0.002, late_s=0.002, gap_s=0.002)
SET_UP = (CardReader,)  # What must be told how to work after each power-up.


def tag(number: int) -> str:
    return "E28011606000020000%06d" % number


class Service:
    """Link and service in one: what was acknowledged, what is answered."""

    def __init__(self):
        self.served = True
        self.session = "1.1"
        self.answer: dict | None = {"id": "1.1", "ok": True, "left": 5, "due": 20261221}
        self.reply = None  # Where `answer` is not enough: reply(ask).
        self.facts = []  # Envelopes with their bodies, each once.
        self.asked = []
        self.lists = None  # Answers what is asked for with `list`.
        self.state = {}
        self.journal = None

    def kick(self):
        if not self.served or not self.journal:
            return
        while len(self.facts) < self.journal.last:
            for data in self.journal.since(len(self.facts), 2000):
                self.facts.append(record.decode(data))
                assert self.facts[-1]["n"] == len(self.facts)
        self.journal.acknowledge(len(self.facts))

    async def ask(self, op: str, wait_ms: int = 0, **fields):
        await asyncio.sleep(0)
        if op == "list":
            return await self.lists.ask(fields["text"]) if self.served else None
        self.asked.append(fields | {"op": op})
        if not self.served:
            return None
        return self.reply(self.asked[-1]) if self.reply else self.answer

    def report(self, state: dict):
        self.state = state

    def kinds(self, *kinds: str) -> list:
        return [fact["d"] for fact in self.facts if fact["k"] in kinds]

    @property
    def sessions(self) -> list:
        return self.kinds("session")


class Lab:
    LOCK, BOARD = LockBoard, wjl.LockBoard  # The lock board's driver and its twin.
    FIELDS: dict = {}  # Of the configuration, beside the usual ones.

    def __init__(self, books: tuple = ((1, 2, 3), (11, 12)), **timings):
        """books: numbers of the tags in each compartment."""
        self.inside = [[tag(number) for number in numbers] for numbers in books]
        self.flash = Flash(JOURNAL_SECTORS + NOTES_SECTORS + LISTS_SECTORS, SECTOR_SIZE)
        self.board = self.BOARD(locks=len(books))
        self.scanner, self.screen = gm65.Scanner(), panel.Screen()
        doors = range(len(books))
        self.antennas = [r200.Reader(lambda door=door: self._hear(door)) for door in doors]
        self.service = Service()
        self.missed = {}  # Tag -> rounds in which it is not heard.
        self.leaks = []  # (door, tag, dBm): what an antenna hears beside its own books.
        self.log = []
        self.boot = 0
        times = TIMINGS | TIMES | timings
        values = {"device": "bc01", "key": KEY.hex(), "district_key": DISTRICT_KEY.hex()}
        values |= {"mqtt": ["", 0], "doors": len(books), "phone": PHONE, "timings": times}
        self.config = config.parse(json.dumps(values | self.FIELDS))

    # Power.

    async def start(self, counted: bool = True):
        """Switch on, and wait until every compartment was counted."""
        self.switch_on()
        if counted:
            await self.until(lambda: self._stock() and -1 not in self._stock())

    def switch_on(self):
        """May raise PowerCut."""
        self.boot += 1
        self.service.journal = None
        self.screen.shown = {}
        journal = Journal(Part(self.flash, 0, JOURNAL_SECTORS), KEY, lambda size: bytes(size))
        notes = Notes(Part(self.flash, JOURNAL_SECTORS, NOTES_SECTORS))
        lists = Part(self.flash, JOURNAL_SECTORS + NOTES_SECTORS, LISTS_SECTORS)
        openers = self.openers() | {"panel": opener(self.screen, Panel)}
        clock = Clock(self.boot, now_ms, 2**30, self.box_clock_ms())
        self.app = App(
            config=self.config,
            clock=clock,
            journal=journal,
            notes=notes,
            openers=openers,
            lists=Lists(lists, notes),
            log=self.log.append,
        )
        self.service.journal = journal
        self.app.uplink = self.service
        self.service.kick()
        self.error = None
        self._task = asyncio.create_task(self._run(self.app))

    def openers(self) -> dict:
        """Return what makes the drivers of all parts but the screen; see App."""
        openers = {
            "lock": opener(self.board, self.LOCK, locks=len(self.inside)),
            "scanner": opener(self.scanner, Scanner),
        }
        for number, antenna in enumerate(self.antennas):
            openers["reader.%d" % (number + 1)] = opener(antenna, UhfReader)
        return openers

    def box_clock_ms(self) -> int:
        """What a clock in the box says at the start; see Clock."""
        return 0

    async def switch_off(self):
        self._task.cancel()
        await asyncio.sleep(0)
        self.flash = self.flash.restarted()

    async def _run(self, app):
        try:
            await app.run()
        except Exception as error:
            self.error = error

    # Hands.

    def put(self, door: int, *numbers: int):
        self.inside[door - 1] += [tag(number) for number in numbers]

    def take(self, door: int, *numbers: int):
        for number in numbers:
            self.inside[door - 1].remove(tag(number))

    async def come(self, card: str = CARD):
        self.scanner.show(card)
        await self.shows("choose")

    async def open(self, door: int):
        """Choose a door and pull it open."""
        self.screen.choose(door)
        await self.until(lambda: self.board.is_released(door))
        self.board.pull_door(door)
        await self.shows("open")

    async def shut(self, door: int):
        self.board.shut_door(door)
        await self.shows("done")

    # Looking.

    async def shows(self, screen: str):
        await self.until(lambda: self.screen.shown.get("screen") == screen, screen)

    async def until(self, true, what: str = ""):
        """Wait until something is so; what the firmware raised is raised here."""
        for _step in range(STEPS_MAX):
            if self.error:
                raise self.error
            if true():
                return
            await asyncio.sleep(STEP_S)
        raise AssertionError("%s never came; shown: %r" % (what, self.screen.shown))

    async def facts(self, count: int, *kinds: str) -> list:
        """Return the bodies of the facts of some kinds, as soon as there are so many."""
        await self.until(lambda: len(self.service.kinds(*kinds)) >= count, "%d %r" % (count, kinds))
        return self.service.kinds(*kinds)

    async def settled(self):
        """Wait until every second count is done."""
        numbers = self.app.numbers
        await self.until(lambda: all(self.app.door(n).state == "shut" for n in numbers), "rest")

    def _stock(self) -> list:
        return [row["count"] for row in self.service.state.get("stock", [])]

    def _hear(self, door: int) -> list:
        heard = [(name, -52) for name in self.inside[door] if not self._misses(name)]
        return heard + [(name, dbm) for number, name, dbm in self.leaks if number == door + 1]

    def _misses(self, name: str) -> bool:
        self.missed[name] = self.missed.get(name, 0) - 1
        return self.missed[name] >= 0


def opener(twin, driver, **options):
    async def open_it():
        reader, writer = plug(twin)
        made = driver((reader, writer), **({"waits": WAITS} | options))
        if driver in SET_UP:
            await made.setup()
        return made, reader.unplug

    return open_it


def now_ms() -> int:
    """The clock of whichever loop runs."""
    ticks = getattr(asyncio, "ticks", None)
    return ticks() if ticks else int(asyncio.get_event_loop().time() * 1000)
