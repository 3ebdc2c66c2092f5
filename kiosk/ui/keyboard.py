"""The keys on the screen and the field above them: where each stands.  Draws nothing itself."""

from collections.abc import Iterator, Sequence

from kiosk.core.opac.keys import ROWS
from kiosk.core.view import Choice
from kiosk.ui.theme import Theme
from kiosk.ui.widgets import Box

GAP_MM, KEY_MM = 1.8, 21
ACROSS = 10  # Keys of the longest row.
ERASE_KEYS = 2  # Its width in keys.
PAD_GAP_MM, PAD_KEY_MM, PAD_ACROSS = 4, 30, 3
STARTS = ("key.", "digit.")  # Of the words of keys.


def is_key(choice: Choice) -> bool:
    return choice.word.startswith(STARTS)


def height(theme: Theme, keys: Sequence[Choice]) -> float:
    if is_pad(keys):
        rows = -(-len(keys) // PAD_ACROSS)
        return rows * theme.mm(PAD_KEY_MM + PAD_GAP_MM) - theme.mm(PAD_GAP_MM)
    return len(ROWS) * theme.mm(KEY_MM + GAP_MM) - theme.mm(GAP_MM)


def boxes(keys: Sequence[Choice], theme: Theme, box: Box) -> Iterator[tuple[Choice, Box]]:
    """Give each key with its place, row by row from the top."""
    return _pad(keys, theme, box) if is_pad(keys) else _letters(keys, theme, box)


def is_pad(keys: Sequence[Choice]) -> bool:
    """Say whether these are digits only."""
    return keys[0].word.startswith("digit.")


def _pad(keys: Sequence[Choice], theme: Theme, box: Box) -> Iterator[tuple[Choice, Box]]:
    """Digits as on a telephone."""
    left, bottom, width, high = box
    gap, tall = theme.mm(PAD_GAP_MM), theme.mm(PAD_KEY_MM)
    wide = (width + gap) / PAD_ACROSS - gap
    for index, key in enumerate(keys):
        x = left + index % PAD_ACROSS * (wide + gap)
        y = bottom + high - tall - index // PAD_ACROSS * (tall + gap)
        yield key, (x, y, wide, tall)


def _letters(keys: Sequence[Choice], theme: Theme, box: Box) -> Iterator[tuple[Choice, Box]]:
    """Letters as on a typewriter; the last row ends in the signs."""
    left, bottom, width, high = box
    gap, tall = theme.mm(GAP_MM), theme.mm(KEY_MM)
    wide = (width + gap) / ACROSS - gap
    named = iter(keys)
    top = bottom + high
    for number, row in enumerate(ROWS):
        last = number == len(ROWS) - 1
        count = len(row) + (1 if last else 0)
        taken = count + (ERASE_KEYS if last else 0)
        x = left + (ACROSS - taken) * (wide + gap) / 2
        y = top - (number + 1) * tall - number * gap
        for _key in range(count):
            yield next(named), (x, y, wide, tall)
            x += wide + gap
        if last:
            yield next(named), (x, y, ERASE_KEYS * (wide + gap) - gap, tall)
