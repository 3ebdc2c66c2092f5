"""What can be chosen on a screen: the places of buttons, tiles, keys, doors and found titles."""

from collections.abc import Sequence

from kiosk.core import doors
from kiosk.core.view import Choice
from kiosk.ui import cases, keyboard
from kiosk.ui.page import GRID_MM, Page
from kiosk.ui.text import measure
from kiosk.ui.theme import LINE_HEIGHT

DOORS_ACROSS = 4
# Of these two stand side by side below the others.
SMALL = {"back", "leave", "paper", "phone"}


def below(page: Page) -> None:
    """The main one is low and wide, where a seated hand reaches it; leaving stays below it."""
    choices, theme = page.view.choices, page.theme
    if page.view.screen == "welcome" and len(choices) == 2:
        _tiles(page, choices)
        return
    if page.view.entry is not None:
        _keys(page, choices)
        return
    shut = tuple(choice for choice in choices if doors.number(choice.word))
    rest = choices[len(shut) :]
    tasks = [choice for choice in rest if choice.word.startswith("task.")]
    if len(rest) > 2 and {choice.word for choice in rest[-2:]} < SMALL:
        _side_by_side(page, rest[-2:])
        rest = rest[:-2]
    for choice in reversed([choice for choice in rest if choice not in tasks]):
        look = "main" if choice is choices[0] and choice.word != "leave" else "second"
        height = theme.mm(32 if look == "main" else 24)
        page.button(choice, (page.left, page.bottom, page.width, height), look)
        page.bottom += height + theme.mm(GRID_MM)
    longest = _longest(page, tasks)
    for start in reversed(range(0, len(tasks), 2)):
        _side_by_side(page, tasks[start : start + 2], longest)
    page.bottom += theme.mm(GRID_MM)


def _tiles(page: Page, choices: tuple[Choice, ...]) -> None:
    theme = page.theme
    gap = theme.mm(GRID_MM)
    width = (page.width - gap) / 2
    height = theme.mm(80)
    # What cannot be chosen keeps its place, the left one.
    main, placed = choices[0], sorted(choices, key=lambda choice: not choice.grey)
    for index, choice in enumerate(placed if choices[-1].grey else choices):
        box = (page.left + index * (width + gap), page.bottom, width, height)
        page.button(choice, box, "tile_main" if choice is main else "tile")
    page.bottom += height + theme.mm(2 * GRID_MM)


def _keys(page: Page, choices: tuple[Choice, ...]) -> None:
    """Keys to type with, and side by side what else can be done.

    No key moves while somebody types: what comes and goes stands above letters; below digits stands
    what is always there, whether it can be chosen yet or not.
    """
    keys = tuple(filter(keyboard.is_key, choices))
    others = [choice for choice in choices if choice not in keys and not choice.cover]
    others.sort(key=lambda choice: choice.word == "enter")
    below = bool(keys) and keyboard.is_pad(keys)
    if others and below:
        _side_by_side(page, others)
    if keys:
        box = (page.left, page.bottom, page.width, keyboard.height(page.theme, keys))
        for choice, place in keyboard.boxes(keys, page.theme, box):
            page.button(choice, place, "key")
        page.bottom += box[3] + page.theme.mm(GRID_MM)
    if others and not below:
        _side_by_side(page, others)


def _longest(page: Page, choices: Sequence[Choice]) -> str:
    """Return the longest words; "" of none."""
    words = (choice.text for choice in choices)
    return max(words, key=lambda text: measure(text, page.theme.type(0), True), default="")


def _side_by_side(page: Page, choices: Sequence[Choice], longest: str = "") -> None:
    """All in letters of one size: that of the longest words."""
    gap = page.theme.mm(GRID_MM)
    wide = (page.width + gap) / len(choices) - gap
    longest = longest or _longest(page, choices)
    length = measure(longest, page.theme.type(0), True)
    tall = length > wide - page.theme.mm(45) or any(choice.detail for choice in choices)
    high = page.theme.mm(32 if tall else 24)
    for index, choice in enumerate(choices):
        x = page.left + index * (wide + gap)
        look = "main" if choice.word == "enter" else "second"
        page.button(choice, (x, page.bottom, wide, high), look, longest)
    page.bottom += high + gap


def found(page: Page, choices: tuple[Choice, ...]) -> None:
    """What was found, a row each, below each other."""
    x, y, width, height = page.room
    gap = page.theme.mm(GRID_MM / 4)
    high = min(page.theme.mm(36), (height + gap) / len(choices) - gap)
    page.fits = high >= 2 * page.theme.type(0) * LINE_HEIGHT
    for index, choice in enumerate(choices):
        bottom = y + height - (index + 1) * high - index * gap
        page.button(choice, (x, bottom, width, high), "book")


def shut(page: Page, choices: tuple[Choice, ...]) -> None:
    """The doors as they are in front of whoever stands here, also those that stay shut."""
    theme = page.theme
    offered = {doors.number(choice.word): choice for choice in choices}
    count = max(page.view.case.doors if page.view.case else 0, *offered)
    gap = theme.mm(GRID_MM / 2)
    columns = min(count, DOORS_ACROSS)
    rows = -(-count // columns)
    wide = (page.width - gap * (columns - 1)) / columns
    room = (page.top - page.bottom + gap) / rows - gap
    high = max(theme.mm(20), min(theme.mm(104), theme.mm(168) / rows, room))
    page.fits = room >= theme.mm(20)
    for index in range(count):
        x = page.left + index % columns * (wide + gap)
        y = page.bottom + (rows - 1 - index // columns) * (high + gap)
        if index + 1 in offered:
            page.button(offered[index + 1], (x, y, wide, high), "door")
        else:
            cases.shut(page.canvas, theme, (x, y, wide, high))
