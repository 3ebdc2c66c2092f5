"""The HTTP API: what it shows, how it refuses, and that /openapi.json describes it."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from bookcase_fw import sign
from broker.web import pictures
from tests.broker.web.conftest import KEY, TOKEN, House
from tests.broker.web.library import DUE, MINUTE_MS, NOW_MS

PNG = pictures.PNG_START + bytes(100)


def test_a_machine_shows_its_doors_and_its_faults(staff: TestClient) -> None:
    machines = {machine["device"]: machine for machine in staff.get("/v1/machines").json()}

    assert len(machines) == 26
    assert machines["bc01"]["doors"][1] == {"door": 2, "open": True, "count": 5, "capacity": 12}
    assert machines["bc01"]["copies"] == 27
    assert machines["bc01"]["site"]["name_en"] == "Neighbourhood park, east gate"
    assert machines["bc03"]["faults"] == ["lock", "reader.4"]
    assert [machines[d]["served"] for d in ("bc01", "bc02", "bc20")] == [True, False, False]
    assert [machines[d]["installed"] for d in ("bc02", "bc20")] == [True, False]
    assert machines["bc02"]["last_heard_ms"] == NOW_MS - 3 * MINUTE_MS
    assert machines["kx01"]["doors"] == []


def test_what_is_inside_agrees_with_the_count(staff: TestClient) -> None:
    inside = staff.get("/v1/machines/bc01/copies").json()

    assert len(inside) == 27
    assert set(inside[0]) == {"barcode", "tag", "title", "author", "door", "since_ms"}


def test_movements_come_newest_first_and_page_by_page(staff: TestClient) -> None:
    first = staff.get("/v1/movements", params={"limit": 5}).json()
    second = staff.get("/v1/movements", params={"limit": 5, "before": first[-1]["id"]}).json()

    ids = [movement["id"] for movement in first + second]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == 10
    assert first[0] == {
        "id": ids[0],
        "at_ms": NOW_MS,
        "recorded_ms": NOW_MS + 900,
        "barcode": "MH00000004",
        "title": "爷爷一定有办法",
        "words_zh": "《爷爷一定有办法》从 社区公园东门 1 号门 借出，读者 SG****0012，应还 12月19日",
        "words_en": "《爷爷一定有办法》 borrowed from Neighbourhood park, east gate, door 1"
        " by SG****0012, due 19 December",
        "kind": "take",
        "device": "bc01",
        "door": 1,
        "card": "SG****0012",
    }


def test_cases_tell_their_evidence(staff: TestClient, house: House) -> None:
    house.library.doubt("lost", device="bc03", ago_min=5, evidence={"number": 7}, closed_ms=NOW_MS)

    cases = staff.get("/v1/cases").json()
    closed = staff.get("/v1/cases", params={"state": "closed"}).json()

    assert [case["kind"] for case in cases] == ["over_limit", "gone", "taken_unknown"]
    assert cases[1]["evidence"] == {"door": 4, "heard": 0, "rounds": 12, "dbm": 0}
    assert cases[1]["closed_ms"] == 0
    assert [case["kind"] for case in closed] == ["lost"]


def test_a_copy_shows_holder_loan_and_life(staff: TestClient) -> None:
    lent = staff.get("/v1/copies/MH00000002").json()
    returned = staff.get("/v1/copies/MH00000001").json()

    reader = {"kind": "reader", "device": "", "door": 0, "site": "", "card": "SG00000012"}
    assert lent["holder"] == reader
    assert lent["loan"]["card"] == "SG00000012"
    assert lent["loan"]["due"] == DUE
    assert returned["loan"] is None
    assert returned["holder"]["device"] == "bc02"
    assert [movement["kind"] for movement in returned["movements"]] == ["return", "take", "load"]


def test_a_reader_shows_loans_and_a_masked_name(staff: TestClient) -> None:
    account = staff.get("/v1/readers/SG00000012").json()

    assert account["name"] == "读****"
    assert [loan["barcode"] for loan in account["loans"]] == ["MH00000002", "MH00000004"]
    assert len(account["history"]) == 4


def test_custody_names_every_copy_once(staff: TestClient) -> None:
    copies = staff.get("/v1/custody").json()["copies"]

    assert len({copy["barcode"] for copy in copies}) == len(copies) == 1537
    assert [c["loan_card"] for c in copies if c["barcode"] == "MH00000002"] == ["SG00000012"]


def test_streams_and_counters(staff: TestClient) -> None:
    streams = staff.get("/v1/streams").json()

    assert {"device": "bc02", "journal": "5a17c0de", "number": 1, "state": "open"} in streams
    assert staff.get("/v1/counters").json() == {
        "refused": {"no_json": 2, "unknown_device": 1},
        "quarantined": 0,
        "duplicates": 37,
        "facts": 1284,
    }


@pytest.mark.parametrize(
    ("address", "status", "name"),
    [
        ("/v1/machines/bc99/copies", 404, "unknown_device"),
        ("/v1/copies/MH99999999", 404, "unknown_copy"),
        ("/v1/readers/SG99999999", 404, "unknown_card"),
        ("/v1/machines/kx01/picture", 404, "no_picture"),
        ("/v1/movements?limit=0", 422, "wrong_value"),
        ("/v1/cases?state=lost", 422, "wrong_value"),
        ("/v1/nothing", 404, "not_found"),
    ],
)
def test_a_problem_says_what_to_do(staff: TestClient, address: str, status: int, name: str) -> None:
    answer = staff.get(address)

    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, problem["status"]) == (status, status)
    assert problem["type"] == f"urn:shugui:problem:{name}"
    assert problem["title"]
    assert problem["detail"]
    assert problem["remedy"]


def test_an_order_is_passed_on(staff: TestClient, house: House) -> None:
    answer = staff.post("/v1/machines/bc01/orders", json={"op": "open", "door": 2})

    assert (answer.status_code, answer.json()) == (202, {"id": "o1"})
    assert house.orders == [("bc01", "open", 2)]


@pytest.mark.parametrize(
    ("device", "order", "status", "name"),
    [
        ("bc01", {"op": "open", "door": 5}, 422, "wrong_value"),
        ("bc01", {"op": "open"}, 422, "wrong_value"),
        ("bc01", {"op": "open", "door": -1}, 422, "wrong_value"),
        ("bc01", {"op": "burn", "door": 1}, 422, "wrong_value"),
        ("bc01", {"op": "restart"}, 422, "no_reason"),
        ("bc01", {"op": "restart", "reason": " "}, 422, "no_reason"),
        ("bc99", {"op": "open", "door": 1}, 404, "unknown_device"),
        ("bc02", {"op": "open", "door": 1}, 409, "away"),
        ("bc03", {"op": "open", "door": 1}, 409, "refused"),
    ],
)
def test_an_order_that_cannot_be_sent_is_refused(
    staff: TestClient, house: House, device: str, order: dict[str, Any], status: int, name: str
) -> None:
    answer = staff.post(f"/v1/machines/{device}/orders", json=order)

    assert answer.status_code == status
    assert answer.json()["type"].endswith(name)
    assert house.orders == []


def _signed(body: bytes, at_ms: int = NOW_MS, key: bytes = KEY) -> dict[str, str]:
    mac = sign.hmac(key, b"%d\n" % at_ms + body)
    return {"X-Time-Ms": str(at_ms), "X-Signature": sign.hexadecimal(mac)}


def test_a_machine_shows_its_screen_without_a_token(stranger: TestClient, house: House) -> None:
    address = "/v1/machines/kx01/picture"

    put = stranger.put(address, content=PNG, headers=_signed(PNG))
    stranger.headers["Authorization"] = f"Bearer {TOKEN}"
    late = stranger.put(address, content=PNG + b"old", headers=_signed(PNG + b"old", NOW_MS - 1))
    got = stranger.get(address)

    assert (put.status_code, late.status_code) == (204, 204)
    assert got.headers["content-type"] == "image/png"
    assert got.content == PNG


@pytest.mark.parametrize(
    ("device", "body", "headers", "status", "name"),
    [
        ("kx01", PNG, _signed(PNG, key=bytes(32)), 403, "bad_signature"),
        ("kx01", PNG + b"x", _signed(PNG), 403, "bad_signature"),
        ("kx01", PNG, _signed(PNG, NOW_MS - 300_001), 403, "bad_time"),
        ("kx01", PNG, _signed(PNG, NOW_MS + 300_001), 403, "bad_time"),
        ("kx01", b"GIF89a", _signed(b"GIF89a"), 415, "not_png"),
        ("kx99", PNG, _signed(PNG), 404, "unknown_device"),
        ("kx01", PNG, {"X-Time-Ms": "soon", "X-Signature": ""}, 422, "wrong_value"),
        ("kx01", PNG, {}, 422, "wrong_value"),
        ("kx01", bytes((1 << 20) + 1), _signed(b""), 413, "too_large"),
    ],
    ids=range(9),
)
def test_a_picture_that_is_not_the_machines_own_is_refused(
    stranger: TestClient,
    device: str,
    body: bytes,
    headers: dict[str, str],
    status: int,
    name: str,
) -> None:
    answer = stranger.put(f"/v1/machines/{device}/picture", content=body, headers=headers)

    assert answer.status_code == status
    assert answer.json()["type"].endswith(name)


def test_openapi_describes_every_answer(stranger: TestClient) -> None:
    described = stranger.get("/openapi.json").json()

    contents = [
        method["responses"][code]["content"]
        for address, methods in described["paths"].items()
        if address.startswith("/v1/")
        for method in methods.values()
        for code in ("200", "202")
        if code in method["responses"]
    ]
    answers = [c["application/json"]["schema"] for c in contents if "application/json" in c]
    assert len(answers) >= 10
    assert all(answers)
    silent = [
        f"{name}.{field}"
        for name, schema in described["components"]["schemas"].items()
        if name not in ("HTTPValidationError", "ValidationError")
        for field, value in schema.get("properties", {}).items()
        if not value.get("description")
    ]
    assert silent == []
