"""Staff accounts and programs: made, changed, ended.  In the caller's transaction, each noted."""

import re
from typing import NamedTuple

from broker.accounts.people import note_change
from broker.ledger.store import Database
from broker.staff import hashes, notes, roles

NAME = re.compile(r"[^\W_][\w.\- ]{0,38}[^\W_]|[^\W_]")  # 李雷, ann, j.smith
LINK_MS = 86_400_000
CONSOLE = "console"  # The actor of whoever can read the service's data folder.

_FIND = "SELECT id, name, role, password <> '', locked_ms, ended_ms FROM staff WHERE name = ?"
_ALL = "SELECT id, name, role, password <> '', locked_ms, ended_ms FROM staff ORDER BY name"
_ADD = """INSERT INTO staff (name, role, password, failures, locked_ms, made_ms, made_by)
VALUES (?, ?, '', 0, 0, ?, ?)"""
_ROLE = "UPDATE staff SET role = ?, ended_ms = NULL WHERE id = ?"
_PASSWORD = "UPDATE staff SET password = ?, failures = 0, locked_ms = 0 WHERE id = ?"
_END = "UPDATE staff SET ended_ms = ?, password = '' WHERE id = ?"
_MANAGERS = """SELECT COUNT(*) FROM staff WHERE role = 'manager' AND ended_ms IS NULL
AND id <> ?"""
_LINK = "INSERT INTO staff_link (digest, staff, until_ms) VALUES (?, ?, ?)"
# What lets somebody in, or opens a machine for them.
_LEFT = tuple(f"DELETE FROM {t} WHERE staff = ?" for t in ("staff_session", "staff_link"))
_CARDS = "DELETE FROM staff_card WHERE staff = ?"
_PROGRAMS = """SELECT id, name, role, made_ms, made_by FROM staff_program
WHERE ended_ms IS NULL ORDER BY name"""
_PROGRAM = """INSERT INTO staff_program (name, role, digest, made_ms, made_by)
VALUES (?, ?, ?, ?, ?)"""
_END_PROGRAM = """UPDATE staff_program SET ended_ms = ?, name = name || ' ' || id
WHERE name = ? AND ended_ms IS NULL"""


class StaffError(Exception):
    """It cannot be, and nothing was done.  The first argument is a word of REFUSALS."""


# fmt: off
REFUSALS = (
    # word            meaning
    ("bad_name",      "a name has 1 to 40 letters and digits, with . - _ and spaces inside"),
    ("unknown_role",  "see the roles that there are"),
    ("unknown_staff", "nobody has this name"),
    ("unknown_program", "no program has this name"),
    ("name_taken",    "a program or a person has this name"),
    ("bad_password",  f"a password has {hashes.PASSWORD_SIZE_MIN} characters or more"),
    ("wrong_password", "the name or the password is wrong"),
    ("locked",        "too many wrong passwords: the account is locked for a quarter of an hour"),
    ("bad_pin",       "a PIN has 6 to 8 digits, not all the same and not in a row"),
    ("no_card",       "whoever has this role opens no machine"),
    ("unknown_card",  "there is no such staff card"),
    ("last_manager",  "somebody has to be left who can manage"),
)
# fmt: on


class Member(NamedTuple):
    """One of staff.  Until `locked_ms` no password is looked at; `ended_ms` 0 is not ended."""

    id: int
    name: str
    role: str
    has_password: bool
    locked_ms: int
    ended_ms: int


class Program(NamedTuple):
    id: int
    name: str
    role: str
    made_ms: int
    made_by: str


def find(db: Database, name: str) -> Member:
    """Return one of staff by name, also one whose account has ended; raises StaffError."""
    row = db.execute(_FIND, (name,)).fetchone()
    if row is None:
        raise StaffError("unknown_staff", name)
    return _member(row)


def everybody(db: Database) -> list[Member]:
    return [_member(row) for row in db.execute(_ALL)]


