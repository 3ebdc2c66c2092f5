"""The security bit and the loan as one: cut anywhere, torn chips, books that leave too early.

A real journal, the HF reader's own bytes and its twin; the power is cut before the n-th byte string
that is written to the reader and before the n-th transaction, for every n there is.
"""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import serial

from bookcase_fw import record
from bookcase_fw.codecs.tags import model
from hw_sim.devices.feig import Chip, Reader
from kiosk.core.events import Write
from kiosk.devices.feig import Feig, Secured
from kiosk.services.journal import Journal
from kiosk.services.pairs import NOTE, Pairs

KEY = bytes(32)
TAG, OTHER = "E004015012345678", "E004015087654321"
STAMP = (1, 1000, 1795244526123, 2)


class PowerCut(Exception):
    """Nothing is done from here on."""


class Supply:
    """Counts the steps of a machine, and ends before one of them."""

    def __init__(self, steps: int = 1_000) -> None:
        self.left = steps

    def step(self) -> None:
        if self.left <= 0:
            raise PowerCut
        self.left -= 1


class Line:
    """A port to the reader: what is written is a step of its own."""

    def __init__(self, twin: Reader, supply: Supply) -> None:
        self._twin, self._supply, self._said = twin, supply, b""

    def write(self, data: bytes) -> int:
        self._supply.step()
        self._said += self._twin.feed(data)
        return len(data)

    def read(self, size: int) -> bytes:
        said, self._said = self._said[:size], self._said[size:]
        return said


class Kiosk:
    """The pair's parts as the machine puts them together; all waits are over at once."""

    def __init__(self, folder: Path, chips: list[Chip], supply: Supply) -> None:
        self.said: list[tuple[str, str, str]] = []  # Kind, tag and why of each Write.
        self.journal = Journal(folder / "journal.sqlite", KEY)
        self._supply = supply
        self._reader = Feig(Line(Reader(lambda: chips), supply))
        self.pairs = Pairs(self, self._record, self._secure, self._done)

    def load(self, name: str, default: Any = None) -> Any:
        return self.journal.load(name, default)

    def save(self, name: str, value: Any) -> None:
        self._supply.step()
        self.journal.save(name, value)

    @property
    def facts(self) -> list[tuple[str, str]]:
        found = [record.decode(data) for data in self.journal.since(0, 1 << 20)]
        return [(fact["k"], fact["d"]["tag"]) for fact in found]

    def _record(self, kind: str, body: Mapping[str, Any], notes: Mapping[str, Any]) -> int:
        self._supply.step()
        self.journal.append(kind, dict(body), STAMP, notes)
        return STAMP[2]

    def _secure(self, tag: str, on_loan: bool, then: Callable[[Secured], None]) -> None:
        try:
            secured = self._reader.secure(tag, on_loan)
        except serial.SerialException:
            secured = Secured("fault", "unknown")
        then(secured)

    def _done(self, write: Write, why: str, _at_ms: int) -> None:
        self.said.append((write.kind, write.body["tag"], why))


def chip(on_loan: bool, uid: str = TAG) -> Chip:
    made = Chip(uid)
    made.afi, made.eas = model.secure(on_loan)
    return made


def lent(tag: str = TAG) -> Write:
    return Write(1, "lent", {"visit": "1.1", "reader": "a1" * 12, "tag": tag, "due": 20261221})


def returned(tag: str = TAG) -> Write:
    return Write(1, "returned", {"visit": "1.1", "tag": tag, "reader": ""})


def state(one: Chip) -> str:
    """Return what a chip says: on loan, in stock, or something between."""
    words = {model.secure(True): "on loan", model.secure(False): "in stock"}
    return words.get((one.afi, one.eas), "between")


