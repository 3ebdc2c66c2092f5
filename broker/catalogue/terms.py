"""Text becomes terms, the same ones whether it is indexed or asked for.  Pure.

    红楼梦      ^红楼梦$                      the whole title, from its start to its end
               红楼 楼梦 梦                   pairs of characters, and the last one
               ^hongloumeng$ loumeng meng    pinyin, from the start and from each syllable
               ^hlm$ lm                      initials, likewise

A term that is asked for with a star stands for all that begin with it.  So 红* finds a character
anywhere, ^h* a title's first letter, and loum* a title from its second syllable on.
"""

import re
import unicodedata
from collections.abc import Iterable

from broker.catalogue import spelling
from broker.catalogue.work import Work

TERM_MAX = 24  # Characters of a term that are kept; what is asked for is cut alike.
SYLLABLES_MAX = 40  # Of a title; what comes after is found by its characters only.

_CJK = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0003ffff"
_RUNS = re.compile(f"[{_CJK}]+|[^\\W_{_CJK}]+")
_HAN = re.compile(f"[{_CJK}]")


def folded(text: str) -> str:
    """Return text without case, width and accents."""
    plain = unicodedata.normalize("NFKD", text)
    kept = "".join(character for character in plain if not unicodedata.combining(character))
    return unicodedata.normalize("NFC", kept).lower()


def runs(text: str) -> list[str]:
    """Return its runs of Chinese characters and of other letters and digits, folded."""
    return _RUNS.findall(folded(text))


def is_han(run: str) -> bool:
    return bool(_HAN.match(run))


def pairs(run: str) -> list[str]:
    """Return each two characters that stand side by side, and the last one."""
    return [run[at : at + 2] for at in range(len(run))]


def whole(text: str) -> str:
    """Return the term of a text from start to end; a long one has no end."""
    return f"^{text}$" if len(text) <= TERM_MAX else f"^{text[:TERM_MAX]}"


def of(work: Work) -> list[str]:
    """Return the terms of a title, each once."""
    parts = runs(work.title)
    found = [whole("".join(parts)), *_inside(parts)]
    for syllables in spelling.readings(parts, is_han):
        found += _spelled(syllables[:SYLLABLES_MAX])
    for name in work.authors:
        name_parts = runs(name)
        found += _inside(name_parts)
        for syllables in spelling.readings(name_parts, is_han)[:2]:
            found += [_cut("".join(syllables)), _cut(_initials(syllables))]
    for subject in work.subjects:
        found += _inside(runs(subject))
    return list(dict.fromkeys(found))


def phrases(work: Work) -> str:
    """Return what a longer piece of Chinese is compared with: pairs alone may stand apart."""
    return "\n".join("".join(runs(text)) for text in (work.title, *work.authors, *work.subjects))


def _inside(parts: Iterable[str]) -> list[str]:
    found = []
    for run in parts:
        found += pairs(run) if is_han(run) else [_cut(run)]
    return found


def _spelled(syllables: tuple[str, ...]) -> list[str]:
    joined, initials = "".join(syllables), _initials(syllables)
    found = [whole(joined), whole(initials)]
    at = 0
    for number, syllable in enumerate(syllables):
        if number:
            found.append(_cut(joined[at:]))
            if number < len(syllables) - 1:
                found.append(_cut(initials[number:]))
        at += len(syllable)
    return found


def _initials(syllables: tuple[str, ...]) -> str:
    return "".join(syllable[0] for syllable in syllables)


def _cut(text: str) -> str:
    return text[:TERM_MAX]
