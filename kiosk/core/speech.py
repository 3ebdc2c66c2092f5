"""What is said aloud: a view as sentences, and which of them a change of views is worth.  Pure.

A reader's name is never said: others hear it, too.  Where the focus is, is said when it moves.
"""

import re

from kiosk.core.view import Choice, Texts, View, say

_NAME = re.compile(r"\S\*[，,]?\s*")  # A masked name, as in 林*.
_SWITCHES = ("large", "contrast", "speech", "child", "reach")  # Tools that are on or off.
STAR = "\u2022"  # A digit that nobody else may see; also nobody may hear it.
_QUIET = ("warning",)  # Its number changes every second; it is said once.


def sentences(view: View, texts: Texts) -> tuple[str, ...]:
    """Return all that a screen says, from top to bottom, and what can be chosen on it."""
    # Letter by letter: it may be no word.
    said = [" ".join(view.entry or "").replace(STAR, texts["say.star"])]
    said += [view.status, view.title.replace("{}", f" {view.figure} "), view.line, view.notice]
    if view.figure and "{}" not in view.title and view.screen not in _QUIET:
        said.append(view.figure)
    said += [f"{cover.title or texts['no_title']} {cover.mark}" for cover in view.covers]
    for part in view.parts:
        said += [part.heading, texts["separator"].join(part.titles), part.step]
    said += [_choice(choice, texts) for choice in view.choices if not _is_letter(choice)]
    return tuple(line for line in map(_plain, said) if line)


def utterance(before: View | None, after: View, texts: Texts) -> str:
    """Return what is to be said now; "" when nothing is.  It cuts off what is being said."""
    if not after.speech:
        return ""
    focused = _focused(after)
    if before is None or _anew(before, after):
        # Of the tools nobody wants to hear before they go there.
        first = focused if focused in after.choices else None
        said = [*after.spoken, *([_focus(first, texts)] if first else [])]
    elif after.volume != before.volume:
        said = [say(texts, "say.volume", volume=after.volume)]
    else:
        new = () if after.screen in _QUIET else set(after.spoken) - set(before.spoken)
        said = [sentence for sentence in after.spoken if sentence in new]
        if focused and focused != _focused(before):
            said = [*said, _focus(focused, texts)]
    return "\n".join(said)


def _anew(before: View, after: View) -> bool:
    """Say whether all of it is said: another screen or language, or somebody asked to hear it."""
    looked = (before.screen, before.language, before.speech, before.repeats)
    return looked != (after.screen, after.language, after.speech, after.repeats)


def _is_letter(choice: Choice) -> bool:
    """Nobody wants the keys read out; each is said when the focus comes to it."""
    return choice.word.startswith(("key.", "digit."))


def _choice(choice: Choice, texts: Texts) -> str:
    author = choice.cover.author if choice.cover else ""
    words = " ".join(filter(None, (choice.text, author, choice.detail)))
    if not choice.number:
        return words
    return say(texts, "say.choice", number=choice.number, text=words)


def _focused(view: View) -> Choice | None:
    return next((choice for choice in (*view.choices, *view.tools) if choice.focused), None)


def _focus(choice: Choice, texts: Texts) -> str:
    """A tool also says whether it is on."""
    if choice.word in _SWITCHES:
        return choice.text + texts["say.on" if choice.on else "say.off"]
    return choice.text


def _plain(line: str) -> str:
    return " ".join(_NAME.sub("", line).split())
