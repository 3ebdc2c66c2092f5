"""Journeys at the catalogue machine: a title is found by its initials, and waited for."""

import asyncio

from pypinyin import Style, lazy_pinyin

from hw_sim.desk.desk import Desk
from hw_sim.world.places import Shelf
from kiosk.core.opac.keys import LETTERS, SETTLE

OPAC, SITE = "oc01", "lib01"
CARD = "SG00000081"
LOOK_S = 1.5


def digits(letters: str) -> str:
    """Return the keys of the keypad that type these letters."""
    keys = []
    for letter in letters:
        digit, row = next((digit, row) for digit, row in LETTERS.items() if letter in row)
        keys.append(digit * (row.index(letter) + 1))
    return SETTLE.join(keys)


async def test_a_title_that_is_found_by_its_initials_is_held_with_the_card(hall: Desk) -> None:
    eyes = hall.eyes(OPAC)
    title = next(copy.title for copy in hall.world.at(Shelf(SITE)) if len(copy.title) == 4)
    initials = "".join(lazy_pinyin(title, style=Style.FIRST_LETTER))

    await eyes.see("welcome", "attract")
    await hall.hands(f"key {OPAC} {digits(initials)}")
    await asyncio.sleep(LOOK_S)  # A person looks whether it is the title that was meant.
    await _press(hall, ">", "title")
    await _press(hall, "1", "phone")
    await _press(hall, "1", "title")
    await _press(hall, "2", "card")
    await hall.hands(f"scan {OPAC} {CARD}")
    await eyes.see("held")

    (hold,) = [row for row in await hall.service.get("/v1/holds") if row["card"] == CARD]
    assert (hold["name"], hold["pickup"]) == (title, SITE)


async def _press(hall: Desk, key: str, screen: str) -> None:
    await hall.hands(f"key {OPAC} {key}")
    await hall.eyes(OPAC).see(screen)
