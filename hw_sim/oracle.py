"""Whether the ledger agrees with the world, copy by copy; where it does not, the copy's story.

    S3  a copy is lent to one person at a time, by every list of the ledger
    Q1  every copy's place in the ledger is the world's
    Q2  loans in the ledger are the world's takings: none lost, none left over
    Q3  journals are drained: each number of a machine is committed, none set aside
    R1  nobody is charged for a copy that they did not take
    R2  no copy that was taken is left off a loan without an open case

A disagreement for which staff have an open case is no violation but a *doubt*: the machine could
not know, and said so.  Being charged wrongly is never excused by a case.
A worn chip, which the radio hears in one round of three, excuses too: how often it errs is P9's.
"""

import asyncio
import urllib.error
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from hw_sim.ledger import Custody, Ledger, Stream
from hw_sim.world.places import Bin, Compartment, Hands, Shelf
from hw_sim.world.truth import Happening, World

POLL_S = 0.5
NEAR_MS = 600_000  # What happened at a machine so long before and after belongs to a copy's story.


class Finding(NamedTuple):
    rule: str  # A rule's name as above.
    barcode: str  # "" where it concerns no copy.
    text: str

    def __str__(self) -> str:
        return " ".join(filter(None, (self.rule, self.barcode, self.text)))


class Report(NamedTuple):
    violations: list[Finding]
    doubts: list[Finding]
    stories: dict[str, str]  # Barcodes of violations -> what happened, world beside ledger.

    def __str__(self) -> str:
        lines: list[str] = []
        for finding in self.violations:
            lines += [str(finding), *self.stories.get(finding.barcode, "").splitlines()]
        lines += [f"(doubt) {finding}" for finding in self.doubts]
        return "\n".join(lines) or "the ledger agrees with the world"


class Telling(Protocol):
    """What tells of the ledger: the service's HTTP API (ledger.py), or a run's own view of it."""

    async def ledger(self, cards: Iterable[str]) -> Ledger: ...
    async def streams(self) -> list[Stream]: ...
    async def movements(self, barcode: str) -> list[tuple[int, str]]: ...


class Oracle:
    """Judges a service.  `devices` must be online and drained; `lasts` may name the highest record
    number that each of them has written, which the API cannot know."""

    def __init__(
        self,
        world: World,
        service: Telling,
        devices: Collection[str],
        lasts: Callable[[], Mapping[str, int]] = dict,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        rolled_back: Collection[str] = (),
        is_feeble: Callable[[str], bool] = lambda _barcode: False,
    ) -> None:
        """rolled_back: devices that were given an old flash, so that their journal is set aside.

        is_feeble: whether a copy's chip is so weak that its return may be heard too late.
        """
        self._is_feeble = is_feeble
        self._world = world
        self._service = service
        self._devices = devices
        self._lasts = lasts
        self._sleep = sleep
        self._rolled_back = rolled_back

    async def check(self) -> Report:
        """Compare once, now; raises OSError when the service is away."""
        return (await self._compare())[0]

    async def settle(self, timeout_s: float) -> Report:
        """Compare until nothing is wrong and no record comes next; return what is in the end.

        Once is not enough: a machine may just be writing what makes the ledger wrong again.
        """
        end_s = asyncio.get_running_loop().time() + timeout_s
        while True:
            try:
                report, streams = await self._compare()
                await self._sleep(POLL_S)
                settled = not report.violations and await self._service.streams() == streams
            except OSError as error:
                away = Finding("Q3", "", f"the service is away: {error}")
                report, settled = Report([away], [], {}), False
                await self._sleep(POLL_S)
            if settled or asyncio.get_running_loop().time() >= end_s:
                return report

    async def _compare(self) -> tuple[Report, list[Stream]]:
        people = set().union(*self._world.held.values())
        ledger = await self._service.ledger(people)
        found = judge(self._world, ledger)
        found += drained(ledger, self._devices, self._lasts(), self._rolled_back)
        doubts = [f for f in found if excused(self._world, ledger, f, self._is_feeble)]
        violations = [f for f in found if f not in doubts]
        stories = {f.barcode: await self._story(f.barcode) for f in violations if f.barcode}
        return Report(violations, doubts, stories), ledger.streams

    async def _story(self, barcode: str) -> str:
        lines = [(h.at_ms, "world ", h.text) for h in self._told(barcode)]
        try:
            moved = await self._service.movements(barcode)
        except urllib.error.HTTPError as error:
            moved = [(0, f"the ledger does not tell: {error}")]
        lines += [(at_ms, "ledger", words) for at_ms, words in moved]
        return "\n".join(f"    {_clock(at)}  {who}  {text}" for at, who, text in sorted(lines))

    def _told(self, barcode: str) -> list[Happening]:
        """Return what happened to a copy, and to the machines near it about that time."""
        own = self._world.story(barcode)

        def is_near(one: Happening) -> bool:
            return any(
                one.device in moved.text and abs(one.at_ms - moved.at_ms) <= NEAR_MS
                for moved in own
            )

        near = [one for one in self._world.journal if one.device and is_near(one)]
        return own + near


def judge(world: World, ledger: Ledger) -> list[Finding]:
    """Return every disagreement about copies, excused or not."""
    found = [
        Finding("S3", barcode, "is listed more than once in custody") for barcode in ledger.doubled
    ]
    found += _accounts(ledger)
    for barcode, copy in sorted(world.copies.items()):
        if not copy.foreign:
            found += _copy(world, ledger, barcode)
    return found


