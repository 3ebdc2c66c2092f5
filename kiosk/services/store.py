"""What the offline policy needs to remember through restarts, and what it answers."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from bookcase_fw import policy
from kiosk.services.clock import Clock
from kiosk.services.journal import Journal

UNACKED_MAX = 10_000  # Records: months of a busy kiosk.
LENDS_BELOW_PERCENT = 90  # Above it only returns are taken.
SAVE_MS = 60_000


class Store:
    """Notes in the journal's file.  The policy's age is uptime, summed over starts."""

    def __init__(self, journal: Journal, clock: Clock, timezone: str) -> None:
        self._journal, self._clock = journal, clock
        self._zone = ZoneInfo(timezone)
        self._policy: dict[str, Any] | None = journal.load("policy")
        self._taken: dict[str, int] = journal.load("taken", {})
        # A start counts as a minute, so that starting again and again does not keep it young.
        self._age_ms = int(journal.load("policy_age_ms", 0)) + SAVE_MS
        self._since_ms = self._saved_ms = clock.uptime_ms()

    @property
    def revision(self) -> int:
        return int(self._policy["revision"]) if self._policy else 0

    @property
    def fill(self) -> int:
        """Return how full the journal is with unacknowledged records, in percent."""
        return min(100, 100 * self._journal.unacked // UNACKED_MAX)

    def want(self, want: Mapping[str, Any]) -> None:
        """Take over a policy that the service has signed; a known one is as good as new again."""
        wanted = want.get("policy")
        if not wanted or wanted["revision"] < self.revision:
            return
        if wanted != self._policy:
            self._policy = dict(wanted)
            self._journal.save("policy", self._policy)
        self._age_ms, self._since_ms = 0, self._clock.uptime_ms()
        self._save()

    def reached(self) -> None:
        """The service is back: what was lent alone no longer counts against the quota."""
        if self._taken:
            self._taken = {}
            self._journal.save("taken", {})

    def took(self, reader: str) -> None:
        self._taken[reader] = self._taken.get(reader, 0) + 1
        self._journal.save("taken", self._taken)

    def decide(self, op: str, reader: str, tags: Sequence[str]) -> dict[str, Any]:
        """Return an answer with the fields of wire `answer`; nothing is changed."""
        wall_ms = self._clock.wall_ms()
        days = self._policy["loan_days"] if self._policy else 0
        ask = {"op": op, "reader": reader, "tags": list(tags)}
        answer: dict[str, Any] = policy.decide(
            self._policy,
            ask,
            self._taken.get(reader, 0),
            self._age(),
            policy.due_day(wall_ms, self._offset_min(wall_ms), days),
        )
        return answer

    def tick(self) -> None:
        """To be called now and then: keeps the policy's age."""
        if self._clock.uptime_ms() - self._saved_ms >= SAVE_MS:
            self._save()

    def _age(self) -> int:
        return self._age_ms + self._clock.uptime_ms() - self._since_ms

    def _save(self) -> None:
        self._saved_ms = self._clock.uptime_ms()
        self._journal.save("policy_age_ms", self._age())

    def _offset_min(self, wall_ms: int) -> int:
        moment = datetime.datetime.fromtimestamp(wall_ms / 1000, self._zone)
        offset = moment.utcoffset() or datetime.timedelta()
        return int(offset.total_seconds()) // 60
