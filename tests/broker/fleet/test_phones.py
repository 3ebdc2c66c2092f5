"""A reader's phone: invited at a desk, a token for a machine's picture, a code by the clock."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bookcase_fw import codes
from broker import console
from broker.fleet.phones import INVITED_MS, Phones
from tests.broker.desk import CARDS, DISTRICT_KEY, READERS, START_MS, Machine
from tests.broker.process import Service, folder_with_library

CARD, _OTHER, BLOCKED = CARDS
NONCE = "0123456789abcdef"


class Clock:
    now_ms = START_MS


def phones(clock: Clock) -> Phones:
    key = Machine("bc01").key
    return Phones(
        DISTRICT_KEY,
        device_key=lambda name: key if name == "bc01" else None,
        now_ms=lambda: clock.now_ms,
    )


def test_an_invitation_becomes_a_pass_for_ten_minutes() -> None:
    clock = Clock()
    known = phones(clock)
    invitation = known.invitation(CARD)
    kept = known.accept(invitation)

    assert known.card(kept) == CARD
    assert known.card(invitation) == "" and known.accept(kept) == ""
    assert known.card(kept[:-1] + ("0" if kept[-1] != "0" else "1")) == ""
    clock.now_ms += INVITED_MS + 1000
    assert known.accept(invitation) == "" and known.card(kept) == CARD


def test_what_a_phone_shows_is_what_a_machine_reads() -> None:
    known = phones(Clock())

    token = known.token(CARD, "bc01", NONCE, 4)
    code = codes.read_code(DISTRICT_KEY, known.code(CARD))

    read = codes.read_token(Machine("bc01").key, "bc01", token)
    assert read == codes.Token(NONCE, READERS[0], 4)
    assert code is not None and (code.reader, code.made_ms) == (READERS[0], START_MS)
    assert known.code(CARD) != known.code(CARD)
    assert known.token(CARD, "bc09", NONCE, 4) == "" and known.token(CARD, "bc01", "x", 4) == ""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with Service(folder_with_library(tmp_path)) as running:
        yield running


def desk(folder: Path) -> dict[str, str]:
    found = console.find(folder / "data")
    assert found
    return {"Authorization": f"Bearer {found.token}"}


def test_a_reader_gets_a_token_with_a_phone_and_only_with_it(
    service: Service, tmp_path: Path
) -> None:
    address = f"http://127.0.0.1:{service.ports['web']}"
    bearer = desk(tmp_path)
    picture = {"m": "bc01", "n": NONCE}
    with httpx.Client(base_url=address, timeout=20) as phone:
        assert phone.get("/v1/phone/token", params=picture).status_code == 401
        assert phone.get("/phone", params=picture).status_code == 403
        assert phone.post(f"/v1/readers/{CARD}/phone").status_code == 401
        invited = phone.post(f"/v1/readers/{CARD}/phone", headers=bearer).json()
        entered = phone.get(invited["link"])
        assert entered.status_code == 303 and entered.headers["location"] == "/phone"

        said = phone.get("/v1/phone/token", params=picture).json()
        page = phone.get("/phone", params=picture)
        code_page = phone.get("/phone")

    read = codes.read_token(Machine("bc01").key, "bc01", said["text"])
    assert read == codes.Token(NONCE, READERS[0], said["left"]) and said["left"] == 15
    for shown in (page, code_page):
        assert shown.status_code == 200 and "<svg" in shown.text and CARD not in shown.text
        assert READERS[0] not in shown.text
    assert 'http-equiv="refresh"' in code_page.text and "refresh" not in page.text


def test_who_is_blocked_gets_none(service: Service, tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{service.ports['web']}"
    bearer = desk(tmp_path)
    with httpx.Client(base_url=address, timeout=20) as phone:
        phone.get(phone.post(f"/v1/readers/{BLOCKED}/phone", headers=bearer).json()["link"])
        answer = phone.get("/phone", params={"m": "bc01", "n": NONCE})
        token = phone.get("/v1/phone/token", params={"m": "bc01", "n": NONCE})
        nowhere = phone.get("/phone", params={"m": "bc99", "n": NONCE})

    assert (answer.status_code, token.status_code, nowhere.status_code) == (403, 401, 404)
    assert "<svg" not in answer.text
