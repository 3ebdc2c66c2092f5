"""Staff as the web sees them: who asks, and what is done with accounts, each in one transaction."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Engine, text

from bookcase_fw import sign
from broker.accounts.till import Do
from broker.ledger.store import Database
from broker.staff import cards, hashes, notes, people, roles, sessions
from broker.staff.hashes import Hasher
from broker.staff.notes import Note
from broker.staff.people import Member, Program, StaffError
from broker.staff.sessions import Attempt

T = TypeVar("T")

_BY_COOKIE = """SELECT staff.name, staff.role, staff_session.made_ms, used_ms FROM staff_session
JOIN staff ON staff.id = staff_session.staff
WHERE digest = :digest AND staff.ended_ms IS NULL"""
_BY_TOKEN = "SELECT name, role FROM staff_program WHERE digest = :digest AND ended_ms IS NULL"
_SOMEBODY = "SELECT 1 FROM staff WHERE ended_ms IS NULL LIMIT 1"
NOTES_SHOWN = 30


class Who(NamedTuple):
    """Who asks: a person, a program or the console.  `session` is the digest of a cookie."""

    name: str
    role: str
    session: str = ""

    def may(self, right: str) -> bool:
        return roles.may(self.role, right)

    @property
    def is_person(self) -> bool:
        return bool(self.session)


class Roll(NamedTuple):
    """Everything about staff, for the page of whoever manages them."""

    members: list[Member]
    programs: list[Program]
    cards: list[cards.Card]
    notes: list[Note]


class Staff:
    """Any thread may ask; what looks at passwords takes a tenth of a second."""

    def __init__(
        self,
        *,
        do: Do,
        engine: Engine,
        district_key: bytes,
        now_ms: Callable[[], int],
        hasher: Hasher,
    ) -> None:
        self.do = do
        self._engine = engine
        self._key = district_key
        self._now_ms = now_ms
        self._hasher = hasher

    def by_cookie(self, cookie: str, *, by_hand: bool) -> Who | None:
        """Return whose session it is, while it is one; what a person does `by_hand` prolongs it."""
        digest, now_ms = hashes.digest(cookie), self._now_ms()
        for name, role, made_ms, used_ms in self._rows(_BY_COOKIE, digest=digest):
            unused_ms = now_ms - used_ms
            if now_ms - made_ms >= sessions.DAY_MS or unused_ms >= sessions.IDLE_MS:
                return None
            if by_hand and unused_ms >= sessions.USED_EVERY_MS:
                self._done(lambda db, now_ms: sessions.used(db, digest, now_ms))
            return Who(name, role, digest)
        return None

    def by_token(self, token: str) -> Who | None:
        """Return whose token it is."""
        rows = self._rows(_BY_TOKEN, digest=hashes.digest(token))
        return Who(*rows[0]) if rows else None

    def sign_in(self, name: str, password: str) -> str:
        """Return the cookie of a new session; raises StaffError as `check_password` does."""
        tried = self.check_password(name, password)
        return self._done(
            lambda db, now_ms: sessions.let_in(db, tried.id, tried.name, "by password", now_ms)
        )

    def check_password(self, name: str, password: str) -> Attempt:
        """Raises StaffError: `locked`, or `wrong_password` for all else."""
        tried = self._done(lambda db, now_ms: sessions.attempt(db, name, now_ms))
        if tried.locked:
            raise StaffError("locked", name)
        if not self._hasher.fits(tried.hashed, password[: hashes.PASSWORD_SIZE_MAX]):
            if tried.id:
                self._done(lambda db, now_ms: sessions.refuse(db, tried, now_ms))
            raise StaffError("wrong_password", name)
        return tried

    def sign_in_by_link(self, key: str) -> str:
        """Return a cookie; empty when the link was used before or is too old."""
        return self._done(lambda db, now_ms: sessions.by_link(db, key, now_ms))

    def sign_out(self, who: Who) -> None:
        self._done(lambda db, now_ms: sessions.close(db, who.session, now_ms))

    def note(self, who: Who, what: str, about: str) -> None:
        self._done(lambda db, now_ms: notes.write(db, who.name, what, about, now_ms))

    def put(self, name: str, role: str, by: str) -> None:
        """Make an account, or give it another role; raises StaffError."""
        self._done(lambda db, now_ms: people.put(db, name, role, by=by, now_ms=now_ms))

    def set_password(self, name: str, password: str, by: str) -> None:
        """Raises StaffError; every session of this person is over then."""
        if not hashes.PASSWORD_SIZE_MIN <= len(password) <= hashes.PASSWORD_SIZE_MAX:
            raise StaffError("bad_password", name)
        hashed = self._hasher.hash(password)
        self._done(lambda db, now_ms: people.set_password(db, name, hashed, by=by, now_ms=now_ms))

    def link(self, name: str, by: str) -> str:
        """Return a key that signs this person in once; raises StaffError."""
        return self._done(lambda db, now_ms: people.link(db, name, by=by, now_ms=now_ms))

    def end(self, name: str, by: str) -> None:
        self._done(lambda db, now_ms: people.end(db, name, by=by, now_ms=now_ms))

    def add_program(self, name: str, role: str, by: str) -> str:
        """Return its token, which is told once; raises StaffError."""
        return self._done(
            lambda db, now_ms: people.add_program(db, name, role, by=by, now_ms=now_ms)
        )

    def end_program(self, name: str, by: str) -> None:
        self._done(lambda db, now_ms: people.end_program(db, name, by=by, now_ms=now_ms))

    def put_card(self, name: str, card: str, pin: str, by: str) -> str:
        """Give a staff card to somebody; return its pseudonym.  Raises StaffError."""
        pseudonym = sign.pseudonym(self._key, card)
        self._done(lambda db, now_ms: cards.put(db, name, pseudonym, pin, by=by, now_ms=now_ms))
        return pseudonym

    def end_card(self, card: str, by: str) -> None:
        """`card` is a pseudonym."""
        self._done(lambda db, now_ms: cards.end(db, card, by=by, now_ms=now_ms))

    def member(self, name: str) -> Member:
        return self.do(lambda db: people.find(db, name))

    def roll(self) -> Roll:
        """Return everybody, and the newest notes."""
        return self.do(
            lambda db: Roll(
                people.everybody(db),
                people.programs(db),
                cards.everybodys(db),
                notes.newest(db, NOTES_SHOWN),
            )
        )

    def has_anybody(self) -> bool:
        """Say whether there is an account at all: before the first one, a page says how."""
        return bool(self._rows(_SOMEBODY))

    def _done(self, run: Callable[[Database, int], T]) -> T:
        now_ms = self._now_ms()
        return self.do(lambda db: run(db, now_ms))

    def _rows(self, query: str, **values: object) -> Sequence[Any]:
        with self._engine.connect() as connection:
            return connection.execute(text(query), values).all()
