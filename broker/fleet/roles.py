"""What a machine is to its readers: the table of roles.  Pure.

Rules and reports go by a machine's kind (bookcase or kiosk); a role says more.  A library names it
in `machines.csv`; a machine for which it names none has the word of its kind.
"""

from collections.abc import Mapping

# fmt: off
ROLES = (
    # word         kind        rounds bring books   Chinese, English
    ("bookcase",  "bookcase", True,  ("书柜", "bookcase")),
    ("glass",     "bookcase", True,  ("玻璃门书柜", "glass-door bookcase")),
    ("locker",    "bookcase", False, ("预约取书柜", "pick-up locker")),
    ("kiosk",     "kiosk",    False, ("自助借还机", "loan machine")),
    ("return",    "kiosk",    False, ("24 小时还书机", "24-hour return")),
    ("catalogue", "kiosk",    False, ("检索机", "catalogue machine")),
)
# fmt: on
NAMES: Mapping[str, tuple[str, str]] = {word: names for word, _kind, _fed, names in ROLES}
KINDS: Mapping[str, str] = {word: kind for word, kind, _fed, _names in ROLES}
# A locker is filled with what is wanted, a return is emptied: neither is on a round.
RESTOCKED = tuple(word for word, _kind, fed, _names in ROLES if fed)


def name(role: str, language: str) -> str:
    """Return what a role is called, `zh` or `en`; a word that we do not know stays as it is."""
    return NAMES.get(role, (role, role))[("zh", "en").index(language)]
