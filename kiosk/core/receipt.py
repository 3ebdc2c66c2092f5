"""What a receipt says, line by line: the same on paper and in a phone.  Pure.

It names nobody: whoever finds it learns which books were lent, not to whom.
"""

from typing import NamedTuple

from kiosk.core.model import LENT, Model, book
from kiosk.core.view import Texts, day, say, title


class Line(NamedTuple):
    text: str
    large: bool = False
    bold: bool = False


def lines(model: Model, texts: Texts) -> tuple[Line, ...]:
    """Return the receipt of what was lent in this visit, in the language of the screen."""
    dones = [done for done in model.done if done.outcome == LENT]
    found = [Line(texts["name"], large=True), Line(say(texts, "slip.lent", count=len(dones)))]
    for due in sorted({done.due for done in dones}):
        found.append(Line(say(texts, "part.due", date=day(texts, due)), bold=True))
        found += [
            Line(f"{title(texts, book(model, done.tag))}  {done.at}".rstrip())
            for done in dones
            if done.due == due
        ]
    if model.offline:
        found.append(Line(texts["receipt.offline"]))
    return (*found, Line(texts["slip.end"]))


def text(model: Model, texts: Texts) -> str:
    """Return the same as plain text, for a phone."""
    return "\n".join(line.text for line in lines(model, texts))