def drained(
    ledger: Ledger,
    devices: Collection[str],
    lasts: Mapping[str, int],
    rolled_back: Collection[str] = (),
) -> list[Finding]:
    """Return what is not yet told, or was set aside."""
    found = []
    for device in sorted(devices):
        machine = ledger.machines.get(device)
        streams = [stream for stream in ledger.streams if stream.device == device]
        if machine is None or not machine.online:
            found.append(Finding("Q3", "", f"{device} is not online"))
        elif machine.unacked:
            found.append(Finding("Q3", "", f"{device} has {machine.unacked} records to tell"))
        found += [
            Finding("Q3", "", f"{device}: journal {stream.journal} is set aside")
            for stream in streams
            if stream.state == "quarantined" and device not in rolled_back
        ]
        number = max((s.number for s in streams if s.state == "open"), default=0)
        if device in lasts and number != lasts[device]:
            text = f"{device} wrote record {lasts[device]}; {number} is committed"
            found.append(Finding("Q3", "", text))
    return found


def excused(
    world: World,
    ledger: Ledger,
    finding: Finding,
    is_feeble: Callable[[str], bool] = lambda _barcode: False,
) -> bool:
    """Return whether staff have a case for it, or no antenna could have known."""
    barcode = finding.barcode
    if finding.rule in ("S3", "Q3"):
        return False
    if is_feeble(barcode):
        return True
    if finding.rule == "R1":
        return False
    return barcode in ledger.cases or _is_unknowable(world, barcode)


def _is_unknowable(world: World, barcode: str) -> bool:
    """Return whether a chip is dead, or another thing's chip has the same number."""
    return barcode in world.dead or _has_twin(world, barcode)


def _has_twin(world: World, barcode: str) -> bool:
    """Return whether another thing's chip has the same number."""
    if barcode not in world.copies:
        return False
    tag = world.copies[barcode].tag
    return sum(copy.tag == tag for copy in world.copies.values()) > 1


def _accounts(ledger: Ledger) -> list[Finding]:
    """Compare the readers' accounts with each other and with custody."""
    found = []
    total: Counter[str] = sum(ledger.loans.values(), Counter())
    for barcode, count in sorted(total.items()):
        if count > 1:
            cards = sorted(card for card, loans in ledger.loans.items() if loans[barcode])
            found.append(Finding("S3", barcode, f"has {count} open loans: {', '.join(cards)}"))
    for barcode, custody in sorted(ledger.copies.items()):
        card = custody.loan_card
        if card and not ledger.loans[card][barcode]:
            found.append(Finding("S3", barcode, f"is lent to {card}, whose account lacks it"))
    listed = [(card, barcode) for card, loans in ledger.loans.items() for barcode in loans]
    for card, barcode in sorted(listed):
        if barcode not in ledger.copies or not ledger.copies[barcode].loan_card:
            found.append(Finding("S3", barcode, f"is in the account of {card} but not lent"))
    return found


def _copy(world: World, ledger: Ledger, barcode: str) -> list[Finding]:
    custody = ledger.copies.get(barcode)
    if custody is None:
        return [Finding("Q1", barcode, "is in the world but not in the ledger")]
    rule = _broken(world, custody, barcode, has_case=barcode in ledger.cases)
    if not rule:
        return []
    return [Finding(rule, barcode, f"is in {world.where(barcode)}; ledger: {custody}")]


def _broken(world: World, custody: Custody, barcode: str, has_case: bool) -> str:
    """Return the rule that a copy's custody breaks, or ""."""
    place = world.where(barcode)
    if custody.loan_card and custody.loan_card not in _holders(world, barcode):
        return "R1"
    if isinstance(place, Hands) and isinstance(world.takings[barcode].origin, Compartment):
        return _taken(world, custody, barcode, has_case)
    if isinstance(place, Bin):
        return "Q2" if custody.loan_card else ""
    if isinstance(place, Compartment):
        if custody.loan_card:
            return "Q2"
        inside = (custody.kind, custody.device, custody.door)
        return "" if inside == ("compartment", place.device, place.door) else "Q1"
    return _in_library(world, custody, barcode)


def _holders(world: World, barcode: str) -> set[str]:
    """Return who ever had the copy, or one whose chip has the same number."""
    tag = world.copies[barcode].tag
    same = [code for code, copy in world.copies.items() if copy.tag == tag]
    return set().union(*(world.held[code] for code in same))


def _taken(world: World, custody: Custody, barcode: str, has_case: bool) -> str:
    """Judge a copy that was taken out of a compartment and is still in hands."""
    place, taking = world.places[barcode], world.takings[barcode]
    assert isinstance(place, Hands)
    charged = {taking.opener, place.card} - {""} if not taking.forced else set()
    if custody.loan_card:
        if custody.loan_card not in charged:
            # Of two books with one number no machine can know who has which.
            return "Q2" if _has_twin(world, barcode) else "R1"
        return "" if (custody.kind, custody.card) == ("reader", custody.loan_card) else "Q1"
    nobody_asked = taking.forced or taking.sprung or not taking.opener
    if nobody_asked and custody.kind == "unknown" and has_case:
        return ""
    return "R2"


def _in_library(world: World, custody: Custody, barcode: str) -> str:
    """Judge a copy that no bookcase saw last: a kiosk's screen said what it is, or nothing did."""
    place, told = world.where(barcode), world.told.get(barcode)
    if told is not None:
        return "" if custody.loan_card == told else "Q2"
    if isinstance(place, Shelf) and not world.moves[barcode]:
        if custody.loan_card:
            return "Q2"
        return "" if (custody.kind, custody.site) == ("shelf", place.site) else "Q1"
    return ""


def _clock(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%H:%M:%S.%f")[:-3]
