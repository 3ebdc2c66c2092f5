"""People come as they came to a district library in 2020."""

from datetime import date, timedelta

from hw_sim.city import rhythm
from hw_sim.city.rhythm import FIRST_DAY, HOUR_S


def test_on_the_first_day_as_many_come_as_are_wanted() -> None:
    assert rhythm.visits(FIRST_DAY, 60) == 60


def test_more_come_on_a_weekend_and_hardly_anybody_while_all_is_closed() -> None:
    week = [rhythm.visits(FIRST_DAY + timedelta(days=n), 100) for n in range(7)]

    assert week == [100, 100, 160, 160, 100, 100, 100]
    assert rhythm.visits(date(2020, 2, 12), 100) <= 10


def test_few_come_at_night_and_most_in_the_afternoon() -> None:
    hours = [int(rhythm.time_of_day_s(n / 1000) / HOUR_S) for n in range(1000)]

    assert min(hours) == 5
    assert max(set(hours), key=hours.count) in (16, 17)
