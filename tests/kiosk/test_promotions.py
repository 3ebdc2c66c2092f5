"""Pictures of the library's own: on their days, between the books, to nobody who reads large."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from kiosk.config import ConfigError, load, texts
from kiosk.core.events import Promoted
from kiosk.core.present import present
from kiosk.services.promotions import Promotion, current
from tests.kiosk.cabinet import Cabinet
from tests.kiosk.test_roles import FULL

ZH = texts("zh")
NOVEMBER = Promotion("fair.png", first=20261101, last=20261130, hours=(9, 21))
ALWAYS = Promotion("card.png")


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        (datetime(2026, 10, 31, 12), ("card.png",)),
        (datetime(2026, 11, 1, 8, 59), ("card.png",)),
        (datetime(2026, 11, 1, 9), ("fair.png", "card.png")),
        (datetime(2026, 11, 30, 20, 59), ("fair.png", "card.png")),
        (datetime(2026, 11, 30, 21), ("card.png",)),
        (datetime(2026, 12, 1, 12), ("card.png",)),
    ],
)
def test_a_picture_is_shown_on_its_days_between_its_hours(
    now: datetime, shown: tuple[str, ...]
) -> None:
    assert current((NOVEMBER, ALWAYS), now) == shown


def shown(cabinet: Cabinet) -> str:
    return present(cabinet.model, ZH).file


def test_it_comes_after_the_books_and_then_the_books_again() -> None:
    cabinet = Cabinet().on(Promoted(("fair.png",))).wait(61)
    seen = [shown(cabinet), *(shown(cabinet.wait(9)) for _page in range(3))]

    assert seen == ["", "", "fair.png", ""]


def test_whoever_reads_large_sees_books_instead() -> None:
    cabinet = Cabinet().on(Promoted(("fair.png",))).wait(61 + 2 * 9)
    assert shown(cabinet)

    cabinet.press("large")

    assert not shown(cabinet)
    assert present(cabinet.model, ZH).covers


def test_a_picture_that_is_taken_from_the_schedule_is_gone_at_once() -> None:
    cabinet = Cabinet().on(Promoted(("fair.png",))).wait(61 + 2 * 9).on(Promoted(()))

    assert (shown(cabinet), bool(present(cabinet.model, ZH).covers)) == ("", True)


def test_a_picture_that_is_not_there_is_named_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.json"
    path.write_text(json.dumps(FULL | {"promotions": [{"picture": "nowhere.png"}]}))

    with pytest.raises(ConfigError, match=r"promotions: there is no nowhere\.png"):
        load(path, "bookcase")
