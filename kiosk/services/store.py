"""What the kiosk may do alone: the firmware's offline policy, kept in the journal's file."""

import datetime
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from bookcase_fw.lists import Lists
from bookcase_fw.offline import Offline
from kiosk.services.clock import Clock
from kiosk.services.journal import Journal

UNACKED_MAX = 10_000  # Records: months of a busy kiosk.
LENDS_BELOW_PERCENT = 90  # Above it only returns are taken.
LISTS_SECTORS = 4000  # Two banks of as many parts as the service makes; a file grows as it must.
FETCH_AGAIN_MS = 5_000  # After the service did not say them.

Answer = Mapping[str, Any] | None
log = structlog.get_logger()


class Store:
    """`lists`: the readers, as a bookcase has them; without, only those in the policy are known."""

    def __init__(
        self, journal: Journal, clock: Clock, timezone: str, lists: Lists | None = None
    ) -> None:
        self._journal, self._clock = journal, clock
        self._offline = Offline(journal, clock, _offset_min(clock.wall_ms(), timezone), lists)
        self._fetch_ms = 0  # When the lists may be asked for next.

    @property
    def revision(self) -> int:
        """Return the number of the policy in force; 0 when there is none."""
        return int(self._offline.revision)

    @property
    def in_force(self) -> int:
        """Return the same, but 0 until the lists that the policy speaks of are there, too."""
        return int(self._offline.in_force)

    @property
    def fill(self) -> int:
        """Return how full the journal is with unacknowledged records, in percent."""
        return min(100, 100 * self._journal.unacked // UNACKED_MAX)

    def want(self, want: Mapping[str, Any]) -> None:
        """Take over a policy that the service has signed."""
        if want.get("policy"):
            self._offline.take(want["policy"])

    def fetch(self, ask: Callable[[str, Callable[[Answer], None]], None]) -> None:
        """Bring the lists up to what the policy wants, part by part; to be called now and then.

        ask(text, then) asks the service for `list`; what was fetched is not fetched again.
        """
        if not self._offline.lists_wanted or self._clock.uptime_ms() < self._fetch_ms:
            return
        self._fetch_ms = self._clock.uptime_ms() + FETCH_AGAIN_MS
        work = self._offline.fetch(_Asked, log.info)

        def go_on(answer: Answer) -> None:
            try:
                asked: str = work.send(answer)
            except StopIteration:
                return
            ask(asked, go_on)

        go_on(None)

    def reached(self) -> None:
        """The service is back: what was lent alone no longer counts against the quota."""
        self._offline.served()

    def took(self, reader: str) -> None:
        self._offline.took(reader, 1)

    def decide(self, op: str, reader: str, tags: Sequence[str]) -> dict[str, Any]:
        """Return an answer with the fields of wire `answer`; nothing is changed."""
        answer: dict[str, Any] = self._offline.answer(
            {"op": op, "reader": reader, "tags": list(tags)}
        )
        return answer

    def tick(self) -> None:
        """To be called now and then: keeps the policy's age."""
        self._offline.tend()


class _Asked:
    """An ask that the firmware waits for; its text goes to whoever drives the coroutine."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __await__(self) -> Generator[str, Answer, Answer]:
        return (yield self._text)


def _offset_min(wall_ms: int, timezone: str) -> int:
    """Return a time zone's minutes east of UTC."""
    moment = datetime.datetime.fromtimestamp(wall_ms / 1000, ZoneInfo(timezone))
    offset = moment.utcoffset() or datetime.timedelta()
    return int(offset.total_seconds()) // 60
