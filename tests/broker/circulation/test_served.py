"""Rules and calendar in the running service: due days, the machines' policy, a day that changes."""

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bookcase_fw import wire
from broker.accounts.blocks import Blocks
from broker.circulation import calendar, days, rules
from broker.circulation.text import RuleError
from broker.config import Config
from broker.exchange import Exchange
from broker.fleet.policy import Policy
from broker.fleet.registry import Registry
from broker.law import Law, in_force, of_files
from tests.broker.desk import MINUTE_MS, READERS, START_MS, TAGS, Desk, Machine, day

ANN, BEN, _BLOCKED = READERS
TODAY = day(START_MS)
DAY_MS = 86_400_000


def serve(desk: Desk, *, by: str, open_by: str = "") -> None:
    """Let the desk's service decide by these texts from now on."""
    law = Law(rules.parse(by), calendar.parse(open_by), 1, day)
    desk.exchange = Exchange(desk.db, Registry(desk.db), law)


def said(desk: Desk, machine: Machine, name: str, at_ms: int, **fields: object) -> list[str]:
    """Say something; return the names of what is said to any machine."""
    payload = machine.hello() if name == "hello" else wire.encode(name, fields)
    return [word for word, _body in desk.hear(machine.says(name, payload, at_ms))]


def policies(desk: Desk) -> list[dict[str, object]]:
    """Return what each revision's policy said, the oldest first."""
    names = Policy._fields[1:]
    rows = desk.rows("SELECT body FROM policy ORDER BY revision")
    return [dict(zip(names, json.loads(str(body)), strict=True)) for (body,) in rows]


def text_of(day_number: int) -> str:
    return f"{day_number // 10000}-{day_number // 100 % 100:02}-{day_number % 100:02}"


def test_a_loan_whose_day_nobody_showed_is_due_when_returns_are_open(desk: Desk) -> None:
    first = days.plus(TODAY, 28)
    last = days.plus(first, 4)
    closure = f"from {text_of(first)} until {text_of(last)}: closed return at site lib01"
    serve(desk, by="limit any 9\nloan any any -> 28 days", open_by=closure)
    machine = Machine()
    said(desk, machine, "hello", START_MS)
    machine.session(MINUTE_MS, ANN, took=[TAGS[0]])
    desk.hear(machine.says("fact", machine.payload(), START_MS + 2 * MINUTE_MS))

    (loan,) = desk.rows("SELECT due, rule FROM loan")

    assert loan == (
        days.plus(last, 1),
        f"2: loan any any -> 28 days; calendar 1: {closure}",
    )


def test_the_level_and_kind_of_a_machine_choose_the_period(desk: Desk) -> None:
    serve(desk, by="limit any 9\nloan any any by bookcase -> 14 days\nloan any any -> 28 days")
    kiosk, case = Machine("kx01"), Machine("bc01")
    for machine in (kiosk, case):
        said(desk, machine, "hello", START_MS)
    kiosk.fact("lent", uptime_ms=MINUTE_MS, visit="1.1", reader=ANN, tag=TAGS[0], due=0)
    case.session(MINUTE_MS, ANN, took=[TAGS[1]])
    for machine in (kiosk, case):
        desk.hear(machine.says("fact", machine.payload(), START_MS + 2 * MINUTE_MS))

    dues = [due for (due,) in desk.rows("SELECT due FROM loan ORDER BY copy")]

    assert dues == [days.plus(TODAY, 28), days.plus(TODAY, 14)]


def test_machines_that_are_there_are_told_when_the_days_rules_change(desk: Desk) -> None:
    tomorrow = text_of(days.plus(TODAY, 1))
    serve(desk, by=f"from {tomorrow}: limit any 5\nlimit any 3\nloan any any -> 28 days")
    machine, other = Machine("bc01"), Machine("kx01")
    for each in (machine, other):
        said(desk, each, "hello", START_MS)

    same = said(desk, machine, "beat", START_MS + 5 * MINUTE_MS, uptime_ms=1, unacked=0)
    changed = said(desk, machine, "beat", START_MS + DAY_MS, uptime_ms=1, unacked=0)

    assert same == []
    assert changed == ["want", "want"]
    assert [made["limits"]["any"] for made in policies(desk)] == [3, 5]  # type: ignore[index]


def test_a_card_that_is_blocked_reaches_the_machines_within_a_minute(desk: Desk) -> None:
    machine = Machine()
    said(desk, machine, "hello", START_MS)
    (ben,) = desk.db.execute("SELECT account FROM patron WHERE reader = ?", (BEN,)).fetchone()
    desk.db.begin()
    Blocks(desk.db).put(ben, "stolen", now_ms=START_MS, actor="staff")
    desk.db.commit()

    soon = said(desk, machine, "beat", START_MS + MINUTE_MS - 1, uptime_ms=1, unacked=0)
    later = said(desk, machine, "beat", START_MS + MINUTE_MS, uptime_ms=1, unacked=0)

    assert (soon, later) == ([], ["want"])
    assert BEN in policies(desk)[-1]["blocked"]  # type: ignore[operator]


