"""Breaks text into lines as Chinese and English readers expect.  Pure: the measure is passed in."""

import re
from collections.abc import Callable

Measure = Callable[[str], float]

_CLOSING = "，。、；：？！）》」』”’…,.;:?!)"
_PAUSES = "，。、；：？！"
_OPENING = "（《「『“‘("
# A figure with what it counts, a word, blanks, or any other character by itself.
_PIECE = re.compile(r"\d+ [一-鿿]|[一这几]本|[A-Za-zÀ-ɏ0-9’'\"\-]+| +|.")


def lines(text: str, width: float, measure: Measure, most: int = 0) -> list[str]:
    """Return the lines of a text, as even as they get: at `most` so many, then an ellipsis."""
    wrapped = [line for part in text.split("\n") for line in _balanced(part, width, measure)]
    if not most or len(wrapped) <= most:
        return wrapped
    filled = _greedy(text.replace("\n", " "), width, measure)[:most]
    last = filled[-1].rstrip(_CLOSING + " ")
    # In a Chinese face the ellipsis is as wide as a character, which Latin words do not want.
    dots = "..." if last.isascii() else "…"
    while last and measure(last + dots) > width:
        last = last[:-1]
    return [*filled[:-1], last.rstrip() + dots]


def _balanced(text: str, width: float, measure: Measure) -> list[str]:
    """Narrow the lines as long as they do not become more: no orphan at the end."""
    best = _greedy(text, width, measure)
    if len(best) == 1:
        return best
    spoken = _filled(_clauses(text), width, measure)
    if len(spoken) == len(best) and max(map(measure, spoken)) <= width:
        return spoken
    low, high = width / 2, width
    while high - low > 8:
        middle = (low + high) / 2
        tried = _greedy(text, middle, measure)
        if len(tried) == len(best) and max(map(measure, tried)) <= width:
            best, high = tried, middle
        else:
            low = middle
    return best


def _greedy(text: str, width: float, measure: Measure) -> list[str]:
    return _filled(_pieces(text), width, measure)


def _filled(pieces: list[str], width: float, measure: Measure) -> list[str]:
    found, line = [], ""
    for piece in pieces:
        if not line or measure(line + piece.rstrip()) <= width:
            line += piece
            continue
        found.append(line.rstrip())
        line = piece.lstrip()
    return [*found, line.rstrip()] if line.strip() or not found else found


def _clauses(text: str) -> list[str]:
    """Return what is said in one breath: a Chinese reader would rather not be cut within it."""
    return re.findall(f"[^{_PAUSES}]*[{_PAUSES}]+[{_CLOSING}]*|[^{_PAUSES}]+", text) or [text]


def _pieces(text: str) -> list[str]:
    """Return what must not be parted: closing marks stay with what is before them."""
    pieces: list[str] = []
    for piece in _PIECE.findall(text):
        joins = pieces and (piece in _CLOSING or pieces[-1][-1] in _OPENING)
        if joins:
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces
