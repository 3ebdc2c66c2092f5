"""A language that nobody speaks: English, two fifths longer and with accents: what breaks?"""

import re
from collections.abc import Mapping

from kiosk.config import texts as real

LANGUAGE = "xx"
LONGER = 1.4
_ACCENTS = str.maketrans("aeiouAEIOU", "áéíóúÁÉÍÓÚ")
_FORMS = ("date", "title", "title.latin", "late", "late.one", "separator", "months", "name")


def texts() -> Mapping[str, str]:
    return {
        key: text if key in _FORMS else "\n".join(map(_longer, text.split("\n")))
        for key, text in real("en").items()
    }


def _longer(line: str) -> str:
    """Lengthen a line by its own words, so that it breaks where words do; values stay values."""
    bare = re.sub(r"{\w*}", "", line).split()
    wanted, more = len(line) * (LONGER - 1), ""
    for word in bare * 2:
        if len(more) + len(word) / 2 >= wanted:
            break
        more += f" {word}"
    return "".join(
        part if part.startswith("{") else part.translate(_ACCENTS)
        for part in re.split(r"({\w*})", line + more)
    )
