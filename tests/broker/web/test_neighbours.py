"""A machine asks where else its readers can go: only to machines that work, the nearest first."""

from fastapi.testclient import TestClient

from bookcase_fw import sign
from tests.broker.web import library
from tests.broker.web.conftest import KEY

PATH = "/v1/machines/kx01/neighbours"


def test_neighbours_are_machines_that_lend_now_the_nearest_first(staff: TestClient) -> None:
    found = staff.get(PATH).json()

    machines = {row["device"]: row for row in staff.get("/v1/machines").json()}
    assert found
    assert all(machines[row["device"]]["served"] for row in found)
    assert all(machines[row["device"]]["lends"] for row in found)
    assert "kx01" not in [row["device"] for row in found]
    assert [row["metres"] for row in found] == sorted(row["metres"] for row in found)


def test_a_machine_asks_for_its_own_neighbours_only(stranger: TestClient) -> None:
    def asked(path: str) -> int:
        time = str(library.NOW_MS)
        signature = sign.hexadecimal(sign.hmac(KEY, f"{time}\n{path}".encode()))
        headers = {"X-Time-Ms": time, "X-Signature": signature}
        return int(stranger.get(path, headers=headers).status_code)

    assert asked(PATH) == 200
    assert asked(PATH.replace("kx01", "bc99")) == 401
