"""Pictures and films of the library's own: on their days, and to nobody who reads large."""

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from kiosk.config import ConfigError, load, texts
from kiosk.core.events import Poster, Promoted
from kiosk.core.present import present
from kiosk.services.promotions import Promotion, current
from tests.kiosk.cabinet import Cabinet
from tests.kiosk.poster import SPINES, film
from tests.kiosk.test_roles import FULL

ZH = texts("zh")
NOVEMBER = Promotion("fair.png", first=20261101, last=20261130, hours=(9, 21))
ALWAYS = Promotion("card.png")
FAIR = Promoted((Poster("fair.png"),))


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
    assert tuple(poster.file for poster in current((NOVEMBER, ALWAYS), now)) == shown


def shown(cabinet: Cabinet) -> str:
    return present(cabinet.model, ZH).file


def test_it_comes_after_the_books_and_then_the_books_again() -> None:
    cabinet = Cabinet().on(FAIR).wait(61)
    seen = [shown(cabinet), *(shown(cabinet.wait(9)) for _page in range(3))]

    assert seen == ["", "", "fair.png", ""]


def test_whoever_reads_large_sees_books_instead() -> None:
    cabinet = Cabinet().on(FAIR).wait(61 + 2 * 9)
    assert shown(cabinet)

    cabinet.press("large")

    assert not shown(cabinet)
    assert present(cabinet.model, ZH).covers


def test_a_picture_that_is_taken_from_the_schedule_is_gone_at_once() -> None:
    cabinet = Cabinet().on(FAIR).wait(61 + 2 * 9).on(Promoted(()))

    assert (shown(cabinet), bool(present(cabinet.model, ZH).covers)) == ("", True)


def test_a_picture_that_is_not_there_is_named_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.json"
    path.write_text(json.dumps(FULL | {"promotions": [{"picture": "nowhere.png"}]}))

    with pytest.raises(ConfigError, match=r"promotions: there is no nowhere\.png"):
        load(path, "bookcase")


def test_a_film_is_shown_to_its_end_and_a_picture_as_long_as_a_page() -> None:
    posters = (Poster("fair.zip", frame_ms=100, lasts_ms=21_000), Poster("fair.png"))
    cabinet = Cabinet().on(Promoted(posters)).wait(61 + 2 * 9)
    assert (shown(cabinet), present(cabinet.model, ZH).frame_ms) == ("fair.zip", 100)

    assert shown(cabinet.wait(19)) == "fair.zip"
    assert shown(cabinet.wait(2)) == "fair.png"
    assert shown(cabinet.wait(9)) == ""


def test_whoever_touches_it_is_at_the_beginning_at_once() -> None:
    moving = Promoted((Poster("fair.zip", frame_ms=100, lasts_ms=21_000),))

    cabinet = Cabinet().on(moving).wait(61 + 2 * 9).press("wake")

    assert (cabinet.state, shown(cabinet)) == ("welcome", "")


def test_a_film_is_as_long_as_its_pictures(tmp_path: Path) -> None:
    file = str(film(tmp_path / "fair.zip"))

    (poster,) = current((Promotion(file, frame_ms=200),), datetime(2026, 11, 22, 12))

    assert poster == Poster(file, 200, len(SPINES) * 200)


@pytest.mark.parametrize(
    ("wrong", "said"), [({}, "no pictures are in"), ({"frame_ms": 20}, "frame_ms is less than 40")]
)
def test_a_film_that_cannot_be_shown_is_named_at_the_start(
    tmp_path: Path, wrong: dict[str, int], said: str
) -> None:
    file = film(tmp_path / "fair.zip") if wrong else tmp_path / "none.zip"
    file.touch()
    path = tmp_path / "kiosk.json"
    path.write_text(json.dumps(FULL | {"promotions": [{"picture": str(file)} | wrong]}))

    with pytest.raises(ConfigError, match=said):
        load(path, "bookcase")


def test_a_film_moves_and_ends_with_its_screen(tmp_path: Path) -> None:
    file = film(tmp_path / "fair.zip")
    command = [sys.executable, "-m", "tests.kiosk.moving", str(file)]
    offscreen = {**os.environ, "SDL_VIDEODRIVER": "offscreen"}

    said = subprocess.run(command, env=offscreen, capture_output=True, text=True, timeout=120)

    assert said.stdout.split() == [str(len(SPINES)), "ended"], said.stderr
