"""Builds the bookcase and runs it for ever; the only file that says `import board`."""

import asyncio
import gc
import os
import sys

import board

from bookcase_fw import config
from bookcase_fw.app import App
from bookcase_fw.clock import Clock
from bookcase_fw.drivers import locks
from bookcase_fw.drivers.scanner import Scanner
from bookcase_fw.drivers.uhfreader import UhfReader
from bookcase_fw.journal import Journal
from bookcase_fw.notes import Notes
from bookcase_fw.panel import Panel
from bookcase_fw.ring import Part
from bookcase_fw.uplink import Uplink

FIRMWARE = "0.1.0"
NOTES_SECTORS = 24  # A policy is 16 KiB at most, four sectors; the journal has the rest.
FEED_MS = 1000  # Between two feeds of the watchdog.


def bookcase(settings) -> tuple:
    """Return the application and its uplink, wired to the board."""
    flash = board.flash()
    journal_sectors = flash.ioctl(4, 0) - NOTES_SECTORS
    notes = Notes(Part(flash, journal_sectors, NOTES_SECTORS))
    boot = notes.load("boot", 0) + 1
    notes.save("boot", boot)
    journal = Journal(Part(flash, 0, journal_sectors), settings.key, os.urandom)
    clock = Clock(boot, board.ticks_ms, board.TICKS_PERIOD_MS, board.rtc_ms())
    app = App(
        config=settings, clock=clock, journal=journal, notes=notes, openers=_openers(settings)
    )
    uplink = Uplink(
        connect=lambda: board.connect(settings.mqtt, settings.tls),
        clock=clock,
        device=settings.device,
        key=settings.key,
        journal=journal,
        dice=_dice,
        on_order=app.on_order,
        on_want=app.on_want,
        on_served=app.on_served,
        health=lambda: app.health() | _heap(),
        firmware=FIRMWARE,
        cause=board.reset_cause(),
        timings=settings.timings,
    )
    app.uplink, app.restart = uplink, uplink.stop
    return app, uplink


def _openers(settings) -> dict:
    """Return what makes each part's driver; see App."""

    async def lock():
        driver, baud = locks.board(settings.lock)
        port = await board.lock_port(baud)
        return driver(port, locks=settings.doors, shut_bit=settings.shut_bit), _closer(port)

    async def scanner():
        port = await board.scanner_port()
        return Scanner(port), _closer(port)

    async def panel():
        port = await board.panel_port()
        return Panel(port), _closer(port)

    def antenna(number: int):
        async def reader():
            port = await board.antenna_port(number)
            driver = UhfReader(port)
            try:
                await driver.setup()
            except Exception:
                board.close_port(port)
                raise
            return driver, _closer(port)

        return reader

    openers = {"lock": lock, "scanner": scanner, "panel": panel}
    return openers | {"reader.%d" % n: antenna(n) for n in range(1, settings.doors + 1)}


def _closer(port: tuple):
    return lambda: board.close_port(port)


async def run(app: App, uplink: Uplink):
    """Serve until an order says restart, or until the application fails; raises what it raised."""
    _say_heap()
    failures = []
    work = asyncio.create_task(_work(app, uplink, failures))
    feeding = asyncio.create_task(_feed(work))
    await uplink.run()
    feeding.cancel()
    work.cancel()
    _say_heap()
    for failure in failures:
        raise failure


async def _work(app: App, uplink: Uplink, failures: list):
    try:
        await app.run()
    except Exception as error:
        failures.append(error)
        uplink.stop()


async def _feed(work):
    """Feed the watchdog as long as the application lives."""
    while not work.done():
        board.feed()
        await asyncio.sleep(FEED_MS / 1000)


def _heap() -> dict:
    gc.collect()
    return {"heap_used": gc.mem_alloc(), "heap_free": gc.mem_free()}


def _say_heap():
    print("heap {heap_used} bytes in use, {heap_free} free".format(**_heap()))


def _dice(n: int) -> int:
    """Return a random integer below n, n up to 65536."""
    return int.from_bytes(os.urandom(4), "big") % n


def main():
    gc.threshold(config.COLLECT_BYTES)
    asyncio.run(run(*bookcase(config.parse(board.config_text()))))
    board.restart()


try:
    main()
# The last resort: whatever it was, say it and start again; the journal knows how far we were.
except Exception as error:
    sys.print_exception(error)
    board.restart()
