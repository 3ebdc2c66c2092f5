"""A machine that leaves out a record is asked for it; one that goes on without it is a case.

What comes after the gap is not taken, and figures of its days are provisional while it lasts.
"""

from broker.fleet.registry import Device
from broker.ledger.cases import Cases, Subject
from broker.ledger.inbox import Taken

PATIENCE_MS = 600_000  # How long a machine may go on telling what comes after a gap.


class Gaps:
    """Remembers since when each stream has one; after a restart the patience begins anew."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases
        self._since_ms: dict[int, int] = {}

    def look(self, device: Device, journal: str, taken: Taken, now_ms: int) -> None:
        """Look at what came of a message of this stream."""
        subject = Subject("gap", f"{device.id}:{journal}", device.id)
        if taken.facts:
            if self._since_ms.pop(taken.stream, None) is not None:
                self._cases.close(subject.key, now_ms, "told")
            return
        if taken.repeated or taken.quarantined:
            return
        since_ms = self._since_ms.setdefault(taken.stream, now_ms)
        if now_ms - since_ms > PATIENCE_MS:
            missing: dict[str, object] = {"journal": journal, "number": taken.number + 1}
            self._cases.open(subject, missing, since_ms)
            self._cases.reopen(subject.key)
