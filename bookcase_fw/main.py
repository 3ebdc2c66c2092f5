"""Builds the bookcase and runs it for ever; the only file that says `import board`."""

import asyncio
import gc
import io
import json
import os
import sys

import board

from bookcase_fw import config, lastwords, wiring
from bookcase_fw.app import App
from bookcase_fw.clock import Clock
from bookcase_fw.halves import Halves
from bookcase_fw.journal import Journal, JournalFull
from bookcase_fw.lists import Lists
from bookcase_fw.notes import Notes
from bookcase_fw.pulse import BEAT_MS, Pulse, Stuck
from bookcase_fw.ring import Part
from bookcase_fw.update import Updates
from bookcase_fw.uplink import Uplink

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FIRMWARE = "0.1.0"  # Of what was flashed; an update says its own.
NOTES_SECTORS = 24  # A policy is 16 KiB at most, four sectors; the journal has the rest.
# A loop hangs that does not go round in its longest pause and this; what blocks everything the
# watchdog ends at once.
LATE_MS = 120000
PAUSES = ("retry_ms", "tend_ms", "repeat_ms")
WAITING_SIZE = 8192  # Of records looked at before an update is taken for good.
IDLE_MS = 200  # Between two looks whether a planned restart would disturb anybody.


def bookcase(settings) -> tuple:
    """Return application, uplink, updates and pulse, wired to the board."""
    notes = _notes()
    boot = notes.load("boot", 0) + 1
    notes.save("boot", boot)
    journal = Journal(_part("journal"), settings.key, os.urandom)
    rtc_ms = wiring.box_clock_ms(settings, board)
    clock = Clock(boot, board.ticks_ms, board.TICKS_PERIOD_MS, rtc_ms)
    app = App(
        config=settings,
        clock=clock,
        journal=journal,
        notes=notes,
        openers=wiring.openers(settings, board),
        lists=Lists(_part("lists"), notes),
    )
    updates = Updates(
        home=board.HOME,
        device=settings.device,
        key=settings.update_key,
        came_with=FIRMWARE,
        connect=lambda secure, host, port: _web(settings.tls, secure, host, port),
        idle=lambda: app.idle,
        test=lambda: _ill(uplink, journal),
        leave=lambda: uplink.stop(),
        changed=lambda: uplink.report_again(),
        spawn=app.spawn,
        notes=notes,
        dice=_dice,
        timings=settings.timings,
    )

    def on_want(want: dict, retained: bool):
        app.on_want(want, retained)
        updates.on_want(want)

    def on_served(served: bool):
        app.on_served(served)
        updates.on_served(served)

    pulse = Pulse(clock.uptime_ms, LATE_MS + max(settings.timings[name] for name in PAUSES))
    uplink = Uplink(
        connect=lambda: board.connect(settings.mqtt, settings.tls),
        clock=clock,
        beat=lambda: pulse.beat("uplink"),
        device=settings.device,
        key=settings.key,
        journal=journal,
        dice=_dice,
        on_order=app.on_order,
        on_want=on_want,
        on_served=on_served,
        health=lambda: app.health() | _heap(),
        also=lambda: {"updates": updates.report()},
        firmware=updates.version,
        cause=board.reset_cause(),
        timings=settings.timings,
    )
    app.uplink, app.restart, app.beat = uplink, uplink.stop, pulse.beat
    _tell_last_words(app)
    return app, uplink, updates, pulse


def _notes() -> Notes:
    return Notes(_part("notes"))


def _part(name: str) -> Part:
    """Return a part of the flash: journal, notes and lists lie in this order."""
    flash = board.flash()
    journal_sectors = flash.ioctl(4, 0) - NOTES_SECTORS - board.LISTS_SECTORS
    first, count = {
        "journal": (0, journal_sectors),
        "notes": (journal_sectors, NOTES_SECTORS),
        "lists": (journal_sectors + NOTES_SECTORS, board.LISTS_SECTORS),
    }[name]
    return Part(flash, first, count)


def _tell_last_words(app: App):
    try:
        lastwords.tell(app.notes, app.write)
    except JournalFull:
        app.log("no room for what the last start ended by")


def _ill(uplink: Uplink, journal: Journal) -> list:
    """Return the parts that fail; a journal of which something cannot be read is one of them."""
    waiting = journal.since(journal.acked, WAITING_SIZE)
    unreadable = any(b'"k":"lost"' in data for data in waiting)
    return uplink.talk.reported.get("faults", []) + ["journal"] * unreadable


async def _web(tls: dict, secure: bool, host: str, port: int) -> tuple:
    if secure and not tls:
        raise OSError("no authority is known by which %s could prove itself" % host)
    return await board.connect([host, port], tls if secure else {})


async def run(app: App, uplink: Uplink, updates: Updates, pulse: Pulse):
    """Serve until an order or an update says restart, or something fails; raises what it raised."""
    _say_heap()
    failures = []
    updates.start()
    work = asyncio.create_task(_until_failed(app.run(), uplink, failures))
    feeding = asyncio.create_task(_until_failed(_feed(app, uplink, pulse), uplink, failures))
    await uplink.run()
    while not failures and not app.idle:
        await asyncio.sleep(IDLE_MS / 1000)
    feeding.cancel()
    work.cancel()
    _say_heap()
    for failure in failures:
        raise failure


async def _until_failed(work, uplink: Uplink, failures: list):
    try:
        await work
    except Exception as error:
        failures.append(error)
        uplink.stop()


async def _feed(app: App, uplink: Uplink, pulse: Pulse):
    """Feed the watchdog as long as every loop goes round; those that wait for events get one."""
    queue = _Queue(pulse)
    while True:
        app.post(queue, "beat")
        uplink.kick()
        pulse.check()
        board.feed()
        await asyncio.sleep(BEAT_MS / 1000)


class _Queue:
    """A target of the application's queue: what reaches it went round."""

    number = -1

    def __init__(self, pulse: Pulse):
        self._pulse = pulse

    def take(self, _event: str, _data):
        self._pulse.beat("queue")


def _heap() -> dict:
    gc.collect()
    return {"heap_used": gc.mem_alloc(), "heap_free": gc.mem_free()}


def _say_heap():
    print("heap {heap_used} bytes in use, {heap_free} free".format(**_heap()))


def _dice(n: int) -> int:
    """Return a random integer below n, n up to 65536."""
    return int.from_bytes(os.urandom(4), "big") % n


def _settings():
    """Return the configuration, what was changed from afar laid over that of the installation."""
    values = json.loads(board.config_text())
    try:
        with open(Halves(board.HOME + "/config").path + "/config.json") as file:
            values |= config.changes(json.loads(file.read()))
    except OSError:
        pass  # Nothing was changed.
    return config.parse(json.dumps(values))


def main():
    gc.threshold(max(config.COLLECT_BYTES, gc.mem_free() // config.COLLECT_SHARE))
    asyncio.run(run(*bookcase(_settings())))
    board.restart()


def _last_words(error: Exception):
    said: "Any" = io.StringIO()
    sys.print_exception(error, said)
    print(said.getvalue())
    kind = "Stuck %s" % error if isinstance(error, Stuck) else type(error).__name__
    _notes().save(lastwords.NOTE, lastwords.shortened(kind, said.getvalue()))


try:
    main()
# The last resort: whatever it was, note it and start again; the journal knows how far we were.
except Exception as error:
    try:
        _last_words(error)
    finally:
        board.restart()
