"""What a round needs to know of the ledger: bookcases, demand, free copies, what a bag holds."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from broker.fleet.roles import RESTOCKED
from broker.restock.near import Spot
from broker.restock.plan import DEMAND_DAYS, Candidate, Case, Kind

DAY_MS = 86_400_000
CANDIDATES_MAX = 2000  # Of the best-liked titles: more than a van holds.

Rows = Callable[[str, Sequence[object]], Iterable[Sequence[Any]]]

_CASES = """SELECT device.name, device.doors * device.capacity, site.id, site.name_zh, site.name_en,
site.lat, site.lon FROM device JOIN site ON site.id = device.site
LEFT JOIN device_role ON device_role.device = device.id
WHERE device.doors > 0 AND COALESCE(device_role.role, device.kind) IN ({roles})
ORDER BY device.name""".format(roles=", ".join(f"'{role}'" for role in RESTOCKED))
_INSIDE = """SELECT device.name, title.audience, SUBSTR(title.class, 1, 1), title.id
FROM copy_state JOIN holder ON holder.id = copy_state.inside
JOIN device ON device.id = holder.device JOIN copy ON copy.id = copy_state.copy
JOIN title ON title.id = copy.title WHERE holder.kind = 'compartment'"""
_LOANS = """SELECT device.name, title.audience, SUBSTR(title.class, 1, 1), COUNT(*)
FROM loan JOIN inbox ON inbox.id = loan.cause JOIN stream ON stream.id = inbox.stream
JOIN device ON device.id = stream.device JOIN copy ON copy.id = loan.copy
JOIN title ON title.id = copy.title
WHERE loan.out_ms >= ? AND loan.state <> 'void' GROUP BY 1, 2, 3"""
_RETURNS = """SELECT device.name, COUNT(*) FROM movement
JOIN holder ON holder.id = movement.target JOIN device ON device.id = holder.device
WHERE movement.kind = 'return' AND movement.recorded_ms >= ? GROUP BY 1"""
_FREE = """SELECT copy.id, title.id, title.audience, SUBSTR(title.class, 1, 1),
(SELECT COUNT(*) FROM loan JOIN copy lent ON lent.id = loan.copy
WHERE lent.title = title.id AND loan.out_ms >= ? AND loan.state <> 'void') AS liked
FROM copy_state JOIN holder ON holder.id = copy_state.holder JOIN copy ON copy.id = copy_state.copy
JOIN title ON title.id = copy.title
LEFT JOIN copy_condition fit ON fit.copy = copy.id LEFT JOIN copy_promise kept
ON kept.copy = copy.id AND kept.state = 'held'
WHERE holder.kind = 'shelf' AND holder.site = ? AND kept.copy IS NULL
AND (fit.copy IS NULL OR (fit.damaged = 0 AND fit.withdrawn = 0 AND fit.disinfect_ms <= ?))
ORDER BY liked DESC, copy.id LIMIT ?"""


class Place(NamedTuple):
    """A bookcase with its place."""

    device: str
    capacity: int
    site: str
    name_zh: str
    name_en: str
    lat: float
    lon: float


class Stand(NamedTuple):
    """All bookcases at one moment; `titles` are those inside each."""

    places: dict[str, Place]
    cases: dict[str, Case]
    titles: dict[str, set[str]]

    def spots(self) -> list[Spot]:
        """Return the bookcases as spots, with the places that are free now."""
        return [
            Spot(p.device, p.lat, p.lon, p.capacity - self.cases[p.device].copies)
            for p in self.places.values()
        ]


def stand(rows: Rows, now_ms: int) -> Stand:
    since_ms = now_ms - DEMAND_DAYS * DAY_MS
    places = {row[0]: Place(*row) for row in rows(_CASES, ())}
    inside: dict[str, Counter[Kind]] = defaultdict(Counter)
    titles: dict[str, set[str]] = defaultdict(set)
    for device, audience, class_, title in rows(_INSIDE, ()):
        inside[device][audience, class_] += 1
        titles[device].add(title)
    loans: dict[str, Counter[Kind]] = defaultdict(Counter)
    for device, audience, class_, count in rows(_LOANS, (since_ms,)):
        loans[device][audience, class_] += count
    returns: Counter[str] = Counter()
    for device, count in rows(_RETURNS, (since_ms,)):
        returns[device] += count
    cases = {
        name: Case(name, place.capacity, inside[name], loans[name], returns[name])
        for name, place in places.items()
    }
    return Stand(places, cases, titles)


def free(rows: Rows, site: str, now_ms: int) -> list[Candidate]:
    """Return copies on a site's shelves that may be lent and are kept for nobody, liked first."""
    values = (now_ms - DEMAND_DAYS * DAY_MS, site, now_ms, CANDIDATES_MAX)
    return [
        Candidate(copy, title, (audience, class_), liked)
        for copy, title, audience, class_, liked in rows(_FREE, values)
    ]
