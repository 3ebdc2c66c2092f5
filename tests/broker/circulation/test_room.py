"""How many more copies: limits in all, by kind, by guarantee, seen from different places."""

from hypothesis import given
from hypothesis import strategies as st

from broker.circulation import rules
from broker.circulation.asked import Book
from broker.circulation.room import Room
from broker.circulation.terms import Place
from tests.broker.circulation.minhang import (
    ADULT,
    BOOK,
    BOOKCASE,
    CHILD,
    KIOSK,
    PICTURES,
    STREET,
    ask,
    held,
    whys,
)

DISC = PICTURES._replace(tag="D1", barcode="MH9", type="disc")
SUB = rules.parse(
    """limit adult of juvenile 2
    limit any of disc 1
    limit juvenile of adult 0
    limit juvenile 5
    limit any by bookcase 4
    limit any 6
    loan any any -> 28 days"""
)
GUARANTEED = rules.parse(
    "limit any with none 0\nlimit any with credit 3\nlimit any 6\nloan any any -> 28 days"
)
DAY = 20260101


def others(*books: Book) -> tuple[Book, ...]:
    return tuple(book._replace(tag=f"N{n}") for n, book in enumerate(books))


def test_rules_an_adult_card_borrows_so_many_childrens_books_and_no_more() -> None:
    answer = ask("lend", DAY, *others(PICTURES, PICTURES, PICTURES, BOOK), by=SUB)

    assert whys(answer) == ["", "", "limit_of_kind", ""]
    books = answer["books"]
    assert isinstance(books, list)
    assert books[2]["line"] == "1: limit adult of juvenile 2"


def test_rules_a_child_borrows_no_book_for_adults_where_the_rules_say_so() -> None:
    answer = ask("lend", DAY, *others(BOOK, PICTURES), by=SUB, reader=CHILD)

    assert whys(answer) == ["limit_of_kind", ""]


def test_what_is_left_knows_the_limits_of_a_kind() -> None:
    """A child may have no book for adults, so five picture books are all that is left."""
    both_short = rules.parse("limit any of adult 1\nlimit any of juvenile 2\nlimit any 9")

    assert ask("open", DAY, by=SUB, reader=CHILD)["left"] == 5
    assert ask("open", DAY, by=both_short)["left"] == 3
    assert ask("open", DAY, by=both_short, loans=held(1))["left"] == 2


def test_a_type_of_copy_has_a_limit_of_its_own() -> None:
    assert whys(ask("lend", DAY, *others(DISC, DISC), by=SUB, reader=CHILD)) == [
        "",
        "limit_of_kind",
    ]


def test_rules_a_bookcase_may_have_a_limit_of_its_own_against_the_whole_card() -> None:
    lefts = [ask("open", DAY, by=SUB, loans=held(3), place=at)["left"] for at in (BOOKCASE, KIOSK)]

    assert lefts == [1, 3]


def test_rules_twelve_out_a_district_machine_lends_three_more_and_a_street_machine_none() -> None:
    lefts = [ask("open", 20201112, loans=held(12), place=at)["left"] for at in (KIOSK, STREET)]

    assert lefts == [3, 0]


def test_a_card_without_a_deposit_or_credit_is_told_so() -> None:
    opened = ask("open", DAY, by=GUARANTEED)
    lent = ask("lend", DAY, BOOK, by=GUARANTEED)

    assert (opened["ok"], opened["why"], opened["left"]) == (True, "no_guarantee", 0)
    assert whys(lent) == ["no_guarantee"]


def test_a_limit_may_hang_on_the_guarantee() -> None:
    lefts = [
        ask("open", DAY, by=GUARANTEED, reader=ADULT._replace(guarantee=kind))["left"]
        for kind in ("credit", "deposit")
    ]

    assert lefts == [3, 6]


def test_what_was_granted_and_not_told_yet_counts_as_taken() -> None:
    granted = held(2, book=BOOK._replace(granted=True))

    answer = ask("lend", DAY, *others(BOOK, BOOK), by=SUB, loans=held(3), granted=granted)

    assert whys(answer) == ["", "limit"]


def test_the_same_question_asked_twice_is_answered_alike() -> None:
    """OCLC and others lend twice: a copy that was granted is not counted a second time."""
    book = BOOK._replace(granted=True)

    answer = ask("lend", DAY, book, by=SUB, loans=held(5), granted=(book,))

    assert whys(answer) == [""]


COPIES = st.lists(st.sampled_from([BOOK, PICTURES, DISC]), max_size=12)


@given(loans=COPIES, asked=COPIES, reader=st.sampled_from([ADULT, CHILD]))
def test_no_limit_is_ever_passed_by_what_is_granted(
    loans: list[Book], asked: list[Book], reader: object
) -> None:
    room = Room(SUB, DAY, reader, Place("lib01", "district", "kiosk"))  # type: ignore[arg-type]
    room.take(loans)
    before = room.left
    granted = []
    for book in asked:
        if not room.refusal(book)[0]:
            room.take([book])
            granted.append(book)

    everything = [*loans, *granted]
    assert len(granted) <= before
    most = 5 if reader is CHILD else 6
    assert not granted or len(everything) <= most
    for kind, limit in (("juvenile", 2 if reader is ADULT else most), ("disc", 1)):
        new = [book for book in granted if kind in (book.audience, book.type)]
        have = [book for book in everything if kind in (book.audience, book.type)]
        # A disc is also a children's copy here; its own line comes second for adults.
        assert not new or len(have) <= limit or (kind == "disc" and reader is ADULT)
