"""The offline policy: what machines may do while they cannot ask, by rules, calendar and cards.

It has one revision for all machines, which rises whenever anything in it changes.  Machines fetch
their readers as lists (lists.py); a kiosk has some of them in the policy until those are there.
"""

import json
from collections.abc import Callable
from typing import NamedTuple

from broker.accounts import people
from broker.circulation.calendar import Calendar
from broker.circulation.rules import LEVELS, Rules
from broker.circulation.terms import ANY, PEOPLE, Place
from broker.fleet import lists
from broker.ledger.store import Database
from broker.staff import cards

STAFFED = "bookcase"  # The kind of machine that staff open; it starts with no readers.
READERS_MAX = 380  # In the policy; with the blocked ones said twice they fit into a payload.
# Field of wire.POLICY, and the kind of rule that says it.
TERMS = (
    ("loan_days", "loan"),
    ("limit", "limit"),
    ("quota", "offline copies"),
    ("uptime_h", "offline hours"),
)
LOOK_MS = 60_000  # How often the day and the cards are looked at.

_READERS = "SELECT reader FROM patron WHERE blocked = '' ORDER BY reader LIMIT ?"
_BLOCKED = "SELECT reader FROM patron WHERE blocked <> '' ORDER BY reader LIMIT ?"
_SITES = """SELECT DISTINCT site.id, site.level, device.kind
FROM site JOIN device ON device.site = site.id"""
_NEWEST = "SELECT revision, body FROM policy ORDER BY revision DESC LIMIT 1"
_OF = "SELECT body FROM policy WHERE revision = ?"
_ENTER = "INSERT INTO policy (revision, body, made_ms) VALUES (?, ?, ?)"


class Policy(NamedTuple):
    """`limits` are by level of the machine's site.  `closed` are sites, each with the kind of its
    machines (mall1/bookcase), where nothing is lent today; `special` is what differs by level and
    kind (street/bookcase) from what is said for all.  `lists` are their revision and how many parts
    they have; `rules` is the number of the law; `staff` are cards (wire.STAFF_CARD).
    """

    revision: int
    loan_days: int
    limits: dict[str, int]
    quota: int
    uptime_h: int
    readers: list[str]
    blocked: list[str]
    closed: list[str] = []
    special: dict[str, dict[str, int]] = {}
    lists: tuple[int, int] = (0, 0)
    rules: int = 0
    staff: list[dict[str, object]] = []

    def at(self, place: Place) -> dict[str, object]:
        """Return the fields of wire.POLICY for a machine at a place."""
        limit = self.limits.get(place.level, self.limits["any"])
        fields: dict[str, object] = {
            "revision": self.revision,
            "loan_days": self.loan_days,
            "limit": limit,
            "quota": self.quota,
            "uptime_h": self.uptime_h,
            "rules": self.rules,
        }
        revision, parts = self.lists
        fields |= {"lists": revision, "parts": parts}
        if place.channel == STAFFED:
            fields |= {"staff": self.staff}
        else:
            fields |= {"readers": self.readers, "blocked": self.blocked}
        fields |= self.special.get(f"{place.level}/{place.channel}", {})
        return fields | ({"limit": 0} if f"{place.site}/{place.channel}" in self.closed else {})


class Policies:
    """The policy in force, made anew when the day or the cards have changed."""

    def __init__(
        self,
        db: Database,
        rules: Rules,
        calendar: Calendar,
        day: Callable[[int], int],
        ruleset: int = 0,
    ) -> None:
        self._db = db
        self._rules = rules
        self._calendar = calendar
        self._day = day
        self._ruleset = ruleset
        self._looked_ms = 0
        self._seen = (0, 0)  # The day, and how often anything about people had changed.
        self.now: Policy | None = None
        self.lists = lists.NONE

    def look(self, now_ms: int) -> bool:
        """Look, at most once a minute, whether anything changed; say whether it did.

        In the caller's transaction.
        """
        if self.now and now_ms - self._looked_ms < LOOK_MS:
            return False
        self._looked_ms = now_ms
        seen = (self._day(now_ms), people.changes(self._db))
        if self.now and seen == self._seen:
            return False
        self._seen = seen
        self.lists = lists.of(self._db, _quotas(self._rules, seen[0]))
        made = _made(self._db, self._rules, self._calendar, seen[0])._replace(
            lists=(self.lists.revision, len(self.lists.parts)), rules=self._ruleset
        )
        if self.now and self.now[1:] == made[1:]:
            return False
        self.now = _numbered(self._db, made, now_ms)
        return True

    def cards_changed(self) -> None:
        """A card was blocked, freed or forgotten: look at the next opportunity."""
        self._looked_ms, self._seen = 0, (0, 0)

    def forget(self) -> None:
        """After a rollback: a revision that was made in it does not exist."""
        self.now = None


def of(db: Database, revision: int) -> Policy | None:
    """Return the policy of a revision, or None when there was none."""
    row = db.execute(_OF, (revision,)).fetchone()
    return Policy(revision, *json.loads(row[0])) if row else None


def _made(db: Database, rules: Rules, calendar: Calendar, today: int) -> Policy:
    """Return the policy of a day, without a revision."""
    blocked = [row[0] for row in db.execute(_BLOCKED, (READERS_MAX // 3,))]
    readers = [row[0] for row in db.execute(_READERS, (READERS_MAX - len(blocked),))]
    places = [Place(*row) for row in db.execute(_SITES)]
    common = _terms(rules, today, ANY, ANY)
    limits = {level: _terms(rules, today, level, ANY)["limit"] for level in LEVELS}
    return Policy(
        revision=0,
        loan_days=common["loan_days"],
        limits=limits,
        quota=common["quota"],
        uptime_h=common["uptime_h"],
        readers=sorted(readers + blocked),
        blocked=blocked,
        closed=sorted(
            f"{place.site}/{place.channel}"
            for place in places
            if not calendar.open_on("lend", "adult", place, today)
        ),
        special=_special(rules, today, places, common, limits),
        staff=cards.told(db),
    )


def _special(
    rules: Rules,
    today: int,
    places: list[Place],
    common: dict[str, int],
    limits: dict[str, int],
) -> dict[str, dict[str, int]]:
    special = {}
    for level, channel in {(place.level, place.channel) for place in places}:
        usual = common | {"limit": limits.get(level, limits[ANY])}
        found = _terms(rules, today, level, channel)
        if found != usual:
            differs = {name: value for name, value in found.items() if value != usual[name]}
            special[f"{level}/{channel}"] = differs
    return dict(sorted(special.items()))


def _numbered(db: Database, made: Policy, now_ms: int) -> Policy:
    """Return a policy with its revision: the newest one's when that says the same, else a new."""
    body = json.dumps(made[1:])
    revision, newest = db.execute(_NEWEST).fetchone() or (0, "")
    if body != newest:
        revision += 1
        db.execute(_ENTER, (revision, body, now_ms))
    return made._replace(revision=revision)


def _quotas(rules: Rules, today: int) -> dict[str, int]:
    """Return the copies that a reader of each kind may take at one machine offline."""
    found = {kind: rules.find("offline copies", today, patron=kind) for kind in PEOPLE}
    return {kind: line.value if line else 0 for kind, line in found.items()}


def _terms(rules: Rules, today: int, level: str, channel: str) -> dict[str, int]:
    """Return what the rules say of a machine of a kind at a site of a level."""
    found = {}
    for name, kind in TERMS:
        line = rules.find(kind, today, level=level, channel=channel)
        found[name] = line.value if line else 0
    return found
