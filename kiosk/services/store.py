"""What the kiosk may do alone: the firmware's offline policy, kept in the journal's file."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from bookcase_fw.offline import Offline
from kiosk.services.clock import Clock
from kiosk.services.journal import Journal

UNACKED_MAX = 10_000  # Records: months of a busy kiosk.
LENDS_BELOW_PERCENT = 90  # Above it only returns are taken.


class Store:
    def __init__(self, journal: Journal, clock: Clock, timezone: str) -> None:
        self._journal = journal
        self._offline = Offline(journal, clock, _offset_min(clock.wall_ms(), timezone))

    @property
    def revision(self) -> int:
        """Return the number of the policy in force; 0 when there is none."""
        return int(self._offline.revision)

    @property
    def fill(self) -> int:
        """Return how full the journal is with unacknowledged records, in percent."""
        return min(100, 100 * self._journal.unacked // UNACKED_MAX)

    def want(self, want: Mapping[str, Any]) -> None:
        """Take over a policy that the service has signed."""
        if want.get("policy"):
            self._offline.take(want["policy"])

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


def _offset_min(wall_ms: int, timezone: str) -> int:
    """Return a time zone's minutes east of UTC."""
    moment = datetime.datetime.fromtimestamp(wall_ms / 1000, ZoneInfo(timezone))
    offset = moment.utcoffset() or datetime.timedelta()
    return int(offset.total_seconds()) // 60
