"""What the service itself says about copies: kinds of fact, their fields, and actions on a case.

These stand beside wire.FACTS and are read like them (name, type, needed, meaning), but they never
travel: no machine can say them.  Their device is the desk, which the service makes for itself.
"""

DEVICE = "desk"  # Its name, its kind, and its site's id.

# fmt: off
_BY = (
    ("actor", str, True, "who said so: a staff account, or the part of the service that decided"),
    ("reason", str, False, "why, in the words of whoever did it"),
)
FACTS = (
    ("renewed", (
        ("reader", str, True, "whose loan: the pseudonym of the card"),
        ("tag", str, True, "which copy"),
        ("due", int, True, "the due day that was shown"),
        ("line", str, False, "the rule line that granted it"),
        *_BY,
    )),
    ("declared", (
        ("tag", str, True, "which copy"),
        ("what", str, True, "a word of DECLARATIONS"),
        ("until_ms", int, False, "until when it is in disinfection"),
        *_BY,
    )),
    ("promised", (
        ("tag", str, True, "which copy"),
        ("reader", str, False, "to whom; empty when the promise is taken back"),
        ("until_ms", int, False, "until when it is kept for the reader; 0 for no end"),
        *_BY,
    )),
    ("moved", (
        ("tag", str, True, "which copy"),
        ("place", str, True, "a word of PLACES"),
        ("device", str, False, "the machine, of a compartment"),
        ("door", int, False, "the compartment"),
        ("site", str, False, "the site, of a shelf"),
        ("bag", str, False, "its name, of a bag or van"),
        *_BY,
    )),
    ("settled", (
        ("case", str, True, "the case's key: its kind and what it is about"),
        ("action", str, True, "a word of ACTIONS"),
        *_BY,
    )),
)
DECLARATIONS = (
    # word         what it means
    ("lost", "nobody has it: a loan of it ends as lost"),
    ("found", "it is with staff now, whatever was said before"),
    ("damaged", "it may not be lent"),
    ("repaired", "it may be lent again"),
    ("claimed", "its reader says not to have it: the overdue clock stops"),
    ("withdrawn", "it leaves the collection"),
    ("disinfect", "it may not be lent until a time"),
)
ACTIONS = (
    # word      what staff do with a case; each wants a reason
    ("accept", "what the ledger made of it stands"),
    ("reverse", "what the ledger made of the fact in doubt is taken back by new movements"),
    ("waive", "the reader owes nothing for the loan in doubt"),
    ("write", "staff write down where the copy is"),
)
PLACES = ("compartment", "shelf", "bag", "transit", "unknown")
# fmt: on

_COPY = ("accept", "reverse", "write")
_MONEY = ("accept", "reverse", "waive", "write")
# Which actions a kind of case knows.  Where the doubt is not about one copy it can be accepted.
SETTLEMENTS: dict[str, tuple[str, ...]] = {
    "taken_unknown": _COPY,
    "gone": _COPY,
    "unsure": _COPY,
    "unknown_reader": _COPY,
    "order": _COPY,
    "contradiction": _COPY,
    "not_on_loan": _COPY,
    "chip": _COPY,
    "inferred": _MONEY,
    "claimed": _MONEY,
    "renewal": ("accept", "waive", "write"),
}
# Which of them is proposed; where none is named, to accept.
PROPOSED = {"inferred": "waive", "renewal": "waive", "contradiction": "write", "order": "write"}


def actions(kind: str) -> tuple[str, ...]:
    """Return what staff may do with a case of a kind, in the order in which it is offered."""
    return SETTLEMENTS.get(kind, ("accept",))


def proposed(kind: str) -> str:
    return PROPOSED.get(kind, "accept")
