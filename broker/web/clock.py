"""Times as people read them, in the library's own time zone.  Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from broker.web.health import span
from broker.web.texts import say

JUST_NOW_MS = 60_000


def local(at_ms: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, zone)


def from_local(text: str, zone: ZoneInfo) -> int:
    """Return a local time such as 2026-11-21T18:30 in ms since 1970 UTC; ValueError for none."""
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


def exact(at_ms: int, zone: ZoneInfo) -> str:
    """Return the exact time, such as 2026-11-21 15:58:35."""
    return local(at_ms, zone).strftime("%Y-%m-%d %H:%M:%S")


def ago(at_ms: int, now_ms: int, language: str) -> str:
    """Return how long ago something was, such as 3 分钟前."""
    if now_ms - at_ms < JUST_NOW_MS:
        return say("just_now", language)
    return say("ago", language, span=span(now_ms - at_ms, language))


def midnight_ms(now_ms: int, zone: ZoneInfo) -> int:
    """Return when the day began."""
    day = local(now_ms, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return int(day.timestamp() * 1000)
