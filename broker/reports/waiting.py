"""Whether a period's figures are final: what machines may still have to tell about it.

A figure is provisional while the period is not over, while a machine was not heard since its end
or still has records that are not committed, and while a stream is set aside.
"""

from typing import NamedTuple

from broker.reports.cells import Rows

_BEHIND = """SELECT device.name, state.heard_ms, state.unacked
FROM device JOIN device_state state ON state.device = device.id
WHERE state.first_ms < %d AND (state.heard_ms < %d OR state.unacked > 0) ORDER BY device.name"""
_ASIDE = """SELECT DISTINCT device.name, c.opened_ms
FROM exception_case c JOIN device ON device.id = c.device
WHERE c.kind = 'quarantine' AND c.closed_ms IS NULL ORDER BY device.name"""


class Waiting(NamedTuple):
    """Why a figure may still change.  `why` is a word of WHY; `device` is empty for no machine."""

    device: str
    why: str
    records: int
    since_ms: int


WHY = {
    "not_over":   ("本期尚未结束", "the period is not over"),
    "silent":     ("{device} 此后没有联系", "{device} was not heard since"),
    "unacked":    ("{device} 还有 {records} 条记录未入账",
                   "{device} has {records} records to tell"),
    "set_aside":  ("{device} 的记录已隔离", "the records of {device} are set aside"),
}  # fmt: skip


def waiting(rows: Rows, end_ms: int, now_ms: int) -> list[Waiting]:
    """Return what is not known of the time before `end_ms`; nothing when its figures are final."""
    found = [Waiting("", "not_over", 0, end_ms)] if end_ms > now_ms else []
    until = min(end_ms, now_ms)
    for device, heard_ms, unacked in rows(_BEHIND % (until, end_ms)):
        if unacked:
            found.append(Waiting(device, "unacked", unacked, heard_ms))
        elif end_ms <= now_ms:
            found.append(Waiting(device, "silent", 0, heard_ms))
    return found + [Waiting(device, "set_aside", 0, at) for device, at in rows(_ASIDE)]


def say(reason: Waiting, language: str) -> str:
    return WHY[reason.why][("zh", "en").index(language)].format(**reason._asdict())
