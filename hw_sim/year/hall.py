"""What visitors do at the machines: bring books back, ask for others, take them.

The machines' journals and the truth are written side by side.  What an ask is answered decides: a
visitor who is refused was wrongly refused, since only those come who may.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, cast

from broker.exchange import Incoming
from hw_sim.year import town
from hw_sim.year.machine import Journal
from hw_sim.year.readers import Readers
from hw_sim.year.service import Answers, Service
from hw_sim.year.stock import Loan, Place, Stock
from hw_sim.year.visits import Visit

LIBRARY: Place = ("lib01", 0)
BATCH = 256  # Visits whose messages are committed together.
AT_ONCE_MAX = 20  # Copies of one door session: its fact is one record.
RESTOCK = 12  # Copies that staff bring to a door when there are too few.
PAUSE_MS = 30_000  # Between two things that a visitor does.


class _Asked(NamedTuple):
    """A visit that waits for an answer."""

    visit: Visit
    account: int
    name: str  # Of the visit or door session.
    ask: str
    place: Place
    taken: list[int]
    brought: list[int]


class Hall:
    def __init__(
        self, service: Service, stock: Stock, readers: Readers, journals: dict[str, Journal]
    ) -> None:
        self._service = service
        self._stock = stock
        self._readers = readers
        self._journals = journals
        self.refused: list[str] = []  # Answers that should have been yes.
        self.restocked = 0

    def carry_out(
        self, day: Sequence[Visit], today: int, limits: Mapping[str, int]
    ) -> Iterator[int]:
        """Let a day's visits happen in their order; yield items as they are committed.

        limits: how many copies a card may have, in the library's places and in the streets'.
        """
        for first in range(0, len(day), BATCH):
            batch = day[first : first + BATCH]
            messages: list[Incoming] = []
            asked = [
                found for visit in batch for found in self._arrive(visit, messages, today, limits)
            ]
            answers = self._service.hear(messages)
            self._service.hear([self._take(one, answers) for one in asked])
            yield sum(visit.returns + visit.loans for visit in batch)

    def _stock_up(self, machine: town.Machine, door: int, audience: str, at_ms: int) -> None:
        """Staff bring copies from the library to a bookcase; told with the machine's next fact."""
        place = (machine.site, door)
        copies = self._stock.take(LIBRARY, audience, RESTOCK)
        tags = [town.tag_of(copy) for copy in copies]
        self._journals[machine.name].write("stocked", at_ms, {"door": door, "tags": tags})
        self._stock.put(place, audience, copies)
        self.restocked += RESTOCK

    def _arrive(
        self, visit: Visit, messages: list[Incoming], today: int, limits: Mapping[str, int]
    ) -> Iterable[_Asked]:
        """Bring back what is brought back, and ask; nothing is left to do for who only returns at
        a kiosk."""
        stock, journal = self._stock, self._journals[visit.machine.name]
        brought = stock.oldest(visit.stream, visit.returns)
        owner = stock.loans[brought[0]].account if brought else 0
        name = journal.name()
        at_door = visit.machine.kind == "bookcase"
        if not at_door:
            for copy in brought:
                tag = town.tag_of(copy)
                journal.write("returned", visit.at_ms, {"visit": name, "tag": tag})
                stock.bring(copy, (visit.machine.site, 0))
            if brought:
                messages.append(journal.told(visit.at_ms))
            if not visit.loans:
                return
        limit = limits[visit.stream[0]]
        account = self._readers.who(owner, visit.loans, limit=limit, today=today)
        place = self._place(visit)
        taken = stock.take(place, visit.stream[1], visit.loans)
        tags = [] if at_door else [town.tag_of(copy) for copy in taken]
        op, reader = "open" if at_door else "lend", town.reader_of(account)
        ask, message = journal.ask(visit.at_ms + PAUSE_MS, op, reader, tags)
        messages.append(message)
        yield _Asked(visit, account, name, ask, place, taken, brought)

    def _place(self, visit: Visit) -> Place:
        """Return where this visitor finds what is wanted: a shelf, or a door of the bookcase."""
        machine, audience = visit.machine, visit.stream[1]
        if machine.kind != "bookcase":
            shelf = (machine.site, 0)
            return shelf if self._stock.count(shelf, audience) >= visit.loans else LIBRARY
        doors = [(machine.site, door) for door in range(1, machine.doors + 1)]
        door = max(doors, key=lambda door: self._stock.count(door, audience))
        if self._stock.count(door, audience) < visit.loans:
            self._stock_up(machine, door[1], audience, visit.at_ms)
        return door

    def _take(self, asked: _Asked, answers: Answers) -> Incoming:
        """Take the copies, by the due day that was shown."""
        visit, journal = asked.visit, self._journals[asked.visit.machine.name]
        answer = answers[visit.machine.name, asked.ask]
        at_ms = visit.at_ms + 2 * PAUSE_MS
        if visit.machine.kind == "bookcase":
            self._through_the_door(asked, answer, at_ms)
        else:
            self._over_the_tray(asked, answer, at_ms)
        return journal.told(at_ms)

    def _over_the_tray(self, asked: _Asked, answer: dict[str, object], at_ms: int) -> None:
        journal = self._journals[asked.visit.machine.name]
        books = cast(list[dict[str, object]], answer.get("books", []))
        due = {book["tag"]: cast(int, book.get("due", 0)) for book in books if book["ok"]}
        for copy in asked.taken:
            tag = town.tag_of(copy)
            if tag not in due:
                self._refuse(asked, answer, copy)
            body = {"visit": asked.name, "reader": town.reader_of(asked.account), "tag": tag,
                    "due": due.get(tag, 0), "answer": asked.ask}  # fmt: skip
            journal.write("lent", at_ms, body)
            self._stock.lend(copy, Loan(asked.account, due.get(tag, 0), asked.visit.stream))

    def _through_the_door(self, asked: _Asked, answer: dict[str, object], at_ms: int) -> None:
        left, due = (cast(int, answer.get(name, 0)) for name in ("left", "due"))
        if not answer["ok"] or left < len(asked.taken):
            self._refuse(asked, answer, asked.taken[0] if asked.taken else 0)
        body: dict[str, object] = {
            "id": asked.name, "reader": town.reader_of(asked.account), "how": "card",
            "door": asked.place[1], "end": "shut", "rounds": 4, "due": due, "left": left,
            "took": [town.tag_of(copy) for copy in asked.taken],
            "put": [town.tag_of(copy) for copy in asked.brought], "answer": asked.ask,
        }  # fmt: skip
        self._journals[asked.visit.machine.name].write("session", at_ms, body)
        for copy in asked.brought:
            self._stock.bring(copy, asked.place)
        for copy in asked.taken:
            self._stock.lend(copy, Loan(asked.account, due, asked.visit.stream))

    def _refuse(self, asked: _Asked, answer: dict[str, object], copy: int) -> None:
        machine = asked.visit.machine.name
        self.refused.append(f"{machine}: {town.card_of(asked.account)} asked for {copy}: {answer}")
