"""A machine searches over the wire: the best titles, and where the nearest copy is."""

from typing import Any

from bookcase_fw import wire
from broker.catalogue.index import Index
from tests.broker.desk import START_MS, Desk, Machine


def ask(desk: Desk, text: str, machine: str = "bc01") -> dict[str, Any]:
    """Let a machine search and return the answer's fields."""
    fields = {"id": "1.1", "session": "1.1", "op": "search", "text": text}
    device = Machine(machine)
    desk.db.begin()
    Index(desk.db).add_missing()
    desk.db.commit()
    (said,) = desk.hear(device.says("ask", wire.encode("ask", fields)))
    name, answer = said
    assert name == "answer"
    return answer


def test_the_answer_names_the_compartment_of_the_machine_that_asks(desk: Desk) -> None:
    answer = ask(desk, "hlm")

    assert answer["ok"]
    (title,) = answer["titles"]
    assert (title["title"], title["author"], title["copies"]) == ("红楼梦", "曹雪芹", 40)
    assert (title["free"], title["device"], title["door"]) == (40, "bc01", 1)


def test_another_machine_is_told_where_it_is(desk: Desk) -> None:
    (title,) = ask(desk, "红楼", "kx01")["titles"]

    assert (title["device"], title["place_zh"], title["place_en"]) == ("bc01", "馆", "Library")


def test_what_is_all_on_loan_is_told_with_a_day(desk: Desk) -> None:
    machine = Machine()
    machine.fact("session", id="1.1", how="unknown", door=1, end="shut")
    desk.hear(machine.says("fact", machine.payload()))
    desk.db.begin()
    desk.db.execute(
        "INSERT INTO loan (copy, account, cause, out_ms, due, state, rule, over_limit)"
        " SELECT copy.id, 1001, (SELECT MAX(id) FROM inbox), ?, 20261130 + copy.id, 'open', '', 0"
        " FROM copy",
        (START_MS,),
    )
    desk.db.commit()

    (title,) = ask(desk, "hongloumeng")["titles"]
    assert (title["free"], title["device"], title["due"]) == (0, "", 20261131)


def test_a_title_that_is_alone_is_told_with_all_its_places(desk: Desk) -> None:
    (title,) = ask(desk, "hlm", "kx01")["titles"]

    (again,) = ask(desk, title["id"], "kx01")["titles"]

    assert again == title
    places = [(place["device"], place["place_zh"], place["due"]) for place in title["places"]]
    assert set(places) == {("bc01", "馆", 0)}
    assert sum(place["count"] for place in title["places"]) == title["free"]


def test_nothing_is_found_in_words(desk: Desk) -> None:
    answer = ask(desk, "")

    assert (answer["ok"], answer["titles"]) == (True, [])
