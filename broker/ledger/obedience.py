"""Whether a machine that could not ask kept to the policy that was signed to it.

What it lent stands: a fact is never refused.  A machine that broke its own rule is a case, and a
reader who was blocked meanwhile is another.
"""

from bookcase_fw.policy import HOUR_MS
from broker.fleet import policy
from broker.fleet.registry import Device
from broker.ledger.cases import Cases, Subject
from broker.ledger.directory import Patron
from broker.ledger.inbox import Fact
from broker.ledger.store import Database

SILENCE_MS = 1_800_000  # A machine that says nothing for so long was out of reach.

_HEARD = "SELECT heard_ms FROM device_state WHERE device = ?"


class Obedience:
    """Everything happens in the caller's transaction, but what was heard when is remembered."""

    def __init__(self, db: Database, cases: Cases) -> None:
        self._db = db
        self._cases = cases
        self._heard: dict[int, int] = {}
        self._silent_since: dict[int, int] = {}

    def heard(self, device: int, now_ms: int) -> None:
        """A machine says something; to be called before its state is written."""
        if device not in self._heard:
            row = self._db.execute(_HEARD, (device,)).fetchone()
            self._heard[device] = row[0] if row else now_ms
        if now_ms - self._heard[device] > SILENCE_MS:
            self._silent_since[device] = self._heard[device]
        self._heard[device] = now_ms

    def check(self, device: Device, fact: Fact, patron: Patron | None, happened_ms: int) -> None:
        """Look at a fact that lends and that no answer of the service allowed."""
        revision = fact.body.get("policy", 0)
        held = policy.of(self._db, revision) if isinstance(revision, int) and revision else None
        account = patron.account if patron else None
        evidence: dict[str, object] = {"policy": revision}
        about = Subject("blocked", str(fact.id), device.id, None, account, fact.id)
        if held and fact.body.get("reader") in held.blocked:
            self._cases.open(about._replace(kind="blocked_known"), evidence, happened_ms)
        elif patron and patron.blocked:
            self._cases.open(about, {"reason": patron.blocked}, happened_ms)
        if held and self._age_ms(device.id, fact, happened_ms) > held.uptime_h * HOUR_MS:
            evidence["hours"] = held.uptime_h
            self._cases.open(about._replace(kind="stale"), evidence, happened_ms)

    def _age_ms(self, device: int, fact: Fact, happened_ms: int) -> int:
        """Return how old its policy was at least: uptime since it was last in reach."""
        silent_since = self._silent_since.get(device)
        if silent_since is None:
            return 0
        return min(fact.stamp.uptime_ms, happened_ms - silent_since)
