"""Draws docs/counting.svg: loans, questions and cases against the rate of a single radio round.

counting_chart [SESSIONS]    so many door sessions at each rate; the default takes some minutes

At another rate everything is heard as by a reader with more or less power: each way of the model
has the same loss less or more, and its strengths follow.  Where nothing was seen, the 95 % upper
bound stands in its place, hollow.
"""

import math
import sys
from collections.abc import Iterator
from statistics import NormalDist

from hw_sim.world import radio
from tests.bench import counting, figures

FILE = figures.HOME / "docs" / "counting.svg"
RATES = (0.70, 0.75, 0.80, 0.85, 0.90, 0.95, 0.98)
SESSIONS = 10_000
SEED = 5_000_001
LINES = (
    # word of visits.FOUND, name, colour
    ("asked", "reader asked", "#8a6d00"),
    ("cases", "case left for a person", "#7a4fa3"),
    ("wrong_returns", "wrong return until the second count", "#2f6f4f"),
    ("missed", "missed loan", "#1f5fa8"),
    ("wrong", "wrong loan", "#b3261e"),
)
WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 500, 30, 370
DECADES = 6  # From one to a million.
NAME_HEIGHT = 15  # Of a line's name beside its last point.
_STYLE = """
text { font: 12px sans-serif; fill: #333 }
.grid { stroke: #ddd } .line { fill: none; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) { text { fill: #ccc } .grid { stroke: #444 } }
"""

Point = tuple[float, float, bool]  # Rate, sessions per million, whether any was seen.


def write(sessions: int = SESSIONS) -> None:
    points: dict[str, list[Point]] = {word: [] for word, *_rest in LINES}
    for rate in RATES:
        found = counting.played(at_rate(radio.load(), rate), sessions, SEED)
        trials = found["sessions"]
        for word, drawn in points.items():
            seen = found[word]
            share = seen / trials if seen else counting.upper_bound(0, trials)
            drawn.append((rate, share * counting.MILLION, seen > 0))
        print(rate, dict(found), flush=True)
    FILE.write_text("\n".join(_chart(points, sessions)) + "\n", encoding="utf-8")


def at_rate(numbers: radio.Numbers, rate: float) -> radio.Numbers:
    """Return the model with another rate of a copy in its own compartment."""
    quantile = NormalDist().inv_cdf
    loss_db = (quantile(numbers.ways["inside"].rate) - quantile(rate)) * numbers.fading_db
    ways = {
        name: way._replace(
            rate=radio.with_loss(way.rate, loss_db, numbers.fading_db),
            dbm=way.dbm - 2 * loss_db,
        )
        for name, way in numbers.ways.items()
    }
    return numbers._replace(ways=ways)


def _chart(points: dict[str, list[Point]], sessions: int) -> Iterator[str]:
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
    yield "<title>Counting against the rate of a single radio round</title>"
    yield f"<style>{_STYLE}</style>"
    yield f'<text x="{LEFT}" y="16">per million door sessions</text>'
    for decade in range(DECADES + 1):
        y = _y(10**decade)
        yield f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{y}" y2="{y}"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{10**decade:,}</text>'
    for rate in RATES:
        yield f'<text x="{_x(rate)}" y="{BOTTOM + 18}" text-anchor="middle">{rate:.2f}</text>'
    middle = (LEFT + RIGHT) / 2
    yield (
        f'<text x="{middle}" y="{BOTTOM + 38}" text-anchor="middle">'
        f"rate of a single round; {sessions:,} sessions each; hollow: none seen, upper bound</text>"
    )
    lowest = 0.0
    for word, name, colour in sorted(LINES, key=lambda line: _last_y(points[line[0]])):
        lowest = max(lowest + NAME_HEIGHT, _last_y(points[word]) + 4)
        yield from _line(points[word], colour)
        yield f'<text x="{RIGHT + 2}" y="{lowest}" style="fill: {colour}">{name}</text>'
    yield "</svg>"


def _last_y(points: list[Point]) -> float:
    _rate, value, _seen = points[-1]
    return _y(value)


def _line(points: list[Point], colour: str) -> Iterator[str]:
    path = " ".join(f"{_x(rate)},{_y(value)}" for rate, value, _seen in points)
    yield f'<polyline class="line" stroke="{colour}" points="{path}"/>'
    for rate, value, seen in points:
        fill = colour if seen else "none"
        yield (f'<circle cx="{_x(rate)}" cy="{_y(value)}" r="4" stroke="{colour}" fill="{fill}"/>')


def _x(rate: float) -> float:
    share = (rate - RATES[0]) / (RATES[-1] - RATES[0])
    return round(LEFT + 10 + share * (RIGHT - LEFT - 20), 1)


def _y(value: float) -> float:
    share = math.log10(max(1.0, value)) / DECADES
    return round(BOTTOM - share * (BOTTOM - TOP), 1)


if __name__ == "__main__":
    write(*map(int, sys.argv[1:]))
