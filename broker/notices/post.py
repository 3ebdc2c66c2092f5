"""The post: notices are put into the ledger with what they tell of, and taken out to be sent.

A key is put once, so a notice is made once.  It is sent at least once and, unless a sender dies
between the mail server's yes and the next commit, exactly once; its number goes with it, so that a
receiver can tell.  Everything happens in the caller's transaction.
"""

from collections.abc import Collection
from typing import NamedTuple

from broker.accounts import people
from broker.circulation.decide import masked
from broker.ledger.cases import Cases, Subject
from broker.ledger.store import Database
from broker.notices.schedule import is_news
from broker.notices.tables import CHANNELS
from broker.notices.texts import Line, say

ATTEMPTS_MAX = 8
BACK_OFF_MS = 30_000  # Doubled with each attempt: the eighth is an hour after the first.
LEASE_MS = 120_000  # A sender that is not back by then has died.
BATCH_MAX = 20

_PUT = """INSERT INTO notice (key, account, kind, channel, language, subject, body, state, attempts,
next_ms, made_ms, error) VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting', 0, ?, ?, '')
ON CONFLICT (key) DO NOTHING RETURNING id"""
_CHANNELS = "SELECT channel FROM contact WHERE account = ? ORDER BY channel"
_WAITING = """SELECT id, made_ms, channel FROM notice
WHERE state IN ('waiting', 'sending') AND next_ms <= ? ORDER BY next_ms, id LIMIT ?"""
_TAKE = """UPDATE notice SET state = 'sending', attempts = attempts + 1, next_ms = ?
WHERE id = ? RETURNING id, key, account, kind, channel, language, subject, body, attempts"""
_ADDRESS = "SELECT address FROM contact WHERE account = ? AND channel = ?"
_SENT = "UPDATE notice SET state = 'sent', sent_ms = ?, error = '' WHERE id = ?"
_LATER = "UPDATE notice SET state = ?, next_ms = ?, error = ? WHERE id = ?"
_DROP = "UPDATE notice SET state = 'dropped' WHERE id = ?"


class Letter(NamedTuple):
    """A notice on its way; `address` is a mail address or a URL."""

    id: int
    key: str
    account: int
    kind: str
    channel: str
    language: str
    subject: str
    body: str
    attempts: int
    address: str


class Post:
    def __init__(self, db: Database) -> None:
        self._db = db

    def put(
        self,
        kind: str,
        account: int,
        *,
        key: str,
        now_ms: int,
        next_ms: int = 0,
        lines: tuple[Line, ...] = (),
        **values: object,
    ) -> int:
        """Make a notice for each way in which a reader wants to be told; return how many are new.

        None for a reader without an address, or without a person behind the account.
        """
        person = people.person(self._db, account)
        if person is None:
            return 0
        name = masked(person.name)
        subject, body = say(kind, person.language, lines, name=name, **values)
        made = 0
        for (channel,) in self._db.execute(_CHANNELS, (account,)).fetchall():
            about = (f"{key}:{channel}", account, kind, channel, person.language, subject, body)
            row = self._db.execute(_PUT, (*about, next_ms or now_ms, now_ms)).fetchone()
            made += row is not None
        return made

    def take(self, now_ms: int, channels: Collection[str] = CHANNELS) -> list[Letter]:
        """Take what is to be sent now; whoever takes it says `sent` or `failed` of each.

        What has waited for a day, and what nobody here can send, is dropped: no storm of old news
        follows when the mail server is back.
        """
        skip = " FOR UPDATE SKIP LOCKED" if self._db.kind == "postgresql" else ""
        numbers = self._db.execute(_WAITING + skip, (now_ms, BATCH_MAX)).fetchall()
        letters = []
        for number, made_ms, channel in numbers:
            row = self._db.execute(_TAKE, (now_ms + LEASE_MS, number)).fetchone()
            found = self._db.execute(_ADDRESS, (row[2], channel)).fetchone()
            if found and channel in channels and is_news(made_ms, now_ms):
                letters.append(Letter._make((*row, found[0])))
            else:
                self._db.execute(_DROP, (number,))
        return letters

    def sent(self, number: int, now_ms: int) -> None:
        self._db.execute(_SENT, (now_ms, number))

    def failed(self, letter: Letter, error: str, now_ms: int) -> None:
        """Try again later, longer each time; in the end give up and tell staff."""
        dead = letter.attempts >= ATTEMPTS_MAX
        later_ms = now_ms + BACK_OFF_MS * 2 ** (letter.attempts - 1)
        self._db.execute(_LATER, ("dead" if dead else "waiting", later_ms, error, letter.id))
        if dead:
            subject = Subject("notice", letter.key, account=letter.account)
            evidence: dict[str, object] = {"kind": letter.kind, "channel": letter.channel}
            Cases(self._db).open(subject, evidence | {"why": error}, now_ms)
