"""What the pages draw and say without a browser: the map, the cabinet, the health, the times."""

from dataclasses import replace
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest

from bookcase_fw import wire
from broker.ledger.views import Book, Door, Machine, Site
from broker.web import atlas, cabinet, clock, health, texts
from tests.broker.web.library import NOW_MS

SHANGHAI = ZoneInfo("Asia/Shanghai")
WELL = Machine(
    device="bc01", kind="bookcase", role="bookcase",
    site=Site("s1", "公园", "Park", "park", 31.1, 121.4),
    online=True, served=True, installed=True, last_heard_ms=NOW_MS, firmware="1", lends=True,
    faults=[], unacked=0, fill=0, policy=1, copies=1,
    doors=[Door(1, False, 1, 12), Door(2, True, 0, 1)],
)  # fmt: skip

# fmt: off
SIGNS = (
    # what differs                                       Chinese, whether it is ill
    ({},                                                 ["2 号门开着"], False),
    ({"doors": []},                                      ["正常"], False),
    ({"installed": False, "online": False},              ["尚未投入服务"], False),
    ({"online": False, "last_heard_ms": NOW_MS - 59_999}, ["离线 不到 1 分钟"], True),
    ({"online": False, "last_heard_ms": NOW_MS - 180_000}, ["离线 3 分钟"], True),
    ({"served": False, "doors": []},                     ["已连接，尚未应答"], True),
    ({"faults": ["lock"], "doors": []},                  ["锁板无应答"], True),
    ({"faults": ["reader.2"], "doors": []},              ["2 号门读写器无应答"], True),
    ({"fill": 85, "doors": []},                          ["日志已满 85%"], True),
    ({"lends": False, "doors": []},                      ["暂停借出，仍可归还"], True),
)
# fmt: on


@pytest.mark.parametrize(("differs", "told", "ill"), SIGNS)
def test_health_in_words(differs: dict[str, object], told: list[str], ill: bool) -> None:
    signs = health.signs(replace(WELL, **differs), NOW_MS, "zh")  # type: ignore[arg-type]

    assert [sign.words for sign in signs] == told
    assert any(sign.ill for sign in signs) == ill


def test_every_part_that_can_fail_has_words() -> None:
    for part in wire.PARTS:
        for language in texts.LANGUAGES:
            assert health.fault(part, language)
            assert "3" in health.fault(f"{part}.3", language)


def test_a_part_that_we_do_not_know_keeps_its_name() -> None:
    assert "laser" in health.fault("laser.1", "zh")


def test_every_text_exists_in_both_languages() -> None:
    for key, both in {**texts.TEXTS, **texts.EVIDENCE}.items():
        assert len(both) == 2, key
        assert all(both), key


def test_a_cabinet_has_a_spine_for_each_book() -> None:
    books = [Book("bc01", 1, f"MH{n}", "三体", "刘慈欣", "I247.5") for n in range(14)]

    drawn = cabinet.draw(WELL, books)

    one, two = drawn.compartments
    assert len(one.spines) == 14
    assert one.spines[-1].x + cabinet.SPINE <= one.x + one.width < two.x
    assert two.x + two.width <= drawn.width
    assert (one.open, two.open) == (False, True)
    assert {spine.y + spine.height for spine in one.spines} == {cabinet.HEIGHT - 2}


@pytest.mark.parametrize("number", ["I247.5", "TP312", "", "I"])
def test_a_class_always_has_a_colour(number: str) -> None:
    assert 0 <= cabinet.cloth(number) < cabinet.CLOTH_COUNT


def test_north_is_up_and_no_names_overlap() -> None:
    spots = [
        atlas.Spot(f"bc{n}", f"地点{n}", 31.1 + n % 5 / 100, 121.4 + n % 3 / 100, named=True)
        for n in range(15)
    ]

    sheet = atlas.draw(spots)

    assert sheet.dots[4].y < sheet.dots[0].y
    assert sheet.dots[2].x > sheet.dots[0].x
    named = [dot for dot in sheet.dots if dot.label]
    assert len(named) > 10
    for one, other in combinations(named, 2):
        assert (one.label_x, one.label_y) != (other.label_x, other.label_y)
    assert all(0 < dot.x < sheet.width and 0 < dot.y < sheet.height for dot in sheet.dots)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_map_of_few_places_is_still_a_map(count: int) -> None:
    spots = [atlas.Spot("bc01", "公园", 31.1, 121.4, named=True)] * count

    sheet = atlas.draw(spots)

    assert len(sheet.dots) == count
    assert sheet.height >= atlas.HEIGHT_MIN


@pytest.mark.parametrize(
    ("ago_ms", "zh", "en"),
    [
        (-5_000, "刚刚", "just now"),
        (59_999, "刚刚", "just now"),
        (60_000, "1 分钟前", "1 min ago"),
        (7_200_000, "2 小时前", "2 h ago"),
        (86_400_000 * 3, "3 天前", "3 d ago"),
    ],
)
def test_how_long_ago(ago_ms: int, zh: str, en: str) -> None:
    assert clock.ago(NOW_MS - ago_ms, NOW_MS, "zh") == zh
    assert clock.ago(NOW_MS - ago_ms, NOW_MS, "en") == en


def test_times_are_of_the_librarys_own_zone() -> None:
    assert clock.exact(NOW_MS, SHANGHAI) == "2020-11-19 15:00:00"
    assert clock.exact(clock.midnight_ms(NOW_MS, SHANGHAI), SHANGHAI) == "2020-11-19 00:00:00"
