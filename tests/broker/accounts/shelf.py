"""A library as rows: one bookcase, three readers, eight copies, and loans without a machine."""

from zoneinfo import ZoneInfo

from bookcase_fw import sign
from broker.circulation import days
from broker.ledger.store import Database

DISTRICT_KEY = bytes(range(32))
ANNE, BO, CHILD = 1001, 1002, 1003
READERS = (
    # account, card, name, kind, language, blocked
    (ANNE, "SG00000001", "张小明", "adult", "zh", ""),
    (BO, "SG00000002", "Bo Larsen", "adult", "en", ""),
    (CHILD, "SG00000003", "李小红", "juvenile", "zh", "退证"),
)
DAY_MS = 86_400_000
START_MS = 1_795_000_000_000  # 2026-11-18 in Shanghai.
TODAY = 20261118
ZONE = ZoneInfo("Asia/Shanghai")


def day(time_ms: int) -> int:
    return days.of(time_ms, ZONE)


def pseudonym(card: str) -> str:
    return sign.pseudonym(DISTRICT_KEY, card)


def stock(db: Database) -> None:
    db.begin()
    db.execute("INSERT INTO site VALUES ('lib01', '馆', 'Library', 'library', 'district', 31, 121)")
    db.execute(
        "INSERT INTO title (id, title, author, year, language, audience, class) "
        "VALUES ('t1', '红楼梦', '曹雪芹', 0, 'zh', 'adult', 'I242.4')"
    )
    db.execute(
        "INSERT INTO device (id, name, kind, site, doors, capacity, key) "
        "VALUES (1, 'bc01', 'bookcase', 'lib01', 1, 12, ?)", (bytes(32),)
    )  # fmt: skip
    db.execute("INSERT INTO holder (kind, device, door) VALUES ('compartment', 1, 1)")
    (inside,) = db.execute("SELECT id FROM holder WHERE device = 1").fetchone()
    for account, card, name, kind, language, blocked in READERS:
        db.execute(
            "INSERT INTO patron (account, card, reader, name, kind, language, blocked) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (account, card, pseudonym(card), name, kind, language, blocked),
        )
    for number in range(1, 9):
        db.execute(
            "INSERT INTO copy (id, barcode, tag, title, home, placed, loaded_ms) "
            "VALUES (?, ?, ?, 't1', 'lib01', ?, 0)",
            (number, f"MH{number:08}", f"E280{number:020}", inside),
        )
    db.execute(
        "INSERT INTO stream (id, device, journal, number, chain, state) "
        "VALUES (1, 1, '5a17c0de', 0, '', 'open')"
    )
    db.commit()


def lend(
    db: Database,
    copy: int,
    account: int,
    *,
    out_ms: int,
    due: int,
    in_ms: int | None = None,
    state: str = "",
) -> int:
    """Write a loan as the fold would; return the fact that began it."""
    (number,) = db.execute("SELECT number + 1 FROM stream WHERE id = 1").fetchone()
    (cause,) = db.execute(
        "INSERT INTO inbox (stream, number, kind, boot, uptime_ms, wall_ms, quality, received_ms, "
        "before, chain) VALUES (1, ?, 'session', 1, 0, ?, 2, ?, '', '') RETURNING id",
        (number, out_ms, out_ms),
    ).fetchone()  # fmt: skip
    db.execute(
        "INSERT INTO loan (copy, account, cause, out_ms, due, in_ms, state, rule, over_limit) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, '1: loan', 0)",
        (copy, account, cause, out_ms, due, in_ms, state or ("returned" if in_ms else "open")),
    )
    return int(cause)


def bring_back(db: Database, cause: int, in_ms: int | None, state: str = "returned") -> None:
    """Let a loan end, or end at another time, or not have ended."""
    ended = state if in_ms else "open"
    values = (in_ms, ended, cause)
    db.execute("UPDATE loan SET in_ms = ?, state = ? WHERE cause = ?", values)
