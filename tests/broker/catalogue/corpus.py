"""A small catalogue whose order is known: titles with their loans."""

from broker.catalogue import rows
from broker.catalogue.index import Index
from broker.catalogue.search import Search
from broker.catalogue.work import Work
from broker.ledger.store import Database
from broker.library import copies

NOW_MS = 1_795_000_000_000

WORKS = (
    # title, author, year, times lent
    ("红楼梦", "曹雪芹", 2008, 3),
    ("红楼梦魇", "张爱玲", 2009, 9),
    ("红楼十二钗", "佚名", 2010, 1),
    ("大话红楼", "佚名", 2011, 20),
    ("梦里红楼一梦", "佚名", 2012, 0),
    ("楼梦红楼", "佚名", 2013, 0),
    ("重庆森林", "王家卫", 2000, 2),
    ("乐府诗集", "郭茂倩", 1979, 0),
    ("长恨歌", "王安忆", 2003, 5),
    ("三体", "刘慈欣", 2008, 8),
    ("三体", "另一人", 2020, 1),
    ("C语言程序设计", "谭浩强", 2017, 4),
    ("The Great Gatsby", "Fitzgerald, F. Scott", 1925, 2),
    ("Über allen Gipfeln", "Goethe", 1780, 0),
    ("活着", "余华", 2012, 7),
    ("许三观卖血记", "余华", 2011, 6),
    ("女性与绿色", "佚名", 2015, 0),
    ("一千零一夜", "佚名", 2001, 1),
)


def enter(db: Database) -> None:
    """Enter the works as w00, w01, …; each copy of a work was lent once and came back."""
    db.begin()
    (shelf,) = db.execute("SELECT id FROM holder WHERE site = 'lib01'").fetchone()
    cause = _fact(db)
    index = Index(db)
    for number, (title, author, year, lent) in enumerate(WORKS):
        work = Work(f"w{number:02}", title, (author,), year, "zh", subjects=("文学作品",))
        db.execute(
            "INSERT INTO title VALUES (?, ?, ?, ?, 'zh', 'adult', 'I2')",
            (work.id, title, author, year),
        )
        index.put(work)
        for copy in range(max(lent, 1)):
            barcode = f"B{number:02}{copy:02}"
            copies.enter(
                db,
                barcode=barcode,
                tag=f"E2{number:02}{copy:02}",
                title=work.id,
                home="lib01",
                placed=shelf,
                now_ms=NOW_MS,
            )
            if lent:
                _lend(db, barcode, cause)
    index.rank()
    db.commit()


def search(db: Database) -> Search:
    return Search(rows.of_database(db), db.kind)


def _fact(db: Database) -> int:
    """A loan follows from a record of a machine."""
    (stream,) = db.execute(
        "INSERT INTO stream (device, journal, number, chain, state)"
        " VALUES ((SELECT id FROM device), '0badcafe', 0, '', 'open') RETURNING id"
    ).fetchone()
    (cause,) = db.execute(
        "INSERT INTO inbox (stream, number, kind, boot, uptime_ms, wall_ms, quality, received_ms,"
        " before, chain, body) VALUES (?, 1, 'lent', 1, 0, 0, 0, 0, '', 'x', NULL) RETURNING id",
        (stream,),
    ).fetchone()
    return int(cause)


def _lend(db: Database, barcode: str, cause: int) -> None:
    db.execute(
        "INSERT INTO loan (copy, account, cause, out_ms, due, in_ms, state, rule, over_limit)"
        " SELECT id, 7, ?, 1, 20261231, 2, 'returned', '', 0 FROM copy WHERE barcode = ?",
        (cause, barcode),
    )
