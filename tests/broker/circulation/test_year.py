"""One reader through a year of loans, renewals and closures: what always holds.  Pure."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from broker.circulation import calendar, days, late, rules
from broker.circulation.asked import Book
from broker.circulation.decide import Answer
from tests.broker.circulation.minhang import ADULT, BOOK, KIOSK, PICTURES, STREET, ask

RULES = rules.parse(
    """refuse owing over 500 fen
    refuse overdue over 2 copies
    limit any of juvenile 2
    limit any at street 3
    limit any 5
    loan juvenile any -> 14 days
    loan any any -> 28 days
    renew any any -> 2 times of 14 days
    fine any any -> 20 fen a day after 1 day up to 300 fen"""
)
FIRST_DAY = 20200101
SHELF = [
    kind._replace(tag=f"{kind.tag}{number}", barcode=f"B{number}")
    for number, kind in enumerate([BOOK, PICTURES] * 5)
]


class Year(RuleBasedStateMachine):
    """Closures are announced as time goes by, some of them for days that have passed."""

    def __init__(self) -> None:
        super().__init__()
        self.today = FIRST_DAY
        self.lines: list[calendar.Line] = []
        self.loans: dict[str, Book] = {}
        self.shown: dict[str, int] = {}
        self.reckoned: list[tuple[late.Loan, int, int]] = []  # A loan, its return, what it cost.

    @property
    def calendar(self) -> calendar.Calendar:
        return calendar.Calendar(tuple(reversed(self.lines)))

    @initialize()
    def begin(self) -> None:
        self.owed = 0

    @rule(count=st.sampled_from((1, 3, 10, 30)))
    def days_go_by(self, count: int) -> None:
        self.today = days.plus(self.today, count)

    @rule(
        services=st.sampled_from((("return",), ("lend",), ("lend", "return", "renew"))),
        begins=st.integers(-20, 30),
        length=st.integers(0, 40),
    )
    def a_closure_is_declared(self, services: tuple[str, ...], begins: int, length: int) -> None:
        first = days.plus(self.today, begins)
        line = calendar.Line(
            "closed",
            services,
            first_day=first,
            last_day=days.plus(first, length),
            declared=self.today,
            version=len(self.lines) + 2,
        )
        self.lines.append(line)

    @rule(copies=st.lists(st.sampled_from(SHELF), max_size=4, unique=True), street=st.booleans())
    def the_reader_borrows(self, copies: list[Book], street: bool) -> None:
        place = STREET if street else KIOSK
        wanted = [self.loans.get(copy.tag, copy) for copy in copies]
        before = len(self.loans)
        answer = self._ask("lend", *wanted, place=place)
        for book in self._yes(answer):
            copy = next(copy for copy in wanted if copy.tag == book["tag"])
            if copy.mine:
                continue
            due = book["due"]
            assert isinstance(due, int) and due > self.today
            assert str(book["line"]).startswith(("6: ", "7: "))
            assert self.calendar.open_on("lend", copy.audience, place, self.today)
            assert self.calendar.open_on("return", copy.audience, place, due)
            self.loans[copy.tag] = copy._replace(
                due=due, lent=True, mine=True, patron="adult", place=place
            )
            self.shown[copy.tag] = due
        taken = len(self.loans) - before
        assert not taken or len(self.loans) <= (3 if street else 5)
        assert not taken or (not answer.get("why") and self.owed <= 500)

    @precondition(lambda self: self.loans)
    @rule()
    def the_reader_renews_everything(self) -> None:
        for book in self._yes(self._ask("renew")):
            loan = self.loans[str(book["tag"])]
            due = book["due"]
            assert isinstance(due, int) and due > loan.due >= 0
            assert loan.renewals < 2
            assert self.calendar.open_on("return", loan.audience, loan.place, due)
            self.loans[loan.tag] = loan._replace(due=due, renewals=loan.renewals + 1)
            self.shown[loan.tag] = due

    @precondition(lambda self: self.loans)
    @rule(which=st.integers(0, 9))
    def a_copy_is_brought_back(self, which: int) -> None:
        loan = self.loans.pop(sorted(self.loans)[which % len(self.loans)])
        (book,) = self._yes(self._ask("return", loan))
        about = late.Loan(loan.due, loan.audience, patron="adult", place=loan.place)
        found = late.fine(about, self.today, RULES, self.calendar)
        assert (book["fen"], book["overdue_days"]) == (found.fen, found.days)
        assert found.fen <= 300
        assert found.fen == 0 or self.today > loan.due
        assert found.fen == 0 or found.lines[0].startswith("9: ")
        self.owed += found.fen
        self.reckoned.append((about, self.today, found.fen))

    @rule()
    def the_reader_pays(self) -> None:
        self.owed = 0

    @invariant()
    def a_day_that_was_shown_stands(self) -> None:
        for tag, loan in self.loans.items():
            assert loan.due == self.shown[tag]

    @invariant()
    def what_was_declared_since_never_makes_a_return_dearer(self) -> None:
        for loan, in_day, fen in self.reckoned:
            now = late.fine(loan, in_day, RULES, self.calendar)
            then = late.fine(loan, in_day, RULES, self.calendar.as_of(in_day))
            assert now.fen <= fen
            assert now.fen <= then.fen

    @invariant()
    def the_door_says_what_the_tray_would(self) -> None:
        """Nothing is left exactly when no copy for adults and none for children would be lent."""
        opened = self._ask("open")
        free = [copy for copy in SHELF if copy.tag not in self.loans]
        lent = [book for copy in free for book in self._yes(self._ask("lend", copy))]
        assert bool(opened.get("left")) == bool(lent)
        assert bool(opened.get("why")) == (not lent)

    def _ask(self, op: str, *books: Book, place: object = KIOSK) -> Answer:
        return ask(
            op,
            self.today,
            *books,
            reader=ADULT._replace(owed_fen=self.owed),
            loans=tuple(self.loans[tag] for tag in sorted(self.loans)),
            place=place,  # type: ignore[arg-type]
            by=RULES,
            open_by=self.calendar,
        )

    def _yes(self, answer: Answer) -> list[dict[str, object]]:
        books = answer.get("books", [])
        assert isinstance(books, list)
        return [book for book in books if book["ok"]]


def test_a_year_keeps_its_promises() -> None:
    quiet = settings(
        deadline=None,
        derandomize=True,
        database=None,
        max_examples=80,
        stateful_step_count=40,
        suppress_health_check=list(HealthCheck),
    )

    run_state_machine_as_test(Year, settings=quiet)
