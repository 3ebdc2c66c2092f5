"""Every address wants a right, and every role may do what the tables say and nothing else."""

import re
from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from broker.staff import roles
from broker.web import rights
from broker.web.app import ROUTERS
from tests.broker.web.conftest import House

CARD = "SG00000012"
VALUES = {"card": CARD, "barcode": "MH00000002", "device": "bc01", "name": "map"}
# Which answers for all is tested where it is said what is asked instead of a right.
CLOSED = [row for row in rights.ROUTES if row[0] != rights.OPEN]
# Its answer has no end; test_stream looks at it.
ENDLESS = "/v1/live"


@pytest.fixture
def caller(house: House) -> Iterator[TestClient]:
    """Parts that this house has not, such as accounts, end in status 500: past the right."""
    with TestClient(
        house.app, "http://127.0.0.1", raise_server_exceptions=False, follow_redirects=False
    ) as client:
        yield client


def path_of(address: str) -> str:
    return re.sub(r"{(\w+)}", lambda found: VALUES.get(found[1], "1"), address)


def test_every_route_is_in_the_table_and_nothing_else_is() -> None:
    routes = {
        (method, route.path)
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    }

    table = [(method, address) for _right, method, address in rights.ROUTES]
    assert routes | {("GET", "/healthz")} == set(table)
    assert len(table) == len(set(table))


def test_the_tables_use_only_rights_that_there_are() -> None:
    words = {word for word, _meaning in roles.RIGHTS}

    assert {right for right, _method, _address in CLOSED} == words
    assert {right for _, _, _, given in roles.ROLES for right in given} <= words
    assert all(roles.may("manager", word) for word in words)
    assert not any(roles.may("nobody", word) for word in words)


@pytest.mark.parametrize("role", roles.WORDS)
def test_a_role_may_do_what_the_table_says(caller: TestClient, house: House, role: str) -> None:
    """Asked with nothing that can be read, so that what may pass is refused for its content."""
    caller.headers["Authorization"] = f"Bearer {house.staff.add_program('p', role, 'test')}"

    wrong = [
        (right, method, address)
        for right, method, address in CLOSED
        if address != ENDLESS
        and (caller.request(method, path_of(address)).status_code != 403) != roles.may(role, right)
    ]

    assert wrong == []


def test_a_stranger_may_do_nothing(caller: TestClient) -> None:
    let_in = [
        (method, address)
        for _right, method, address in CLOSED
        if caller.request(method, path_of(address)).status_code != 401
    ]

    assert let_in == []


@pytest.mark.parametrize("role", ["auditor", "contractor", "shelver"])
def test_who_may_not_see_readers_sees_none(caller: TestClient, house: House, role: str) -> None:
    caller.headers["Authorization"] = f"Bearer {house.staff.add_program('p', role, 'test')}"
    seen = [
        address
        for right, method, address in CLOSED
        if method == "GET" and address != ENDLESS and roles.may(role, right)
    ]

    naming = [
        address
        for address in seen
        if re.search(r"SG\d{8}|SG\*|\*{4}|读者\d", caller.get(path_of(address)).text)
    ]

    assert naming == []
    assert len(caller.get("/v1/movements").json()) > 5
    assert caller.get(f"/find?q={CARD}").status_code == 200
