"""The oracle: a true ledger passes, and each planted lie is found under the rule that it breaks."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from hw_sim.ledger import Service
from hw_sim.oracle import Oracle, Report
from hw_sim.world.truth import World
from tests.hw_sim.small import ANN, BEN, SHELVED, barcode, borrow, small_world, tag
from tests.hw_sim.told_ledger import NOBODY, TOKEN, ToldLedger, serve

ONE, TWO, FIVE = barcode(1), barcode(2), barcode(5)


class Court(NamedTuple):
    world: World
    ledger: ToldLedger
    oracle: Oracle
    lasts: dict[str, int]
    polls: list[Callable[[], None]]  # What happens at each wait of the oracle.


@pytest.fixture
def court() -> Iterator[Court]:
    world = small_world()
    ledger, lasts = ToldLedger(world), {"bc01": 4}
    server = serve(ledger)
    polls: list[Callable[[], None]] = []

    async def sleep(_seconds: float) -> None:
        if polls:
            polls.pop(0)()

    service = Service(f"http://127.0.0.1:{server.server_port}", TOKEN)
    oracle = Oracle(world, service, ["bc01", "bc02"], lambda: lasts, sleep)
    yield Court(world, ledger, oracle, lasts, polls)
    server.shutdown()
    server.server_close()


def rules(report: Report) -> list[tuple[str, str]]:
    return [(finding.rule, finding.barcode) for finding in report.violations]


async def test_an_honest_ledger_agrees_with_the_world(court: Court) -> None:
    borrow(court.world, ANN, 1)
    borrow(court.world, BEN, 5, device="bc02")
    court.world.open_door("bc01", 1, forced=True)
    court.world.take("bc01", 1, TWO)
    court.ledger.lend(ONE, ANN)
    court.ledger.lend(FIVE, BEN)
    court.ledger.place(TWO, kind="unknown")
    court.ledger.open_case(TWO)

    report = await court.oracle.check()

    assert report == Report([], [], {})
    assert str(report) == "the ledger agrees with the world"


def lend_to_another(court: Court) -> None:
    court.ledger.lend(ONE, BEN)


def lend_what_is_inside(court: Court) -> None:
    court.ledger.lend(ONE, ANN)
    court.ledger.lend(TWO, ANN)


def lend_by_a_forced_door(court: Court) -> None:
    court.ledger.lend(ONE, ANN)
    court.world.come("bc01", ANN)
    court.world.open_door("bc01", 1, forced=True)
    court.world.take("bc01", 1, TWO)
    court.world.go("bc01")
    court.ledger.lend(TWO, ANN)


def keep_inside_what_was_taken(_court: Court) -> None:
    pass


def lose_what_was_taken(court: Court) -> None:
    court.ledger.place(ONE, kind="unknown")


def take_by_a_stranger_without_a_case(court: Court) -> None:
    court.ledger.lend(ONE, ANN)
    court.world.open_door("bc02", 1, forced=True)
    court.world.take("bc02", 1, FIVE)
    court.ledger.place(FIVE, kind="unknown")


def forget_a_return(court: Court) -> None:
    court.ledger.lend(ONE, ANN)
    court.world.open_door("bc02", 1)
    court.world.put("bc02", 1, ONE)


def misplace_a_return(court: Court) -> None:
    court.world.open_door("bc02", 1)
    court.world.put("bc02", 1, ONE)


def lend_twice(court: Court) -> None:
    court.ledger.lend(ONE, ANN)
    court.ledger.accounts[ANN].append(ONE)


def lend_to_two(court: Court) -> None:
    court.ledger.lend(ONE, ANN)
    borrow(court.world, BEN, 2)
    court.ledger.lend(TWO, BEN)
    court.ledger.accounts[BEN].append(ONE)


def lend_without_the_account(court: Court) -> None:
    court.ledger.lend(ONE, ANN)
    court.ledger.accounts[ANN].clear()


def hold_in_two_places(court: Court) -> None:
    court.ledger.lend(ONE, ANN)
    court.ledger.custody.append(court.ledger.row(ONE))


def lend_and_hold(court: Court) -> None:
    court.ledger.lend(ONE, ANN)
    court.ledger.row(ONE)["holder"] = {"kind": "compartment", "device": "bc01", "door": 1}


def forget_a_copy(court: Court) -> None:
    court.ledger.lend(ONE, ANN)
    court.ledger.custody.remove(court.ledger.row(TWO))


def swap_doors(court: Court) -> None:
    court.ledger.lend(ONE, ANN)
    court.ledger.place(FIVE, kind="compartment", device="bc02", door=2)


def lend_from_the_shelf(court: Court) -> None:
    court.ledger.lend(ONE, ANN)
    court.ledger.lend(SHELVED, BEN)


def move_what_stood_on_the_shelf(court: Court) -> None:
    court.ledger.lend(ONE, ANN)
    court.ledger.place(SHELVED, kind="shelf", site="lib09")


def break_a_promise_to_lend(court: Court) -> None:
    court.ledger.lend(ONE, ANN)
    court.world.pick(SHELVED, BEN)
    court.world.lay("kx01", SHELVED)
    court.world.tell(SHELVED, BEN)
    court.world.lift("kx01", SHELVED, BEN)


def break_a_promise_of_return(court: Court) -> None:
    court.ledger.lend(ONE, ANN)
    court.world.lay("kx01", ONE)
    court.world.tell(ONE, "")


# Ann has taken copy 1 out of bc01/1 before each lie is planted.
LIES = (
    (lend_to_another, [("R1", ONE)]),
    (lend_what_is_inside, [("R1", TWO)]),
    (lend_by_a_forced_door, [("R1", TWO)]),
    (keep_inside_what_was_taken, [("R2", ONE)]),
    (lose_what_was_taken, [("R2", ONE)]),
    (take_by_a_stranger_without_a_case, [("R2", FIVE)]),
    (forget_a_return, [("Q2", ONE)]),
    (misplace_a_return, [("Q1", ONE)]),
    (lend_twice, [("S3", ONE)]),
    (lend_to_two, [("S3", ONE)]),
    (lend_without_the_account, [("S3", ONE)]),
    (hold_in_two_places, [("S3", ONE)]),
    (lend_and_hold, [("Q1", ONE)]),
    (forget_a_copy, [("Q1", TWO)]),
    (swap_doors, [("Q1", FIVE)]),
    (lend_from_the_shelf, [("R1", SHELVED)]),
    (move_what_stood_on_the_shelf, [("Q1", SHELVED)]),
    (break_a_promise_to_lend, [("Q2", SHELVED)]),
    (break_a_promise_of_return, [("Q2", ONE)]),
)


@pytest.mark.parametrize(("plant", "expected"), LIES)
async def test_each_planted_lie_is_found(
    court: Court, plant: Callable[[Court], None], expected: list[tuple[str, str]]
) -> None:
    borrow(court.world, ANN, 1)
    plant(court)

    assert rules(await court.oracle.check()) == expected


def go_offline(court: Court) -> None:
    court.ledger.machines["bc02"]["online"] = False


def keep_records_back(court: Court) -> None:
    court.ledger.machines["bc02"]["unacked"] = 2


def be_unknown(court: Court) -> None:
    del court.ledger.machines["bc02"]


def be_set_aside(court: Court) -> None:
    court.ledger.streams[1]["state"] = "quarantined"


def commit_too_little(court: Court) -> None:
    court.lasts["bc01"] = 5


@pytest.mark.parametrize(
    ("plant", "sentence"),
    [
        (go_offline, "bc02 is not online"),
        (keep_records_back, "bc02 has 2 records to tell"),
        (be_unknown, "bc02 is not online"),
        (be_set_aside, "bc02: journal 0000abcd is set aside"),
        (commit_too_little, "bc01 wrote record 5; 4 is committed"),
    ],
)
async def test_a_journal_that_is_not_drained_is_found(
    court: Court, plant: Callable[[Court], None], sentence: str
) -> None:
    plant(court)

    assert [str(finding) for finding in (await court.oracle.check()).violations] == [
        f"Q3 {sentence}"
    ]


async def test_a_case_makes_a_missed_loan_a_doubt_but_never_a_wrong_charge(court: Court) -> None:
    borrow(court.world, ANN, 1)
    borrow(court.world, ANN, 5, device="bc02")
    court.ledger.lend(FIVE, BEN)
    court.ledger.open_case(ONE)
    court.ledger.open_case(FIVE)

    report = await court.oracle.check()

    assert rules(report) == [("R1", FIVE)]
    assert [(doubt.rule, doubt.barcode) for doubt in report.doubts] == [("R2", ONE)]


async def test_what_no_antenna_can_know_is_a_doubt(court: Court) -> None:
    court.world.open_door("bc01", 1)
    court.world.kill(ONE)
    court.world.put_foreign("bc01", 1, tag(2))
    court.ledger.place(ONE, kind="unknown")
    court.ledger.place(TWO, kind="compartment", device="bc02", door=1)

    report = await court.oracle.check()

    assert report.violations == []
    assert [doubt.barcode for doubt in report.doubts] == [ONE, TWO]


async def test_hands_with_a_card_that_nobody_knows_need_a_case(court: Court) -> None:
    borrow(court.world, NOBODY, 1)
    court.ledger.place(ONE, kind="unknown")
    assert rules(await court.oracle.check()) == [("R2", ONE)]

    court.ledger.open_case(ONE)
    assert (await court.oracle.check()).violations == []


@pytest.mark.parametrize("lent", [True, False])
async def test_after_a_rebound_the_reader_or_nobody_may_be_charged(
    court: Court, lent: bool
) -> None:
    court.world.come("bc01", ANN)
    court.world.open_door("bc01", 1)
    court.world.shut_door("bc01", 1)
    court.world.spring_open("bc01", 1)
    court.world.take("bc01", 1, ONE)
    court.ledger.open_case(ONE)
    court.ledger.place(ONE, kind="unknown")
    for card in [ANN] * lent:
        court.ledger.lend(ONE, card)

    assert await court.oracle.check() == Report([], [], {})


async def test_a_violation_is_told_as_the_story_of_its_copy(court: Court) -> None:
    borrow(court.world, ANN, 1)
    court.ledger.lend(ONE, BEN)
    at_ms = court.world.story(ONE)[0].at_ms + 40
    words = "Ben took it home"
    court.ledger.movements.append({"barcode": ONE, "at_ms": at_ms, "words_en": words})

    assert str(await court.oracle.check()).splitlines() == [
        f"R1 {ONE} is in the hands of {ANN}; ledger: the reader {BEN}, on loan to {BEN}",
        f"    22:13:20.000  world   door bc01/1 was opened by {ANN}",
        f"    22:13:21.000  world   {ANN} took it from bc01/1",
        f"    22:13:21.040  ledger  {words}",
        "    22:13:22.000  world   door bc01/1 was shut",
    ]


async def test_settling_waits_until_the_ledger_has_caught_up(court: Court) -> None:
    borrow(court.world, ANN, 1)
    court.ledger.away = True

    def come_back() -> None:
        court.ledger.away = False

    def catch_up() -> None:
        court.ledger.lend(ONE, ANN)

    def write_more() -> None:
        court.ledger.streams[1]["number"] += 1

    def wait() -> None:
        pass

    court.polls.extend((come_back, catch_up, write_more, wait))

    assert (await court.oracle.settle(timeout_s=3600)).violations == []
    assert court.polls == []


async def test_settling_ends_with_what_is_still_wrong(court: Court) -> None:
    borrow(court.world, ANN, 1)
    assert rules(await court.oracle.settle(timeout_s=0)) == [("R2", ONE)]

    court.ledger.away = True
    report = await court.oracle.settle(timeout_s=0)
    assert "the service is away" in str(report)
