"""The machine of a role, put together from a configuration, and taken apart at the end."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bookcase_fw.lists import Lists
from kiosk.cabinet import Cabinet
from kiosk.config import Config
from kiosk.core.events import Poster, Promoted
from kiosk.core.roles import ROLES
from kiosk.devices.controller import Controller
from kiosk.devices.hftray import HfTray
from kiosk.devices.keypad import Keypad
from kiosk.devices.port import Device
from kiosk.devices.printer import Printer
from kiosk.devices.scanner import Scanner
from kiosk.devices.tray import Tray
from kiosk.loop import Loop
from kiosk.runtime import Runtime
from kiosk.services.asked import Asked
from kiosk.services.clock import Clock
from kiosk.services.flash import Flash
from kiosk.services.incident import Recorder
from kiosk.services.journal import Journal
from kiosk.services.neighbours import neighbours
from kiosk.services.obeys import Obeys
from kiosk.services.promotions import current
from kiosk.services.shelf import stocked
from kiosk.services.store import LISTS_SECTORS, Store
from kiosk.services.tls import proof
from kiosk.services.uplink import Uplink

VERSION = "0.1.0"

Texts = Mapping[str, Mapping[str, str]]
Post = Callable[[Any], None]

_TRAYS: dict[str, Callable[[str, Post], Device]] = {"r200": Tray, "feig": HfTray}
_MAKES: dict[str, Callable[[str, Config, Post], Device]] = {
    # word of wire.PARTS
    "tray": lambda url, config, post: _TRAYS[config.tray_reader](url, post),
    "scanner": lambda url, config, post: Scanner(url, post, config.district_key),
    "keypad": lambda url, config, post: Keypad(url, post),
    "printer": lambda url, config, post: Printer(url, post),
    "panel": lambda url, config, post: Controller(url, post),
}


@contextmanager
def machine(config: Config, texts: Texts) -> Iterator[tuple[Loop, Callable[[], int]]]:
    """Give the machine's loop and its wall clock in ms; its devices start with the block."""
    config.data.mkdir(parents=True, exist_ok=True)
    make = _keeper if ROLES[config.role].journals else _cabinet
    with make(config, texts) as (loop, devices, wall_ms):
        loop.recorder = Recorder(config.data / "incidents")
        try:
            for device in devices:
                device.start()
            yield loop, wall_ms
        finally:
            for device in devices:
                device.stop()


Made = tuple[Loop, list[Device], Callable[[], int]]


@contextmanager
def _keeper(config: Config, texts: Texts) -> Iterator[Made]:
    """A machine that keeps a journal and tells it to the service."""
    assert config.mqtt
    journal = Journal(config.data / "journal.sqlite", config.key)
    clock = Clock(journal.boot)
    flash = Flash(config.data / "readers.lists", LISTS_SECTORS)
    store = Store(journal, clock, config.timezone, Lists(flash, journal))
    runtime = Runtime(
        journal=journal,
        clock=clock,
        store=store,
        texts=texts,
        timings=config.timings,
        role=config.role,
        printer="printer" in config.ports,
        timezone=config.timezone,
    )
    obeys = Obeys(journal, clock, runtime.idle, lambda: runtime.begin_anew())
    runtime.beside.append(obeys.tick)
    uplink = Uplink(
        device=config.device,
        key=config.key,
        address=config.mqtt,
        tls=proof(config.tls) if config.tls else None,
        journal=journal,
        clock=clock,
        post=runtime.call,
        on_served=runtime.served,
        on_want=store.want,
        on_order=obeys.take,
        firmware=VERSION,
        timings=config.uplink_timings,
    )
    runtime.link = uplink
    runtime.beside.append(
        lambda: store.fetch(lambda text, then: uplink.ask("list", then, text=text))
    )
    asked = _asked(config, clock, runtime, ("neighbours", neighbours))
    try:
        uplink.start()
        for one in asked:
            one.start()
        devices = _devices(config, runtime)
        for device in devices:
            if isinstance(device, Printer):
                runtime.print = device.print
            if isinstance(device, HfTray):
                runtime.secures(device.secure)
        yield runtime, devices, clock.wall_ms
    finally:
        for one in asked:
            one.stop()
        uplink.stop()
        flash.close()
        journal.close()


@contextmanager
def _cabinet(config: Config, texts: Texts) -> Iterator[Made]:
    """A screen that is led: whatever counts, its controller does."""
    clock = Clock(boot=0)
    cabinet = Cabinet(
        role=config.role,
        doors=config.doors,
        low=config.low_doors,
        texts=texts,
        timings=config.timings,
        uptime_ms=clock.uptime_ms,
    )
    cabinet.beside.append(_promoting(config, clock, cabinet))
    asked = _asked(config, clock, cabinet, ("neighbours", neighbours), ("copies", stocked))
    devices = _devices(config, cabinet)
    cabinet.tell = next(device.say for device in devices if isinstance(device, Controller))
    try:
        for one in asked:
            one.start()
        yield cabinet, devices, clock.wall_ms
    finally:
        for one in asked:
            one.stop()


def _promoting(config: Config, clock: Clock, loop: Loop) -> Callable[[], None]:
    """Return what is to be called now and then: it posts what is shown between the books now."""
    zone = ZoneInfo(config.timezone)
    shown: tuple[Poster, ...] = ()

    def look() -> None:
        nonlocal shown
        posters = current(config.promotions, datetime.fromtimestamp(clock.wall_ms() / 1000, zone))
        if posters != shown:
            shown = posters
            loop.post(Promoted(posters))

    return look


def _asked(config: Config, clock: Clock, loop: Loop, *whats: tuple[str, Any]) -> list[Asked]:
    """Return what asks the service for things that are shown, still."""
    return [
        Asked(
            what,
            web=config.web,
            device=config.device,
            key=config.key,
            folder=config.data,
            wall_ms=clock.wall_ms,
            understand=understand,
            post=loop.post,
        )
        for what, understand in whats
    ]


def _devices(config: Config, loop: Loop) -> list[Device]:
    return [_MAKES[part](url, config, loop.post) for part, url in config.ports.items()]
