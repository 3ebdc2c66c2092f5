"""What a self-test saw of a part, in the reader's language as far as its form is known.  Pure.

The words of a controller are those of bookcase_fw/app.py (`self_test`) and tasks.py (`_learning`).
"""

import re
from collections.abc import Callable

from kiosk.core.events import Found
from kiosk.core.view import Texts, say

_HEARD = re.compile(r"(\d+): (-?\d+) dBm")
# The form of a controller's text, and how it is said.  A long list of antennas may be cut off.
_FORMS: tuple[tuple[str, Callable[[Texts, re.Match[str]], str]], ...] = (
    (r"(\d+) % full", lambda texts, found: say(texts, "detail.full", percent=found[1])),
    (r"\d+: -?\d+ dBm.*", lambda texts, found: _heard(texts, found[0])),
)


def detail(texts: Texts, found: Found) -> str:
    """Return what is said of a part beside its name; "" when there is nothing to say."""
    if not found.text:
        key = f"detail.ill.{found.part}"
        return "" if found.ok else texts[key if key in texts else "detail.ill"]
    for form, said in _FORMS:
        if match := re.fullmatch(form, found.text):
            return said(texts, match)
    return say(texts, "detail.own", text=found.text)


def _heard(texts: Texts, rows: str) -> str:
    """Say which neighbours an antenna hears, too, and how loud."""
    doors = (say(texts, "detail.hears", door=door, dbm=dbm) for door, dbm in _HEARD.findall(rows))
    return texts["separator"].join(doors)
