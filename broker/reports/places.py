"""The places and machines that a report's lines and filters speak of."""

from collections.abc import Callable
from typing import NamedTuple
from zoneinfo import ZoneInfo

from broker.reports.cells import Cell, Rows
from broker.reports.uptime import Change, Dark, Machine

_SITES = "SELECT id, name_zh, name_en, level FROM site ORDER BY id"
_DEVICES = "SELECT name, kind, site FROM device ORDER BY name"
_LINKS = """SELECT device.name, device.site, link.at_ms, link.served
FROM device_link link JOIN device ON device.id = link.device ORDER BY device.name, link.id"""
# Who is away now, and when it was heard last.
_AWAY = """SELECT device.name, state.heard_ms FROM device_state state
JOIN device ON device.id = state.device WHERE state.online = 0"""
_DARK = "SELECT site, first_minute, last_minute FROM dark_hours"


class Site(NamedTuple):
    id: str
    name_zh: str
    name_en: str
    level: str


NOWHERE = Site("", "无地点", "no place", "")


class Device(NamedTuple):
    name: str
    kind: str
    site: str


class Places(NamedTuple):
    """All of them, in the order of their names."""

    sites: dict[str, Site]
    devices: dict[str, Device]

    def word(self, cell: Cell, dimension: str) -> str:
        """Return a cell's word in a dimension of layouts.py."""
        return str(_WORDS[dimension](self, cell))

    def everyone(self, line: str) -> list[str]:
        """Return the places or machines that a report names even if they did nothing.

        The service's own desk is none of them.
        """
        if line == "machine":
            return [name for name, device in self.devices.items() if device.kind != "desk"]
        desks = {device.site for device in self.devices.values() if device.kind == "desk"}
        return [name for name in self.sites if name not in desks]

    def _level(self, cell: Cell) -> str:
        return self.sites.get(cell.site, NOWHERE).level

    def _channel(self, cell: Cell) -> str:
        device = self.devices.get(cell.device)
        return device.kind if device else ""


_WORDS: dict[str, Callable[[Places, Cell], object]] = {
    "month": lambda _places, cell: cell.bucket,
    "day": lambda _places, cell: cell.bucket,
    "site": lambda _places, cell: cell.site,
    "level": Places._level,
    "machine": lambda _places, cell: cell.device,
    "channel": Places._channel,
    "audience": lambda _places, cell: cell.audience,
    "class": lambda _places, cell: cell.class_,
}


def places(rows: Rows) -> Places:
    sites = {row[0]: Site(*row) for row in rows(_SITES)}
    return Places(sites, {row[0]: Device(*row) for row in rows(_DEVICES)})


def spans(rows: Rows, zone: ZoneInfo) -> list[Machine]:
    """Return every machine that was ever heard, with when it was served."""
    dark = {site: Dark(first, last) for site, first, last in rows(_DARK)}
    sites: dict[str, str] = {}
    changes: dict[str, list[Change]] = {}
    for device, site, at_ms, served in rows(_LINKS):
        sites[device] = site
        changes.setdefault(device, []).append(Change(at_ms, bool(served)))
    for device, heard_ms in rows(_AWAY):
        if device in changes and changes[device][-1].served:
            changes[device].append(Change(heard_ms, False))
    return [
        Machine(device, sites[device], sorted(heard), dark.get(sites[device]), zone)
        for device, heard in changes.items()
    ]
