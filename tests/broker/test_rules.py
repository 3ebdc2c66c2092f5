"""The rules' text: what it means on a day, and where it is wrong."""

from pathlib import Path

import pytest

from broker.circulation import rules

MINHANG = Path(rules.__file__).with_name("minhang.rules").read_text()


def limit(day: int, level: str) -> int:
    line = rules.parse(MINHANG).find("limit", day, patron="adult", level=level)

    assert line
    return line.value


def test_the_limit_rose_on_its_day_but_not_at_street_level() -> None:
    assert limit(20201026, "district") == 10
    assert limit(20201027, "district") == 15
    assert limit(20201027, "street") == 10


def test_the_first_line_that_fits_decides_and_is_quoted() -> None:
    text = "loan juvenile any -> 21 days  # children's books\nloan any any -> 28 days"

    line = rules.parse(text).find("loan", 20260101, item="juvenile", patron="adult")

    assert line
    assert (line.value, line.quoted) == (21, "1: loan juvenile any -> 21 days")


def test_a_day_of_validity_belongs_to_it() -> None:
    found = rules.parse("from 2020-01-23 until 2020-03-12: limit any 0\nlimit any 5")

    values = [line.value if (line := found.find("limit", day)) else None for day in DAYS]

    assert values == [5, 0, 0, 5]


DAYS = (20200122, 20200123, 20200312, 20200313)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("limit senior 3", "line 1, column 7: expected any, adult, juvenile, institution; "),
        ("\nloan any any 28 days", "line 2, column 14: expected ->; found '28'"),
        ("loan any any -> x days", "line 1, column 17: expected a number; found 'x'"),
        ("from 2020-13-01: limit any 3", "line 1, column 6: expected a day like"),
        ("from 2020-01-01 limit any 3", "line 1, column 17: expected :; found 'limit'"),
        ("limit any", "line 1, column 10: expected a number; found ''"),
        ("refuse blocked now", "line 1, column 16: expected nothing more; found 'now'"),
        ("lend any", "line 1, column 1: expected loan, renew, limit, "),
    ],
)
def test_an_error_says_where_and_what_was_expected(text: str, where: str) -> None:
    with pytest.raises(rules.RuleError) as error:
        rules.parse(text)

    assert str(error.value).startswith(where)
