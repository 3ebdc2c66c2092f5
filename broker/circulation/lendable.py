"""Whether a copy can be lent, from four things that are true of it independently.  Pure."""

CUSTODY = ("compartment", "shelf", "here", "reader", "transit", "unknown")
CONTRACT = ("none", "open", "lost", "claimed")
CONDITION = ("fit", "disinfect", "damaged", "withdrawn")
PROMISE = ("free", "mine", "held", "reserved")

# Why not, by each of the four; a word that is not here does not stand in the way.
_CONTRACT = {"open": "on_loan", "lost": "not_lendable", "claimed": "not_lendable"}
_CONDITION = {"disinfect": "not_fit", "damaged": "not_fit", "withdrawn": "not_lendable"}
_PROMISE = {"held": "held", "reserved": "not_lendable"}
_CUSTODY = {"reader": "on_loan", "transit": "not_lendable", "unknown": "not_lendable"}


def lendable(custody: str, contract: str, condition: str, promise: str) -> str:
    """Return why a copy cannot be lent, a word of wire.REASONS; "" when it can.

    custody: the kind of its holder; "here" when it lies before a machine, whatever the ledger knew.
    condition: as it is now: a disinfection that is over is `fit`.
    """
    assert custody in CUSTODY and contract in CONTRACT
    assert condition in CONDITION and promise in PROMISE
    return (
        _CONTRACT.get(contract, "")
        or _CONDITION.get(condition, "")
        or _PROMISE.get(promise, "")
        or _CUSTODY.get(custody, "")
    )
