"""Opening from afar for a reader: four eyes, ten minutes, a machine that is told for whom."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.ledger import store
from broker.staff.openings import WINDOW_MS, OpeningRefused, Openings
from tests.broker.desk import CARDS, READERS, START_MS, TAGS, Desk, Machine
from tests.broker.staff.accounts import InTurn

ANN, BEN = "ann", "ben"
REASON = "her card is not read"


class Afar:
    """A bookcase that is served, and openings over its exchange."""

    def __init__(self, folder: Path, url: str) -> None:
        self.now_ms = START_MS
        self.desk = Desk(folder, url)
        self.case1 = Machine()
        self.desk.hear(self.case1.says("presence", b'{"online":true,"session":"1.1"}'))
        self.desk.hear(self.case1.says("hello", self.case1.hello()))
        self.openings = Openings(
            do=InTurn(self.desk.db), open_door=self._open, now_ms=lambda: self.now_ms
        )

    def _open(self, device: str, door: int, reader: str, staff: str, now_ms: int) -> str:
        return self.desk.exchange.order(
            device, op="open", door=door, now_ms=now_ms, staff=staff, reader=reader
        )

    def ask(self, by: str = ANN, door: int = 2) -> int:
        return self.openings.ask("bc01", door, CARDS[0], REASON, by)


@pytest.fixture
def afar(tmp_path: Path, database_url: str) -> Iterator[Afar]:
    made = Afar(tmp_path / "data", database_url)
    yield made
    made.desk.db.close()


def test_another_one_approves_and_the_machine_is_told_for_whom(afar: Afar) -> None:
    number = afar.ask()

    afar.openings.approve(number, BEN)

    (sent,) = afar.desk.exchange.outbox.take()
    assert READERS[0].encode() in sent.payload
    assert b'"staff":"ann + ben"' in sent.payload.replace(b'": "', b'":"')
    (found,) = afar.openings.listed()
    assert (found.state, found.asked_by, found.decided_by) == ("sent", ANN, BEN)
    assert afar.desk.rows("SELECT op, door FROM device_order") == [("open", 2)]


def test_nobody_approves_what_they_asked_themselves(afar: Afar) -> None:
    number = afar.ask()

    with pytest.raises(OpeningRefused, match="four_eyes"):
        afar.openings.approve(number, ANN)

    assert afar.desk.rows("SELECT id FROM device_order") == []
    raw = "UPDATE assistance SET state = 'sent', decided_by = 'ann', decided_ms = 1"
    afar.desk.db.begin()
    with pytest.raises(store.CONFLICTS):
        afar.desk.db.execute(raw)
        afar.desk.db.commit()
    afar.desk.db.rollback()


def test_a_request_lasts_ten_minutes(afar: Afar) -> None:
    number = afar.ask()
    afar.now_ms += WINDOW_MS - 1

    assert afar.openings.approve(number, BEN).state == "sent"


def test_a_request_lapses(afar: Afar) -> None:
    number = afar.ask()
    afar.now_ms += WINDOW_MS

    with pytest.raises(OpeningRefused, match="too_late"):
        afar.openings.approve(number, BEN)

    assert (afar.openings.listed()[0].state, afar.openings.listed()[0].decided_by) == (
        "refused",
        "",
    )
    afar.ask(BEN)


def test_it_opens_once(afar: Afar) -> None:
    number = afar.ask()
    afar.openings.approve(number, BEN)

    with pytest.raises(OpeningRefused, match="too_late"):
        afar.openings.approve(number, BEN)

    assert len(afar.desk.rows("SELECT id FROM device_order")) == 1


def test_a_machine_that_is_away_leaves_the_request_open(afar: Afar) -> None:
    number = afar.ask()
    afar.desk.hear(afar.case1.says("presence", b'{"online":false,"session":"1.1"}'))

    with pytest.raises(OpeningRefused, match="offline"):
        afar.openings.approve(number, BEN)

    assert afar.openings.listed()[0].state == "asked"


@pytest.mark.parametrize(
    ("device", "door", "card", "reason", "why"),
    [
        ("bc01", 5, CARDS[0], REASON, "unknown_door"),
        ("kx01", 1, CARDS[0], REASON, "unknown_door"),
        ("bc99", 1, CARDS[0], REASON, "unknown_door"),
        ("bc01", 1, "SG9", REASON, "unknown_card"),
        ("bc01", 1, CARDS[0], "  ", "no_reason"),
    ],
)
def test_what_cannot_be_asked(
    afar: Afar, device: str, door: int, card: str, reason: str, why: str
) -> None:
    with pytest.raises(OpeningRefused, match=why):
        afar.openings.ask(device, door, card, reason, ANN)


def test_a_door_is_asked_for_once_at_a_time(afar: Afar) -> None:
    number = afar.ask()

    with pytest.raises(OpeningRefused, match="asked_already"):
        afar.ask(BEN)

    assert afar.openings.refuse(number, ANN).state == "refused"
    afar.ask(BEN)


def test_what_is_taken_is_the_readers_loan(afar: Afar) -> None:
    afar.case1.session(1, READERS[0], took=[TAGS[0]], how="assisted")

    afar.desk.hear(afar.case1.says("fact", afar.case1.payload()))

    assert afar.desk.rows("SELECT account, state FROM loan") == [(1001, "open")]
