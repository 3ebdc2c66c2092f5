"""The district's rules and calendar as they are built in, and a reader and copies to ask about."""

from pathlib import Path

from broker.circulation import calendar, rules
from broker.circulation.asked import Ask, Book, Reader
from broker.circulation.decide import Answer, decide
from broker.circulation.terms import Place

FOLDER = Path(rules.__file__).parent
RULES = rules.parse((FOLDER / "minhang.rules").read_text())
CALENDAR = calendar.parse((FOLDER / "minhang.calendar").read_text())
KIOSK = Place("lib01", "district", "kiosk")
STREET = Place("st01", "street", "kiosk")
BOOKCASE = Place("mall1", "district", "bookcase")
DESK = Place("lib01", "district", "desk")
APP = Place("", "city", "app")
ADULT = Reader("adult", "zh", "", "张小明")
CHILD = Reader("juvenile", "zh", "", "张小红")
BOOK = Book("A1", "MH00000001", "红楼梦", "曹雪芹", "I242.4", "adult")
PICTURES = Book("J1", "MH00000002", "好饿的毛毛虫", "艾瑞·卡尔", "I712.85", "juvenile")


def held(count: int, *, due: int = 20991231, book: Book = BOOK) -> tuple[Book, ...]:
    """Return open loans of the reader who asks."""
    return tuple(
        book._replace(tag=f"H{n}", due=due, lent=True, mine=True, place=KIOSK) for n in range(count)
    )


def ask(
    op: str,
    day: int,
    *books: Book,
    reader: Reader | None = ADULT,
    loans: tuple[Book, ...] = (),
    place: Place = KIOSK,
    by: rules.Rules = RULES,
    open_by: calendar.Calendar = CALENDAR,
    granted: tuple[Book, ...] = (),
) -> Answer:
    """Return what is answered on a day."""
    return decide(Ask(op, reader, loans, books, place, granted), by, open_by, day)


def whys(answer: Answer) -> list[object]:
    books = answer["books"]
    assert isinstance(books, list)
    return [book["why"] for book in books]
