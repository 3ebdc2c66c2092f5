"""The keys on the screen and the field above them: where each stands.  Draws nothing itself."""

from collections.abc import Iterator, Sequence

from kiosk.core.opac.keys import ROWS
from kiosk.core.view import Choice
from kiosk.ui.theme import Theme
from kiosk.ui.widgets import Box

GAP_MM, KEY_MM = 1.8, 21
ACROSS = 10  # Keys of the longest row.
ERASE_KEYS = 2  # Its width in keys.


def height(theme: Theme) -> float:
    return len(ROWS) * theme.mm(KEY_MM + GAP_MM) - theme.mm(GAP_MM)


def boxes(keys: Sequence[Choice], theme: Theme, box: Box) -> Iterator[tuple[Choice, Box]]:
    """Give each key with its place, row by row from the top; the last row ends in the signs."""
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
