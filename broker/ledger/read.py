"""What the ledger holds, read as records: one query and its shape for each question."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import Engine, text

from broker.ledger import queries, views, words

T = TypeVar("T")
ID_MAX = 2**62
Row = Any  # A row of a query; its columns are in queries.py.


class Reader:
    """Answers questions about the ledger; any thread may ask."""

    def __init__(self, engine: Engine, *, names_readers: bool = True) -> None:
        self._engine = engine
        self._names_readers = names_readers

    def nameless(self) -> "Reader":
        """Return one that answers the same and names no reader: cards and evidence are empty."""
        return Reader(self._engine, names_readers=False)

    @property
    def engine(self) -> Engine:
        return self._engine

    def machines(self) -> list[views.Machine]:
        counts = self._rows(queries.COUNTS)
        return [_machine(row, counts) for row in self._rows(queries.MACHINES)]

    def machine(self, device: str) -> views.Machine | None:
        counts = self._rows(queries.COUNTS_OF_MACHINE, device=device)
        found = self._rows(queries.MACHINE, device=device)
        return _only([_machine(row, counts) for row in found])

    def inside(self, device: str) -> list[views.Inside]:
        """Return what is in a machine, by door and class."""
        return [
            views.Inside(r.barcode, r.tag, r.title, r.author, r.door, r.since_ms)
            for r in self._rows(queries.INSIDE_MACHINE, device=device)
        ]

    def books(self, device: str = "") -> list[views.Book]:
        """Return what is in a machine, or in all, as a page draws it; by door and class."""
        query = queries.INSIDE_MACHINE if device else queries.INSIDE
        return [
            views.Book(r.device, r.door, r.barcode, r.title, r.author, getattr(r, "class"))
            for r in self._rows(query, device=device)
        ]

    def movements(self, limit: int, before: int = 0) -> list[views.Movement]:
        """Return the newest movements with an id below `before`, or the newest when it is 0."""
        found = self._rows(queries.MOVEMENTS, limit=limit, before=before or ID_MAX)
        return _movements(found)

    def movements_after(self, after: int, limit: int) -> list[views.Movement]:
        """Return the oldest movements with an id above `after`, oldest first."""
        return _movements(self._rows(queries.MOVEMENTS_AFTER, after=after, limit=limit))

    def movement(self, number: int) -> views.Movement | None:
        return _only(_movements(self._rows(queries.MOVEMENT, id=number)))

    def news(self, limit: int, device: str = "") -> list[views.News]:
        """Return the newest movements that a machine saw, or all did, as a page tells them."""
        query = queries.NEWS_OF_MACHINE if device else queries.NEWS
        found = self._rows(query, limit=limit, device=device)
        return [views.News(r.id, r.at_ms, r.recorded_ms, r.kind, _moved(r)) for r in found]

    def life(self, barcode: str) -> list[views.News]:
        """Return all movements of a copy for a page, newest first."""
        found = self._rows(queries.MOVEMENTS_OF_COPY, barcode=barcode)
        return [views.News(r.id, r.at_ms, r.recorded_ms, r.kind, _moved(r)) for r in found]

    def cases(self, state: str) -> list[views.Case]:
        query = queries.OPEN_CASES if state == "open" else queries.CLOSED_CASES
        return [_case(row) for row in self._rows(query)]

    def case(self, number: int) -> views.Case | None:
        return _only([_case(row) for row in self._rows(queries.CASE, id=number)])

    def doubts(self, state: str) -> list[views.DoubtShown]:
        """Return the same cases as `cases`, as a page tells them."""
        query = queries.OPEN_CASES if state == "open" else queries.CLOSED_CASES
        return [views.DoubtShown(_case(row), _doubt(row)) for row in self._rows(query)]

    def doubt(self, number: int) -> views.DoubtShown | None:
        """Return one case, as a page tells it."""
        rows = self._rows(queries.CASE, id=number)
        return _only([views.DoubtShown(_case(row), _doubt(row)) for row in rows])

    def copy(self, barcode: str) -> views.Copy | None:
        row = _only(self._rows(queries.CUSTODY_OF_COPY, barcode=barcode))
        if row is None:
            return None
        loan = views.OpenLoan(row.loan, row.loan_card or "", row.out_ms, row.due)
        return views.Copy(
            barcode=row.barcode,
            tag=row.tag,
            title=row.title,
            author=row.author,
            class_number=getattr(row, "class"),
            holder=_holder(row),
            loan=loan if row.loan else None,
            movements=_movements(self._rows(queries.MOVEMENTS_OF_COPY, barcode=barcode)),
        )

    def where(self, barcode: str) -> words.Place:
        """Return the holder of a copy that exists, as people speak of it."""
        return _place(self._rows(queries.CUSTODY_OF_COPY, barcode=barcode)[0], "holder")

    def reader(self, card: str) -> views.ReaderAccount | None:
        patron = _only(self._rows(queries.PATRON, card=card))
        if patron is None or not self._names_readers:
            return None
        loans = [
            views.ReaderLoan(r.barcode, r.tag, r.title, r.out_ms, r.due, bool(r.over_limit))
            for r in self._rows(queries.LOANS, card=card)
        ]
        history = _movements(self._rows(queries.MOVEMENTS_OF_CARD, card=card))
        return views.ReaderAccount(patron.card, words.masked_name(patron.name), loans, history)

    def custody(self) -> views.Ledger:
        found = self._rows(queries.CUSTODY)
        return views.Ledger(
            [views.Custody(r.barcode, r.tag, _holder(r), r.loan_card or "") for r in found]
        )

    def streams(self) -> list[views.Stream]:
        return [views.Stream(*row) for row in self._rows(queries.STREAMS)]

    def counters(self) -> views.Counters:
        total: Counter[str] = Counter()
        refused: dict[str, int] = {}
        for kind, reason, value in self._rows(queries.COUNTERS):
            total[kind] += value
            if kind == "refused":
                refused[reason] = value
        return views.Counters(refused, total["quarantined"], total["duplicates"], total["facts"])

    def totals(self, since_ms: int) -> views.Totals:
        """Return open loans, loans since a time that were not void, and open cases."""
        return views.Totals(*self._rows(queries.TOTALS, since_ms=since_ms)[0])

    def find(self, word: str, limit: int) -> list[views.Book]:
        """Return copies by barcode, tag, or a piece of title or author."""
        like = "%" + word.replace("%", "").replace("_", "") + "%"
        found = self._rows(queries.FIND_COPIES, word=word, like=like, limit=limit)
        return [views.Book("", 0, r.barcode, r.title, r.author, r[3]) for r in found]

    def _rows(self, query: str, **values: object) -> Sequence[Row]:
        with self._engine.connect() as connection:
            found = connection.execute(text(query), values).all()
        return found if self._names_readers else [_Nameless(row) for row in found]


class _Nameless(tuple[Any, ...]):
    """A row without what is of a reader; its columns have the names that they had."""

    _fields: tuple[str, ...]

    def __new__(cls, row: Any) -> "_Nameless":
        hidden = {name for name in row._fields if name.endswith("card") or name == "evidence"}
        values = zip(row._fields, row, strict=True)
        made = super().__new__(cls, (None if name in hidden else value for name, value in values))
        made._fields = row._fields
        return made

    def __getattr__(self, name: str) -> Any:
        try:
            return self[self._fields.index(name)]
        except ValueError:
            raise AttributeError(name) from None


def _only(found: Sequence[T]) -> T | None:
    return found[0] if found else None


def _machine(row: Row, counts: Sequence[Row]) -> views.Machine:
    inside = {count.door: count.copies for count in counts if count.device == row.device}
    said = {door["door"]: door for door in json.loads(row.stock or "[]")}
    doors = [
        views.Door(
            door=number,
            open=bool(said.get(number, {}).get("open", False)),
            count=inside.get(number, 0),
            capacity=row.capacity,
        )
        for number in range(1, row.doors + 1)
    ]
    return views.Machine(
        device=row.device,
        kind=row.kind,
        role=row.role,
        site=views.Site(row.site, row.name_zh, row.name_en, row.site_kind, row.lat, row.lon),
        online=bool(row.online),
        served=bool(row.online and row.served and row.served == row.session),
        installed=row.heard_ms is not None,
        last_heard_ms=row.heard_ms or 0,
        firmware=row.firmware or "",
        lends=bool(row.lends),
        faults=json.loads(row.faults or "[]"),
        unacked=row.unacked or 0,
        fill=row.fill or 0,
        policy=row.policy or 0,
        doors=doors,
        copies=sum(door.count for door in doors),
    )


def _movements(rows: Sequence[Row]) -> list[views.Movement]:
    return [_movement(row) for row in rows]


def _movement(row: Row) -> views.Movement:
    moved = _moved(row)
    return views.Movement(
        id=row.id,
        at_ms=row.at_ms,
        recorded_ms=row.recorded_ms,
        barcode=row.barcode,
        title=row.title,
        words_zh=words.plain(words.movement(moved, "zh")),
        words_en=words.plain(words.movement(moved, "en")),
        kind=row.kind,
        device=row.machine or "",
        door=row.target_door or row.source_door or 0,
        card=words.masked(moved.target.card or moved.source.card),
    )


def _moved(row: Row) -> words.Moved:
    machine = words.Place("kiosk", row.machine, 0, row.machine_zh, row.machine_en)
    return words.Moved(
        kind=row.kind,
        barcode=row.barcode,
        title=row.title,
        source=_place(row, "source"),
        target=_place(row, "target"),
        machine=machine if row.machine else words.Place(""),
        due=row.due or 0,
        over_limit=bool(row.over_limit),
        undone=row.undone or "",
    )


def _place(row: Row, role: str) -> words.Place:
    names = ("kind", "device", "door", "name_zh", "name_en", "card")
    kind, device, door, name_zh, name_en, card = (getattr(row, f"{role}_{n}") for n in names)
    return words.Place(kind, device or "", door or 0, name_zh or "", name_en or "", card or "")


def _holder(row: Row) -> views.Holder:
    place = _place(row, "holder")
    return views.Holder(place.kind, place.device, place.door, row.holder_site or "", place.card)


def _case(row: Row) -> views.Case:
    doubt = _doubt(row)
    return views.Case(
        id=row.id,
        kind=row.kind,
        words_zh=words.plain(words.case(doubt, "zh")),
        words_en=words.plain(words.case(doubt, "en")),
        device=row.device or "",
        barcode=row.barcode or "",
        title=row.title or "",
        opened_ms=row.opened_ms,
        closed_ms=row.closed_ms or 0,
        evidence=json.loads(row.evidence or "{}"),
    )


def _doubt(row: Row) -> words.Doubt:
    machine = words.Place("kiosk", row.device, 0, row.name_zh, row.name_en)
    return words.Doubt(
        kind=row.kind,
        barcode=row.barcode or "",
        title=row.title or "",
        machine=machine if row.device else words.Place(""),
        card=row.card or "",
    )
