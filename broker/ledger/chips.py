"""What a chip says against what is known of it: of nobody, ours elsewhere, a bit that stays."""

from broker.ledger.cases import Cases, Subject
from broker.ledger.directory import Copy, Directory
from broker.ledger.inbox import Fact

ENTERS = ("put", "stocked", "back", "returned")


class Chips:
    """Everything happens in the caller's transaction."""

    def __init__(self, directory: Directory, cases: Cases) -> None:
        self._directory = directory
        self._cases = cases

    def unknown(
        self, device: int, fact: Fact, tag: str, verb: str, happened_ms: int
    ) -> Copy | None:
        """Return the copy whose number an unknown chip carries, where a return names it.

        A copy's number on another chip: the chip was replaced and nobody wrote it down, or somebody
        copied the number.  A reader who brought the book back is not charged for the first, so the
        return counts; staff look at what lies in the bin, and can take the return back.
        A chip without a number of ours is a case while it is inside.
        """
        number = str(fact.body.get("number", "")) if verb == "returned" else ""
        copy = self._directory.numbered(number) if number else None
        evidence: dict[str, object] = {"tag": tag}
        if copy:
            subject = Subject("chip", str(fact.id), device, copy.id, cause=fact.id)
            evidence |= {"number": number, "bin": fact.body.get("bin", 0)}
            self._cases.open(subject, evidence, happened_ms)
            return copy
        subject = Subject("foreign", f"{device}:{tag}", device, cause=fact.id)
        if verb in ENTERS:
            self._cases.open(subject, evidence | {"door": fact.body.get("door", 0)}, happened_ms)
            self._cases.reopen(subject.key)
        else:
            self._cases.close(subject.key, happened_ms, verb)
        return None

    def bit(self, device: int, fact: Fact, happened_ms: int) -> None:
        """A copy whose security bit could not be written is a case until it could."""
        copy = self._directory.copy(str(fact.body["tag"]))
        if copy is None:
            return
        subject = Subject("bit", str(copy.id), device, copy.id, cause=fact.id)
        if fact.body.get("ok", True):
            self._cases.close(subject.key, happened_ms, "bit")
            return
        evidence: dict[str, object] = {"found": fact.body["found"]}
        self._cases.open(subject, evidence, happened_ms)
        self._cases.reopen(subject.key)
