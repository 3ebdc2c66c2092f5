"""What is asked on the eve and on the day of each announcement, and what must be answered."""

from collections.abc import Callable
from typing import NamedTuple, Protocol


class Asker(Protocol):
    """Somebody who asks at noon of a day; `why` is empty where the answer is yes."""

    def lend(self, machine: str, audience: str) -> str:
        """Return why a copy that lies before a machine is not lent."""
        ...

    def door(self, machine: str) -> str:
        """Return why no door is opened."""
        ...

    def left(self, machine: str) -> int:
        """Return how many copies a reader with none may take."""
        ...

    def late(self) -> int:
        """Return how many days late a loan is that was due on 17 January."""
        ...

    def is_open(self, service: str, audience: str) -> bool: ...
    def quota(self, audience: str) -> int | None: ...
    def shuts(self) -> int:
        """Return the hour at which the desk shuts."""
        ...


class Probe(NamedTuple):
    day: int
    asked: str
    ask: Callable[[Asker], object]
    before: object
    after: object


class Answered(NamedTuple):
    """A probe and what was answered on the eve and on the day."""

    probe: Probe
    before: object
    after: object

    @property
    def is_wrong(self) -> bool:
        return (self.before, self.after) != (self.probe.before, self.probe.after)

    def __str__(self) -> str:
        probe = self.probe
        return (
            f"{probe.day} {probe.asked}: {self.before!r} -> {self.after!r}, "
            f"wanted {probe.before!r} -> {probe.after!r}"
        )


# fmt: off
PROBES = (
    Probe(20200123, "why an adult's book is not lent", lambda a: a.lend("kx01", "adult"),
          "", "closed"),
    Probe(20200123, "why a child's book is not lent", lambda a: a.lend("kx01", "juvenile"),
          "", "closed"),
    Probe(20200123, "days late of a loan due on 17 January", lambda a: a.late(), 5, 5),
    Probe(20200313, "days late of the same loan", lambda a: a.late(), 5, 6),
    Probe(20200313, "reservations a day", lambda a: a.quota("any"), None, 200),
    Probe(20200324, "why an adult's book is not lent", lambda a: a.lend("kx01", "adult"),
          "closed", ""),
    Probe(20200324, "why a child's book is not lent", lambda a: a.lend("kx01", "juvenile"),
          "closed", "closed"),
    Probe(20200415, "whether cards are issued", lambda a: a.is_open("card_issue", "any"),
          False, True),
    Probe(20200522, "reservations a day", lambda a: a.quota("any"), 200, 400),
    Probe(20200612, "why a child's book is not lent", lambda a: a.lend("kx01", "juvenile"),
          "closed", ""),
    Probe(20200612, "reservations for children", lambda a: a.quota("juvenile"), 400, 40),
    Probe(20200730, "reservations for children", lambda a: a.quota("juvenile"), 40, 200),
    Probe(20200730, "reservations a day", lambda a: a.quota("any"), 400, 700),
    Probe(20200908, "whether children may come in", lambda a: a.is_open("enter", "juvenile"),
          False, True),
    Probe(20200910, "the hour at which the desk shuts", lambda a: a.shuts(), 17, 20),
    Probe(20201027, "copies on a card, at the library", lambda a: a.left("kx01"), 10, 15),
    Probe(20201027, "copies on a card, at a street branch", lambda a: a.left("sk01"), 10, 10),
    Probe(20201112, "why a bookcase opens no door", lambda a: a.door("bc01"), "closed", ""),
)
# fmt: on