def programs(db: Database) -> list[Program]:
    """Return the programs that have a token, by name."""
    return [Program(*row) for row in db.execute(_PROGRAMS)]


def put(db: Database, name: str, role: str, *, by: str, now_ms: int) -> Member:
    """Make an account with a role, or give this role to the one that is there; it may sign in."""
    _check(name, role)
    known = db.execute(_FIND, (name,)).fetchone()
    if known is None:
        _check_free(db, name)
        db.execute(_ADD, (name, role, now_ms, by))
        notes.write(db, by, "made", f"{name} {role}", now_ms)
        return find(db, name)
    member = _member(known)
    if role != "manager":
        _check_managers(db, member)
    if (member.role, member.ended_ms) != (role, 0):
        db.execute(_ROLE, (role, member.id))
        note_change(db)
        notes.write(db, by, "changed", f"{name} {role}", now_ms)
    return find(db, name)


def set_password(db: Database, name: str, hashed: str, *, by: str, now_ms: int) -> None:
    """Keep the hash of a new password; whoever was signed in as this person is not any more."""
    member = find(db, name)
    db.execute(_PASSWORD, (hashed, member.id))
    for statement in _LEFT:
        db.execute(statement, (member.id,))
    notes.write(db, by, "changed", f"{name} password", now_ms)


def link(db: Database, name: str, *, by: str, now_ms: int) -> str:
    """Return a key that signs this person in once, within a day."""
    member = find(db, name)
    if member.ended_ms:
        raise StaffError("unknown_staff", name)
    key = hashes.new_key()
    db.execute(_LINK, (hashes.digest(key), member.id, now_ms + LINK_MS))
    notes.write(db, by, "linked", name, now_ms)
    return key


def end(db: Database, name: str, *, by: str, now_ms: int) -> None:
    """End an account at once, with its sessions, links and cards; what it did stays."""
    member = find(db, name)
    if member.ended_ms:
        return
    _check_managers(db, member)
    for statement in (*_LEFT, _CARDS):
        db.execute(statement, (member.id,))
    db.execute(_END, (now_ms, member.id))
    note_change(db)  # Machines are told without the cards.
    notes.write(db, by, "ended", name, now_ms)


def add_program(db: Database, name: str, role: str, *, by: str, now_ms: int) -> str:
    """Return a new program's token: it is told now and never again."""
    _check(name, role)
    _check_free(db, name)
    if db.execute(_FIND, (name,)).fetchone():
        raise StaffError("name_taken", name)
    token = hashes.new_key()
    db.execute(_PROGRAM, (name, role, hashes.digest(token), now_ms, by))
    notes.write(db, by, "made", f"program {name} {role}", now_ms)
    return token


def end_program(db: Database, name: str, *, by: str, now_ms: int) -> None:
    """End a program's token; the name is free again."""
    if not db.execute(_END_PROGRAM, (now_ms, name)).rowcount:
        raise StaffError("unknown_program", name)
    notes.write(db, by, "ended", f"program {name}", now_ms)


def _member(row: tuple[int, str, str, int, int, int | None]) -> Member:
    number, name, role, has_password, locked_ms, ended_ms = row
    return Member(number, name, role, bool(has_password), locked_ms, ended_ms or 0)


def _check(name: str, role: str) -> None:
    if not NAME.fullmatch(name) or name == CONSOLE:
        raise StaffError("bad_name", name)
    if role not in roles.WORDS:
        raise StaffError("unknown_role", role)


def _check_free(db: Database, name: str) -> None:
    if any(program.name == name for program in programs(db)):
        raise StaffError("name_taken", name)


def _check_managers(db: Database, member: Member) -> None:
    last = db.execute(_MANAGERS, (member.id,)).fetchone()[0] == 0
    if member.role == "manager" and not member.ended_ms and last:
        raise StaffError("last_manager", member.name)
