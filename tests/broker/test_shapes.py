"""What is fast in the service says the same as the contract that the firmware has."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookcase_fw import record, sign, wire
from broker.fleet import keys
from broker.ledger import shapes

KINDS = tuple(kind for kind, _fields in wire.FACTS)
ANY = st.one_of(
    st.integers(-9, 9), st.text(max_size=3), st.booleans(), st.none(), st.just([]), st.just(["A"])
)


def by_contract(kind: str, body: dict[str, object]) -> object:
    try:
        return json.loads(json.dumps(wire.check(kind, wire.fact_fields(kind), body)))
    except wire.WireError:
        return "refused"


def by_shape(kind: str, body: dict[str, object]) -> object:
    try:
        return shapes.bodies[kind].decode(json.dumps(body).encode())
    except msgspec.MsgspecError:
        return "refused"


@pytest.mark.parametrize("kind", KINDS)
def test_a_body_is_taken_or_refused_as_the_contract_says(kind: str) -> None:
    names = [field[0] for field in wire.fact_fields(kind)]
    full = {name: _sample(type_) for name, type_, _needed, _meaning in wire.fact_fields(kind)}

    @given(st.dictionaries(st.sampled_from([*names, "unheard_of"]), ANY))
    def same(changes: dict[str, object]) -> None:
        assert by_shape(kind, full | changes) == by_contract(kind, full | changes)
        assert by_shape(kind, changes) == by_contract(kind, changes)

    same()


@given(st.binary(max_size=100), st.binary(max_size=400))
def test_chain_values_and_seals_are_those_of_the_contract(key: bytes, data: bytes) -> None:
    sealed = keys.seal(key, "topic", session="1.1", nonce="n", body=data)

    assert keys.chain(key, data) == record.chain(key, data)
    assert sealed == sign.seal(key, "topic", "1.1", "n", data)


def _sample(kind: object) -> object:
    if isinstance(kind, list):
        return [_sample(kind[0])]
    if isinstance(kind, tuple):
        return {name: _sample(type_) for name, type_, _needed, _meaning in kind}
    return {int: 1, str: "x", bool: True}[kind]  # type: ignore[index]
