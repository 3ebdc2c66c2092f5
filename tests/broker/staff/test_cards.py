"""Staff cards: what a machine is told checks the PIN and tells neither card nor PIN."""

import hashlib
from pathlib import Path

import pytest

from bookcase_fw import sign, wire
from broker.circulation.terms import Place
from broker.ledger import database
from broker.staff import cards
from broker.staff.office import Staff
from broker.staff.people import StaffError
from tests.broker.desk import DISTRICT_KEY, START_MS, Desk
from tests.broker.staff.accounts import InTurn, staff_over

NUMBER, PIN = "ST00000001", "482915"
CARD = sign.pseudonym(DISTRICT_KEY, NUMBER)


@pytest.fixture
def staff(desk: Desk) -> Staff:
    engine = database.open_reader(Path(desk.folder), desk.url)
    office = staff_over(desk.db, engine, lambda: START_MS, InTurn(desk.db))
    for name, role in (("ann", "operations"), ("ben", "contractor"), ("eve", "auditor")):
        office.put(name, role, "test")
    return office


def told(desk: Desk) -> list[dict[str, object]]:
    """Return the staff cards in the policy of a bookcase, as the wire has them."""
    policies = desk.exchange.policies
    policies.cards_changed()
    desk.db.begin()
    policies.look(START_MS)
    desk.db.commit()
    assert policies.now
    fields = policies.now.at(Place("lib01", "district", "bookcase"))
    payload = wire.encode("want", {"revision": 1, "policy": fields})
    found: list[dict[str, object]] = wire.decode("want", payload)["policy"]["staff"]
    return found


def test_a_policy_names_a_card_and_checks_its_pin(desk: Desk, staff: Staff) -> None:
    staff.put_card("ann", NUMBER, PIN, "test")
    staff.put_card("ben", "ST00000002", "907134", "test")

    found = {card["card"]: card for card in told(desk)}

    card = found[CARD]
    salt, rounds = bytes.fromhex(str(card["salt"])), card["rounds"]
    assert card["verifier"] == hashlib.pbkdf2_hmac("sha256", PIN.encode(), salt, rounds).hex()  # type: ignore[arg-type]
    assert sorted(str(c["role"]) for c in found.values()) == ["contractor", "staff"]
    assert NUMBER not in str(found) and PIN not in str(found)


def test_who_has_ended_opens_no_machine(desk: Desk, staff: Staff) -> None:
    staff.put_card("ann", NUMBER, PIN, "test")
    before = desk.one("SELECT value FROM counter WHERE kind = 'people'")

    staff.end("ann", "test")

    assert told(desk) == []
    after = desk.one("SELECT value FROM counter WHERE kind = 'people'")
    assert int(str(after)) > int(str(before))


def test_a_card_that_is_given_anew_has_one_owner(desk: Desk, staff: Staff) -> None:
    staff.put_card("ann", NUMBER, PIN, "test")
    staff.put_card("ben", NUMBER, "907134", "test")

    assert [(card.card, card.name) for card in staff.do(cards.everybodys)] == [(CARD, "ben")]
    staff.end_card(CARD, "test")
    assert told(desk) == []


@pytest.mark.parametrize("pin", ["", "1234", "12345a", "000000", "123456", "765432", "123456789"])
def test_a_pin_that_is_easily_guessed_is_refused(staff: Staff, pin: str) -> None:
    with pytest.raises(StaffError, match="bad_pin"):
        staff.put_card("ann", NUMBER, pin, "test")


def test_an_auditor_has_no_card(staff: Staff) -> None:
    with pytest.raises(StaffError, match="no_card"):
        staff.put_card("eve", NUMBER, PIN, "test")
