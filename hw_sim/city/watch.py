"""What must hold at every step of a run, watched from outside the machines.

S1  no door is released but for who has just chosen it on that machine's screen
S4  what a machine let go of is in the ledger, also after any death of the service
S5  nobody is charged twice for one cause
S6  nothing that names a person is said over MQTT by a machine, or logged by it
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping

from hw_sim.city.bookcase import Bookcase
from hw_sim.city.kiosk import Kiosk
from hw_sim.city.service import CityService
from hw_sim.oracle import Finding

CHOSEN_S = 1200.0  # A session may last so long, and its door be released once more.
CARD = re.compile(rb"SG\d{8}")
UP = "/up/"
DAMAGE = ("garble", "noise", "cut")


class Watch:
    """`findings` are violations, each once."""

    def __init__(
        self,
        bookcases: dict[str, Bookcase],
        kiosks: dict[str, Kiosk],
        service: CityService,
        now_s: Callable[[], float],
    ) -> None:
        self.findings: list[Finding] = []
        self._bookcases = bookcases
        self._machines: dict[str, Bookcase | Kiosk] = {**bookcases, **kiosks}
        self._service = service
        self._now_s = now_s
        self._said: set[str] = set()
        for bookcase in bookcases.values():
            bookcase.lock.on_release = self._released(bookcase)

    def started(self) -> None:
        """The service has started again: what was acknowledged must be there."""
        committed = self._service.committed()
        for machine in self._machines.values():
            journal = machine.journal
            if journal is None:
                continue
            number = committed.get((machine.device, journal.id), 0)
            if journal.acked > number:
                text = f"{machine.device} let go of {journal.acked}, {number} is committed"
                self._find("S4", text)

    def message(self, topic: str, payload: bytes) -> None:
        if UP in topic and CARD.search(payload):
            self._find("S6", f"a card's number in {topic}")

    def ended(
        self, shown: Mapping[str, Collection[str]], told: Iterable[tuple[str, bytes]]
    ) -> None:
        """Look at what has gathered by the end of a run.

        shown: machine -> parts that the service says fail; told: (machine, record) of each `fault`
        in the order in which they came.
        """
        self.started()
        failing: dict[str, dict[str, bool]] = {device: {} for device in self._machines}
        for device, raw in told:
            record = json.loads(raw)
            # A start forgets: every part is taken to work until it does not.
            if record["b"] == self._machines[device].boot:
                failing[device][record["d"]["part"]] = bool(record["d"].get("on"))
        for device, parts in failing.items():
            fails = sorted(part for part, is_on in parts.items() if is_on)
            if fails != sorted(shown[device]):
                self._find("S7", f"{device}: shown {sorted(shown[device])}, told {fails}")
        for device, machine in self._machines.items():
            if any(CARD.search(line.encode()) for line in machine.log):
                self._find("S6", f"a card's number in the log of {device}")
            for error in machine.crashes:
                self._find("CRASH", f"{device}: {error}")

    def _released(self, bookcase: Bookcase) -> Callable[[int], None]:
        wire = bookcase.twins.part("lock").port.wire
        damaged = 0

        def released(door: int) -> None:
            nonlocal damaged
            chosen_s = bookcase.chosen.get(door)
            before, damaged = damaged, sum(wire.fired[fault] for fault in DAMAGE)
            if damaged > before or (chosen_s and self._now_s() - chosen_s <= CHOSEN_S):
                return
            at = f"{self._now_s():.1f} s"
            text = f"{bookcase.device}/{door} was released at {at}; nobody had chosen it"
            self._find("S1", text)

        return released

    def _find(self, rule: str, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            self.findings.append(Finding(rule, "", text))
