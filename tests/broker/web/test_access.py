"""Who comes in, by which way, and with which headers the answer goes out."""

import pytest
from fastapi.testclient import TestClient

from bookcase_fw import sign
from tests.broker.web.conftest import KEY, TOKEN, House
from tests.broker.web.library import NOW_MS


def test_health_needs_no_token(stranger: TestClient) -> None:
    assert stranger.get("/healthz").json() == {"ok": True}


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", "Bearer 书"])
def test_a_stranger_learns_nothing(stranger: TestClient, header: str) -> None:
    answer = stranger.get("/v1/custody", headers={"Authorization": header.encode()})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "/sign-in" in answer.json()["remedy"]


def test_a_stranger_is_asked_to_sign_in(stranger: TestClient) -> None:
    answer = stranger.get("/machines/bc01?key=wrong", headers={"Accept-Language": "en"})

    assert answer.status_code == 401
    assert "python -m broker staff add" in answer.text
    assert "wrong" not in answer.text


def test_a_link_is_traded_for_a_cookie_and_leaves_the_address(
    stranger: TestClient, house: House
) -> None:
    key = house.key()

    traded = stranger.get(f"/find?q=小王子&key={key}")
    cookie = traded.headers["set-cookie"]

    assert traded.status_code == 303
    assert key not in traded.headers["location"]
    assert traded.headers["location"].startswith("/find?q=")
    assert key not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert stranger.get("/v1/counters").status_code == 200


def test_a_link_leads_to_no_other_host(stranger: TestClient, house: House) -> None:
    traded = stranger.get(f"http://127.0.0.1//evil.example/?key={house.key()}")

    assert traded.headers["location"].startswith("/evil.example")


def test_a_token_in_an_address_lets_nobody_in(stranger: TestClient) -> None:
    assert stranger.get(f"/?key={TOKEN}").status_code == 401


OWN = "/v1/machines/kx01/copies"


@pytest.mark.parametrize(
    ("path", "signed", "late_ms", "status"),
    [
        (OWN, OWN, 0, 200),
        (OWN, OWN, 299_000, 200),
        (OWN, OWN, 301_000, 401),
        (OWN, "/v1/machines/bc01/copies", 0, 401),
        ("/v1/machines/bc01/copies", "/v1/machines/bc01/copies", 0, 401),
        ("/v1/custody", "/v1/custody", 0, 401),
    ],
)
def test_a_machine_asks_for_its_own_things_only(
    stranger: TestClient, path: str, signed: str, late_ms: int, status: int
) -> None:
    time = str(NOW_MS - late_ms)
    signature = sign.hexadecimal(sign.hmac(KEY, f"{time}\n{signed}".encode()))

    answer = stranger.get(path, headers={"X-Time-Ms": time, "X-Signature": signature})

    assert answer.status_code == status


@pytest.mark.parametrize("time", ["", "x", "9" * 5000, "-1", "１"])
def test_a_time_that_is_none_is_refused(stranger: TestClient, time: str) -> None:
    headers = {"X-Time-Ms": time.encode(), "X-Signature": b"00"}

    assert stranger.get(OWN, headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://127.0.0.1", 202), ("http://evil.example", 403), ("null", 403), ("", 403)],
)
def test_another_sites_page_sends_no_orders(
    stranger: TestClient, house: House, origin: str, status: int
) -> None:
    stranger.get(f"/?key={house.key()}")

    answer = stranger.post(
        "/v1/machines/bc01/orders", json={"op": "open", "door": 1}, headers={"Origin": origin}
    )

    assert answer.status_code == status
    assert len(house.orders) == (status == 202)


@pytest.mark.parametrize("address", ["/", "/v1/machines", "/static/paper.css", "/nothing"])
def test_every_answer_forbids_foreign_code(staff: TestClient, address: str) -> None:
    headers = staff.get(address).headers

    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_what_is_of_readers_is_not_kept_by_browsers(staff: TestClient) -> None:
    assert staff.get("/").headers["cache-control"] == "no-store"
    assert staff.get("/v1/custody").headers["cache-control"] == "no-store"
