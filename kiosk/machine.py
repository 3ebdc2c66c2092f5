"""The machine of a role, put together from a configuration, and taken apart at the end."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kiosk.cabinet import Cabinet
from kiosk.config import Config
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
from kiosk.services.clock import Clock
from kiosk.services.incident import Recorder
from kiosk.services.journal import Journal
from kiosk.services.obeys import Obeys
from kiosk.services.shelf import Shelf
from kiosk.services.store import Store
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
    store = Store(journal, clock, config.timezone)
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
    try:
        uplink.start()
        devices = _devices(config, runtime)
        for device in devices:
            if isinstance(device, Printer):
                runtime.print = device.print
            if isinstance(device, HfTray):
                runtime.secures(device.secure)
        yield runtime, devices, clock.wall_ms
    finally:
        uplink.stop()
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
    shelf = Shelf(
        config.web, config.device, config.key, config.data, clock.wall_ms, cabinet.post
    )  # fmt: skip
    devices = _devices(config, cabinet)
    cabinet.tell = next(device.say for device in devices if isinstance(device, Controller))
    try:
        shelf.start()
        yield cabinet, devices, clock.wall_ms
    finally:
        shelf.stop()


def _devices(config: Config, loop: Loop) -> list[Device]:
    return [_MAKES[part](url, config, loop.post) for part, url in config.ports.items()]
