"""How a title is spelled in pinyin: its syllables, in each reading that people type.

A character with several readings is read as its word says: 重庆 is chong qing, 乐府 yue fu.  Of
those that are often misread the other reading is kept too, so that both find the title.
"""

from collections.abc import Callable
from functools import cache
from itertools import islice, product

READINGS_MAX = 4  # Of one title.

# Characters that are common in titles and have two readings that are both common.
OTHERWISE = {
    "重": ("chong", "zhong"),
    "长": ("chang", "zhang"),
    "乐": ("yue", "le"),
    "行": ("xing", "hang"),
    "传": ("zhuan", "chuan"),
    "曾": ("zeng", "ceng"),
    "朝": ("chao", "zhao"),
    "调": ("diao", "tiao"),
    "藏": ("zang", "cang"),
    "单": ("dan", "shan"),
    "弹": ("dan", "tan"),
    "都": ("du", "dou"),
    "降": ("jiang", "xiang"),
    "角": ("jiao", "jue"),
    "校": ("xiao", "jiao"),
    "觉": ("jue", "jiao"),
    "率": ("lv", "shuai"),
    "省": ("sheng", "xing"),
    "宿": ("su", "xiu"),
    "还": ("hai", "huan"),
    "血": ("xue", "xie"),
    "查": ("cha", "zha"),
    "车": ("che", "ju"),
    "尉": ("wei", "yu"),
    "翟": ("zhai", "di"),
    "仇": ("chou", "qiu"),
    "解": ("jie", "xie"),
    "露": ("lu", "lou"),
    "绿": ("lv", "lu"),
    "薄": ("bo", "bao"),
}


def readings(runs: list[str], is_han: Callable[[str], bool]) -> list[tuple[str, ...]]:
    """Return the readings of a text, the likeliest first: a syllable for each character.

    A run of other letters stays as it is, as one syllable.
    """
    syllables: list[tuple[str, ...]] = []
    for run in runs:
        if is_han(run):
            syllables += [
                _likely(character, spelled)
                for character, spelled in zip(run, _spell(run), strict=True)
            ]
        else:
            syllables.append((run,))
    return list(islice(product(*syllables), READINGS_MAX)) if syllables else []


def _likely(character: str, spelled: str) -> tuple[str, ...]:
    """Return a character's readings; ü is typed as v, and by some as u."""
    others = OTHERWISE.get(character, (spelled.replace("v", "u"),))
    return (spelled, *(other for other in others if other != spelled))


def _spell(run: str) -> list[str]:
    return _speller()(run)


@cache
def _speller() -> Callable[[str], list[str]]:
    """Load the dictionaries, 50 MiB of them, only where titles are indexed."""
    from pypinyin import lazy_pinyin

    def spell(run: str) -> list[str]:
        spelled = lazy_pinyin(run)
        if len(spelled) == len(run):
            return [_letters(syllable) for syllable in spelled]
        return [_letters("".join(lazy_pinyin(character))) for character in run]

    return spell


def _letters(syllable: str) -> str:
    """A character that no dictionary has is its own syllable."""
    return syllable.replace("ü", "v")
