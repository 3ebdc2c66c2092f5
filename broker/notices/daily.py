"""A day's courtesy and overdue notices, made once from the open loans of the ledger."""

from zoneinfo import ZoneInfo

from broker.circulation import days
from broker.ledger.store import Database
from broker.notices import schedule
from broker.notices.post import Post
from broker.notices.texts import day as written

_MADE = "SELECT 1 FROM notice_day WHERE day = ?"
_NOTE = "INSERT INTO notice_day (day, made_ms) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING day"
_LOANS = """SELECT loan.account, title.title, loan.due FROM loan
JOIN copy ON copy.id = loan.copy JOIN title ON title.id = copy.title
WHERE loan.in_ms IS NULL AND loan.due BETWEEN ? AND ? ORDER BY loan.account, loan.due, loan.id"""


def make(db: Database, now_ms: int, zone: ZoneInfo) -> int:
    """Make today's notices unless that was done; return how many.  In the caller's transaction."""
    today = days.of(now_ms, zone)
    if db.execute(_MADE, (today,)).fetchone():
        return 0
    if not db.execute(_NOTE, (today, now_ms)).fetchone():
        return 0
    rows = db.execute(_LOANS, schedule.span_of(today)).fetchall()
    post, next_ms = Post(db), schedule.not_before(now_ms, zone, urgent=False)
    return sum(
        post.put(
            found.kind,
            found.account,
            key=found.key,
            now_ms=now_ms,
            next_ms=next_ms,
            lines=found.lines,
            day=written(found.day),
            late=found.late,
        )
        for found in schedule.due((schedule.OpenLoan(*row) for row in rows), today)
    )
