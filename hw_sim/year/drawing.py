"""Plots as SVG text: bars by month, loans above and returns below the line by day, lines.  Pure."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

WIDTH, HEIGHT = 760, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 748, 46, 262
BLUE, GREEN, RED, GREY = "#1f5fa8", "#2f6f4f", "#b3261e", "#8a8f98"
_STYLE = """
text { font: 12px sans-serif; fill: #333 } .head { font-size: 14px; font-weight: 600 }
.grid { stroke: #ddd } .event { stroke: #8a6d00; stroke-dasharray: 3 3 }
@media (prefers-color-scheme: dark) { text { fill: #ccc } .grid { stroke: #444 } }
"""
_ROUND = (1, 2, 2.5, 4, 5, 8, 10)


class Series(NamedTuple):
    name: str
    colour: str
    values: Sequence[float]


class Mark(NamedTuple):
    """Something that happened between two values: at the beginning of number `at`."""

    at: int
    name: str


def bars(title: str, labels: Sequence[str], series: Sequence[Series], *, stacked: bool) -> str:
    """Return a plot of bars, above each other or side by side."""
    values = zip(*(one.values for one in series), strict=True)
    top = _top(max((sum if stacked else max)(column) for column in values))
    step = (RIGHT - LEFT) / len(labels)
    thick = step * 0.7 / (1 if stacked else len(series))

    def drawn() -> Iterator[str]:
        yield from _grid(top, 0)
        for number in range(len(labels)):
            foot = 0.0
            for which, one in enumerate(series):
                x = LEFT + step * (number + 0.15) + (0 if stacked else which * thick)
                yield _bar(x, thick, foot, foot + one.values[number], top, 0, one.colour)
                foot += one.values[number] if stacked else 0
        yield from _names(labels, step)

    return _plot(title, series, drawn())


def days(
    title: str,
    above: Series,
    below: Series,
    marks: Sequence[Mark],
    months: Sequence[Mark],
) -> str:
    """Return a plot with a thin bar up and one down for each day."""
    top = _top(max(*above.values, *below.values))
    step = (RIGHT - LEFT) / len(above.values)

    def drawn() -> Iterator[str]:
        yield from _grid(top, -top)
        for number, mark in enumerate(marks):
            x = round(LEFT + step * mark.at, 1)
            yield f'<line class="event" x1="{x}" x2="{x}" y1="{TOP}" y2="{BOTTOM}"/>'
            # Neighbours may be near each other: every second name stands lower.
            yield f'<text x="{x + 4}" y="{TOP + 2 + number % 2 * 14}">{mark.name}</text>'
        for one, sign in ((above, 1), (below, -1)):
            for number, value in enumerate(one.values):
                x = LEFT + step * number
                low, high = sorted((0.0, sign * value))
                yield _bar(x, step * 0.8, low, high, top, -top, one.colour)
        for month in months:
            x = round(LEFT + step * month.at, 1)
            yield f'<text x="{x}" y="{BOTTOM + 18}">{month.name}</text>'

    return _plot(title, (above, below), drawn())


def lines(title: str, labels: Sequence[str], series: Sequence[Series]) -> str:
    """Return a plot of lines from 0 up."""
    top = _top(max(max(one.values) for one in series))
    step = (RIGHT - LEFT) / len(labels)

    def drawn() -> Iterator[str]:
        yield from _grid(top, 0)
        for one in series:
            at = [
                (round(LEFT + step * (number + 0.5), 1), _y(value, top, 0))
                for number, value in enumerate(one.values)
            ]
            path = " ".join(f"{x},{y}" for x, y in at)
            yield f'<polyline fill="none" stroke="{one.colour}" stroke-width="2" points="{path}"/>'
            for x, y in at:
                yield f'<circle cx="{x}" cy="{y}" r="3" fill="{one.colour}"/>'
        yield from _names(labels, step)

    return _plot(title, series, drawn())


def _plot(title: str, series: Sequence[Series], drawn: Iterator[str]) -> str:
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{title}</title><style>{_STYLE}</style>",
        f'<text class="head" x="8" y="18">{title}</text>',
        *drawn,
    ]
    x = LEFT
    for one in series:
        parts.append(
            f'<rect x="{x}" y="{BOTTOM + 26}" width="10" height="10" fill="{one.colour}"/>'
        )
        parts.append(f'<text x="{x + 15}" y="{BOTTOM + 35}">{one.name}</text>')
        x += 40 + 7 * len(one.name)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _bar(
    x: float, width: float, low: float, high: float, top: float, foot: float, colour: str
) -> str:
    y, end = _y(high, top, foot), _y(low, top, foot)
    size = f'width="{width:.1f}" height="{end - y:.1f}"'
    return f'<rect x="{x:.1f}" y="{y}" {size} fill="{colour}"/>'


def _grid(top: float, foot: float) -> Iterator[str]:
    for part in range(5):
        value = foot + (top - foot) * part / 4
        y = _y(value, top, foot)
        yield f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{y}" y2="{y}"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{abs(value):,.0f}</text>'


def _names(labels: Sequence[str], step: float) -> Iterator[str]:
    for number, label in enumerate(labels):
        x = round(LEFT + step * (number + 0.5), 1)
        yield f'<text x="{x}" y="{BOTTOM + 18}" text-anchor="middle">{label}</text>'


def _y(value: float, top: float, foot: float) -> float:
    return round(BOTTOM - (value - foot) / (top - foot) * (BOTTOM - TOP), 1)


def _top(value: float) -> float:
    """Return the next number of which a quarter is round."""
    power = 1.0
    while value > 10 * power:
        power *= 10
    return next(digit * power for digit in _ROUND if value <= digit * power)