@pytest.mark.parametrize(("write", "before"), [(lent(), False), (returned(), True)])
def test_a_power_cut_between_any_two_steps_leaves_bit_and_loan_alike_after_the_next_read(
    tmp_path: Path, write: Write, before: bool
) -> None:
    steps, cut = 0, True
    while cut:
        folder = tmp_path / str(steps)
        folder.mkdir()
        book = chip(on_loan=before)
        kiosk = Kiosk(folder, [book], Supply(steps))
        cut = False
        try:
            kiosk.pairs.write(write)
        except PowerCut:
            cut = True
        kiosk.journal.close()

        after = Kiosk(folder, [book], Supply())
        after.pairs.seen([TAG])

        facts = [fact for fact in after.facts if fact[0] != "bit"]
        happened = facts == [(write.kind, TAG)]
        # Whoever was told that it is done has it written down.
        assert happened or not [said for said in kiosk.said if not said[2]]
        assert facts in ([], [(write.kind, TAG)])
        expected = happened if write.kind == "lent" else (before and not happened)
        assert state(book) == ("on loan" if expected else "in stock"), (steps, after.facts)
        assert after.load(NOTE) in (None, {})
        after.journal.close()
        steps += 1

    assert steps > 5


def test_a_power_cut_while_it_is_undone_is_undone_at_the_next_read(tmp_path: Path) -> None:
    book = chip(on_loan=True)
    for steps in range(6):
        folder = tmp_path / str(steps)
        folder.mkdir()
        first = Kiosk(folder, [book], Supply())
        first.journal.save(NOTE, {TAG: 1})
        first.journal.close()
        again = Kiosk(folder, [book], Supply(steps))
        with pytest.raises(PowerCut):
            again.pairs.seen([TAG])
        again.journal.close()

        last = Kiosk(folder, [book], Supply())
        last.pairs.seen([TAG])

        assert (state(book), last.load(NOTE)) == ("in stock", {})
        last.journal.close()
        book = chip(on_loan=True)


def test_a_book_that_leaves_too_early_is_no_loan_and_staff_are_told(tmp_path: Path) -> None:
    chips: list[Chip] = []
    kiosk = Kiosk(tmp_path, chips, Supply())

    kiosk.pairs.write(lent())

    assert kiosk.said == [("lent", TAG, "lifted")]
    assert kiosk.facts == [("bit", TAG)]
    chips.append(chip(on_loan=True))  # Half of it had been written.
    kiosk.pairs.seen([TAG])
    assert state(chips[0]) == "in stock"
    kiosk.journal.close()


def test_a_chip_that_refuses_costs_its_own_book_only(tmp_path: Path) -> None:
    bad, good = chip(on_loan=False), chip(on_loan=False, uid=OTHER)
    bad.afi_locked = True
    kiosk = Kiosk(tmp_path, [bad, good], Supply())

    kiosk.pairs.write(lent())
    kiosk.pairs.write(lent(OTHER))

    assert kiosk.said == [("lent", TAG, "bit"), ("lent", OTHER, "")]
    assert (state(bad), state(good)) == ("in stock", "on loan")
    assert kiosk.facts == [("lent", OTHER)]
    kiosk.journal.close()


def test_a_return_counts_whatever_its_chip_does(tmp_path: Path) -> None:
    bad = chip(on_loan=True)
    bad.afi_locked = True
    kiosk = Kiosk(tmp_path, [bad], Supply())

    kiosk.pairs.write(returned())

    assert kiosk.said == [("returned", TAG, "")]
    assert kiosk.facts == [("returned", TAG), ("bit", TAG)]
    kiosk.journal.close()


def test_a_book_without_an_intent_is_left_alone(tmp_path: Path) -> None:
    book = chip(on_loan=True)
    kiosk = Kiosk(tmp_path, [book], Supply(0))

    kiosk.pairs.seen([TAG])

    assert state(book) == "on loan"
    kiosk.journal.close()


def test_a_fact_and_its_note_are_written_together_or_not_at_all(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite", KEY)

    with pytest.raises((TypeError, sqlite3.Error)):
        journal.append("returned", dict(returned().body), STAMP, {NOTE: {TAG}})

    assert (journal.last, journal.load(NOTE)) == (0, None)
    journal.close()
