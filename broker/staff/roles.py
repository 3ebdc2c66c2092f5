"""What staff may do: rights, and the roles that have them.  Pure."""

# fmt: off
RIGHTS = (
    # word       what it allows
    ("self",     "sign out, choose one's own password"),
    ("look",     "see machines, copies, titles and figures; no reader"),
    ("readers",  "see who has or had what, and cases"),
    ("shelve",   "restock rounds; write down where a copy is and what state it is in"),
    ("settle",   "decide cases"),
    ("serve",    "readers' accounts: renew, holds, money, cards, blocks, consent"),
    ("assist",   "ask that a door is opened for a reader, or approve what another one asked"),
    ("operate",  "order machines; settle and compare accounts again; see the service's duties"),
    ("manage",   "staff, programs, staff cards; close months; erase and retire readers"),
)
_SERVICE = ("readers", "shelve", "settle", "assist")
ROLES = (
    # word         Chinese,    English,        rights besides EVERYBODY's
    ("manager",    "主管",     "manager",      (*_SERVICE, "serve", "operate", "manage")),
    ("operations", "运维",     "operations",   (*_SERVICE, "operate")),
    ("desk",       "服务台",   "service desk", (*_SERVICE, "serve")),
    ("shelver",    "上架员",   "shelver",      ("shelve",)),
    ("auditor",    "审计",     "auditor",      ()),
    ("contractor", "外包人员", "contractor",   ()),
)
# fmt: on
EVERYBODY = ("self", "look")
WORDS = tuple(word for word, *_rest in ROLES)
_RIGHTS = {word: (*EVERYBODY, *rights) for word, _zh, _en, rights in ROLES}
_RIGHTS["machine"] = ("look",)  # Where it may come in at all: see web/access.OF_MACHINES.


def may(role: str, right: str) -> bool:
    """Say whether a role has a right; a role that is not known has none."""
    return right in _RIGHTS.get(role, ())


def name(role: str, language: str) -> str:
    """Return what a role is called, `zh` or `en`."""
    return next((zh if language == "zh" else en for word, zh, en, _ in ROLES if word == role), role)
