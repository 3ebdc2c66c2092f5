"""The offline policy in force, its age, and what each reader took here meanwhile; on flash.

The age is uptime summed over starts; AGE_STEP_MS of it may be forgotten at a power cut.
"""

import gc

from bookcase_fw import policy
from bookcase_fw.lists import ListsError, fetch

AGE_STEP_MS = 600000
READERS_MAX = 200  # Readers whose offline loans are counted; a reader beyond is granted none.


class Offline:
    def __init__(self, notes, clock, utc_offset_min: int, lists=None):
        """lists: see lists.py; a machine without them has its readers in the policy."""
        self._notes, self._clock, self._utc_offset_min = notes, clock, utc_offset_min
        self._lists, self._fetching = lists, False
        self._policy = notes.load("policy")
        self._taken = notes.load("taken", {})
        self._age_ms = notes.load("policy_age_ms", 0)
        self._since_ms = clock.uptime_ms()

    @property
    def revision(self) -> int:
        return self._policy["revision"] if self._policy else 0

    @property
    def in_force(self) -> int:
        """The policy's revision, 0 until the lists that it speaks of are in force as well."""
        return 0 if self.lists_wanted else self.revision

    @property
    def staff(self) -> list:
        """Staff cards (wire.STAFF_CARD) that open this machine."""
        return self._policy.get("staff", []) if self._policy else []

    @property
    def lists_wanted(self) -> int:
        """The lists of readers that the policy speaks of, 0 while they are in force."""
        if not self._policy or not self._lists:
            return 0
        wanted = self._policy.get("lists", 0)
        return 0 if wanted == self._lists.revision else wanted

    @property
    def lends(self) -> bool:
        """Whether it is young enough to lend by."""
        return bool(self._policy) and self._age() <= self._policy["uptime_h"] * policy.HOUR_MS

    def take(self, wanted: dict):
        """Put a policy in force that was signed; an older one changes nothing."""
        if wanted["revision"] < self.revision:
            return
        if wanted["revision"] > self.revision:
            self._notes.save("policy", wanted)
            self._policy = wanted
        self._age_ms, self._since_ms = 0, self._clock.uptime_ms()
        self._notes.save("policy_age_ms", 0)

    def answer(self, ask: dict, vouched: int = -1) -> dict:
        """Return an answer with the fields of wire `answer` but id, and the policy's revision.

        vouched: copies that a fresh token of the service allows this reader, who may be in no list
        then; -1 without one.
        """
        days = self._policy["loan_days"] if self._policy else 0
        due = policy.due_day(self._clock.wall_ms(), self._utc_offset_min, days)
        reader = ask.get("reader", "")
        quota, taken = self._quota(reader, vouched), self._taken.get(reader, 0)
        if not taken and len(self._taken) >= READERS_MAX:
            taken = policy.QUOTA_MAX
        answer = policy.decide(self._policy, ask, quota, taken, self._age(), due)
        return answer | {"policy": self.revision}

    def took(self, reader: str, count: int):
        """Count what a reader took by this policy."""
        self._taken[reader] = self._taken.get(reader, 0) + count
        self._notes.save("taken", self._taken)

    def served(self):
        """The service is back and knows what everybody took."""
        if self._taken:
            self._taken = {}
            self._notes.save("taken", self._taken)

    async def fetch(self, ask, log):
        """Bring the lists up to what the policy wants; ask(text) returns an answer to `list`."""
        if self._fetching or not self._lists or not self.lists_wanted:
            return
        self._fetching = True
        try:
            if await fetch(self._lists, self.lists_wanted, ask):
                log("lists %d are in force" % self._lists.revision)
        except ListsError as error:
            log("lists: %s" % error)
        except MemoryError:
            # Doors are worth more than lists: it is tried again while the machine tends itself.
            gc.collect()
            log("lists: no memory for them now")
        finally:
            self._fetching = False

    def tend(self):
        """Keep the policy's age through a power cut."""
        if self._policy and self._clock.uptime_ms() - self._since_ms >= AGE_STEP_MS:
            self._age_ms, self._since_ms = self._age(), self._clock.uptime_ms()
            self._notes.save("policy_age_ms", self._age_ms)

    def _quota(self, reader: str, vouched: int) -> "int | None":
        """Return what this reader may take here; None: not known here.  See policy.decide."""
        if not self._policy:
            return None
        quota = self._listed(reader)
        if quota == policy.BLOCKED or (quota is None and vouched < 0):
            return quota
        offers = [offer for offer in (quota, vouched) if offer is not None and offer >= 0]
        return min(offers + [self._policy["quota"]])

    def _listed(self, reader: str) -> "int | None":
        """Return a reader's quota by the lists, BLOCKED, or None when they do not name him."""
        if self._lists and self._lists.revision:
            quota = self._lists.quota(reader)
            return policy.BLOCKED if quota == 0 else quota
        if reader in self._policy["blocked"]:
            return policy.BLOCKED
        return policy.QUOTA_MAX if reader in self._policy["readers"] else None

    def _age(self) -> int:
        return self._age_ms + self._clock.uptime_ms() - self._since_ms
