"""Somebody who does not see the screen: hears what is said, presses keys, lays books down."""

import re
from collections.abc import Callable, Mapping

from kiosk.config import texts
from kiosk.core.model import Model
from kiosk.core.present import present
from kiosk.core.speech import utterance
from kiosk.core.view import View

PRESSES_MAX = 12


class Blind:
    """`model` gives the machine's model, `key` presses a key; nothing of a view is looked at."""

    def __init__(
        self, model: Callable[[], Model], key: Callable[[str], object], language: str = "zh"
    ) -> None:
        self._model, self._key = model, key
        self._before: View | None = None
        self._texts: dict[str, Mapping[str, str]] = {}
        self.heard: list[str] = []
        self.language = language

    def listen(self) -> str:
        """Return what is said after something happened; "" when nothing was."""
        model = self._model()
        words = self._texts.setdefault(model.language, texts(model.language))
        view = present(model, words)
        said = utterance(self._before, view, words)
        self._before = view
        if said:
            self.heard.append(said)
        return said

    def press(self, key: str) -> str:
        self._key(key)
        return self.listen()

    def hears(self, words: str) -> None:
        """Expect words in what was said last, or since."""
        self.listen()
        assert words in self.heard[-1], (words, self.heard[-3:])

    def choose(self, words: str) -> None:
        """Press the key that was said for a choice; where none was, go there with the arrows."""
        for line in reversed("\n".join(self.heard).split("\n")):
            named = re.search(r"(\d) 键，|Key (\d): ", line)
            if named and words in line:
                self.press(named[1] or named[2])
                return
        for _press in range(PRESSES_MAX):
            if words in self.press("down"):
                self.press("go")
                return
        raise AssertionError(f"nobody said {words!r}: {self.heard[-3:]}")
