"""Lendable is a function of four things, each of which can say no by itself."""

import itertools

import pytest

from broker.circulation.lendable import CONDITION, CONTRACT, CUSTODY, PROMISE, lendable

FREE = ("shelf", "none", "fit", "free")


@pytest.mark.parametrize(
    ("which", "word", "why"),
    [
        (0, "compartment", ""),
        (0, "here", ""),
        (0, "reader", "on_loan"),
        (0, "transit", "not_lendable"),
        (0, "unknown", "not_lendable"),
        (1, "open", "on_loan"),
        (1, "lost", "not_lendable"),
        (1, "claimed", "not_lendable"),
        (2, "disinfect", "not_fit"),
        (2, "damaged", "not_fit"),
        (2, "withdrawn", "not_lendable"),
        (3, "mine", ""),
        (3, "held", "held"),
        (3, "reserved", "not_lendable"),
    ],
)
def test_one_of_four_is_enough_to_say_no(which: int, word: str, why: str) -> None:
    asked = [*FREE]
    asked[which] = word

    assert lendable(*asked) == why


def test_a_copy_is_lendable_when_none_of_the_four_says_no() -> None:
    free = {
        words
        for words in itertools.product(CUSTODY, CONTRACT, CONDITION, PROMISE)
        if not lendable(*words)
    }

    assert free == set(
        itertools.product(("compartment", "shelf", "here"), ("none",), ("fit",), ("free", "mine"))
    )
