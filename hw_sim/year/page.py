"""A page as Markdown with its plots beside it, and as one HTML file; both say the same."""

import html
from collections.abc import Callable, Sequence
from pathlib import Path
from textwrap import fill
from typing import NamedTuple

MARKDOWN, HTML = "year-2020.md", "year-2020.html"
LINE = 140
_HEAD = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>2020</title><style>
:root { color-scheme: light dark } body { font: 16px/1.5 sans-serif; max-width: 60rem;
margin: 2rem auto; padding: 0 1rem } svg { width: 100%; height: auto } figure { margin: 1.5rem 0 }
.wide { overflow-x: auto } table { border-collapse: collapse; font-size: 14px }
td, th { padding: .2rem .6rem; border-bottom: 1px solid #8884 }
</style>
"""


class Head(NamedTuple):
    level: int
    text: str


class Text(NamedTuple):
    text: str


class Points(NamedTuple):
    texts: Sequence[str]


class Table(NamedTuple):
    """The first `words` columns hold words, the others figures."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: int = 1


class Plot(NamedTuple):
    """`name` is the plot's file; `svg` its text."""

    name: str
    title: str
    svg: str


Block = Head | Text | Points | Table | Plot


def write_html(folder: Path, blocks: Sequence[Block]) -> None:
    """Write the page as one file into a folder that is there."""
    shown = "\n".join(_HTML[type(block)](block) for block in blocks)
    (folder / HTML).write_text(_HEAD + shown + "\n", encoding="utf-8")


def write_markdown(folder: Path, blocks: Sequence[Block]) -> None:
    """Write the page and its plots into a folder that is there."""
    for block in blocks:
        if isinstance(block, Plot):
            (folder / block.name).write_text(block.svg, encoding="utf-8")
    said = "\n\n".join(_MARKDOWN[type(block)](block) for block in blocks)
    (folder / MARKDOWN).write_text(said + "\n", encoding="utf-8")


def _markdown_table(block: Table) -> str:
    figures = len(block.heads) - block.words
    lines = [block.heads, ["---"] * block.words + ["---:"] * figures, *block.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _html_table(block: Table) -> str:
    def row(cells: Sequence[str], tag: str) -> str:
        sides = ["left"] * block.words + ["right"] * (len(block.heads) - block.words)
        cell = f'<{tag} style="text-align: {{}}">{{}}'.format
        return "<tr>" + "".join(map(cell, sides, map(html.escape, cells)))

    rows = "\n".join(row(cells, "td") for cells in block.rows)
    return f'<div class="wide"><table>{row(block.heads, "th")}\n{rows}</table></div>'


_MARKDOWN: dict[type, Callable[..., str]] = {
    Head: lambda block: f"{'#' * block.level} {block.text}",
    Text: lambda block: fill(block.text, LINE),
    Points: lambda block: "\n".join(
        fill(text, LINE, initial_indent="- ", subsequent_indent="  ") for text in block.texts
    ),
    Table: _markdown_table,
    Plot: lambda block: f"![{block.title}]({block.name})",
}
_HTML: dict[type, Callable[..., str]] = {
    Head: lambda block: f"<h{block.level}>{html.escape(block.text)}</h{block.level}>",
    Text: lambda block: f"<p>{html.escape(block.text)}</p>",
    Points: lambda block: (
        "<ul>" + "".join(f"<li>{html.escape(text)}" for text in block.texts) + "</ul>"
    ),
    Table: _html_table,
    Plot: lambda block: f"<figure>{block.svg}</figure>",
}