def test_where_nothing_is_lent_today_no_machine_lends_offline(desk: Desk) -> None:
    serve(
        desk,
        by="limit any 3\nloan any any -> 28 days\noffline copies 3",
        open_by="closed lend by bookcase",
    )
    limits = {}
    for name in ("bc01", "kx01"):
        machine = Machine(name)
        said(desk, machine, "hello", START_MS)
        state = {"session": "1.1", "config": 1, "policy": 0, "last": 0, "stock": [], "faults": []}
        message = machine.says("state", wire.encode("state", state | {"fill": 0, "lends": True}))
        ((_name, want),) = desk.hear(message)
        limits[name] = want["policy"]["limit"]  # type: ignore[index]

    assert limits == {"bc01": 0, "kx01": 3}
    assert policies(desk)[-1]["closed"] == ["lib01/bookcase"]


def test_kinds_of_machines_may_have_terms_of_their_own_offline(desk: Desk) -> None:
    serve(
        desk,
        by="limit any 3\nloan any any -> 28 days\noffline copies by bookcase 1\noffline copies 3\n"
        "offline hours at street 8\noffline hours 72",
    )
    terms = {}
    for name in ("bc01", "kx01"):
        machine = Machine(name)
        said(desk, machine, "hello", START_MS)
        state = {"session": "1.1", "config": 1, "policy": 0, "last": 0, "stock": [], "faults": []}
        message = machine.says("state", wire.encode("state", state | {"fill": 0, "lends": True}))
        ((_name, want),) = desk.hear(message)
        terms[name] = (want["policy"]["quota"], want["policy"]["uptime_h"])  # type: ignore[index]

    assert terms == {"bc01": (1, 72), "kx01": (3, 72)}
    assert policies(desk)[-1]["special"] == {"district/bookcase": {"quota": 1}}


def test_a_rollback_forgets_the_revision_that_was_made_in_it(desk: Desk) -> None:
    desk.db.begin()
    desk.exchange.renew_policy(START_MS)
    desk.db.rollback()
    desk.exchange.forget()

    said(desk, Machine(), "hello", START_MS + 1)

    assert len(policies(desk)) == 1


def test_rules_and_calendar_in_force_are_kept_as_texts(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "a.rules").write_text("limit any 3\n")
    (tmp_path / "a.calendar").write_text("closed lend declared 2020-01-01 in version 4\n")
    config = Config(
        data=str(tmp_path),
        district_key="00" * 16,
        rules=str(tmp_path / "a.rules"),
        calendar=str(tmp_path / "a.calendar"),
    )

    law = in_force(desk.db, config, START_MS)
    (tmp_path / "a.calendar").write_text("open lend\n")
    other = in_force(desk.db, config, START_MS)

    assert law.ruleset != other.ruleset
    kept = desk.rows(
        """SELECT ruleset.text, calendar.text, version FROM calendar
        JOIN ruleset ON ruleset.id = calendar.ruleset ORDER BY ruleset.id"""
    )
    assert kept == [
        ("limit any 3\n", "closed lend declared 2020-01-01 in version 4\n", 4),
        ("limit any 3\n", "open lend\n", 1),
    ]
    with pytest.raises(Exception, match="never changed"):
        desk.db.execute("UPDATE calendar SET version = 9")


def test_a_text_that_is_wrong_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "a.calendar").write_text("\nshut all\n")
    config = Config(data="", district_key="", calendar=str(tmp_path / "a.calendar"))

    with pytest.raises(RuleError, match="^a.calendar, line 2, column 1: expected open, closed"):
        of_files(config)


def test_noon_of_a_day_is_on_that_day() -> None:
    zone = ZoneInfo("Asia/Shanghai")

    assert days.of(days.noon_ms(20200229, zone), zone) == 20200229


def test_a_disc_is_lent_by_its_own_line_and_a_reference_book_not_at_all(desk: Desk) -> None:
    serve(
        desk,
        by="limit any of disc 1\nlimit any 9\nloan reference any -> none\n"
        "loan disc any -> 7 days\nloan any any -> 28 days",
    )
    for copy, kind in ((1, "disc"), (2, "disc"), (3, "reference")):
        desk.db.execute("INSERT INTO copy_type VALUES (?, ?)", (copy, kind))
    machine = Machine("kx01")
    said(desk, machine, "hello", START_MS)
    ask = {"id": "1.1", "session": "1.1", "op": "lend", "reader": ANN, "tags": list(TAGS[:4])}
    ((_name, answer),) = desk.hear(machine.says("ask", wire.encode("ask", ask), START_MS))
    machine.fact("lent", uptime_ms=1, visit="1.1", reader=ANN, tag=TAGS[0], due=0, answer="1.1")
    desk.hear(machine.says("fact", machine.payload(), START_MS + MINUTE_MS))

    books = answer["books"]
    assert isinstance(books, list)
    assert [(book["why"], book["due"]) for book in books] == [
        ("", days.plus(TODAY, 7)),
        ("limit_of_kind", 0),
        ("not_lendable", 0),
        ("", days.plus(TODAY, 28)),
    ]
    assert desk.rows("SELECT due, rule FROM loan") == [
        (days.plus(TODAY, 7), "4: loan disc any -> 7 days")
    ]
