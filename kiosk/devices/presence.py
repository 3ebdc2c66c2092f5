"""Which tags lie on the tray, from what each round heard.  Pure.

A tag lies there once two of the last three rounds heard it: a book carried past is none.  It is
gone when five rounds in a row were silent: at a read rate of 95 %, a book that lies still is
missed so often once in three million rounds.
"""

ENTER_HEARD, ENTER_ROUNDS, LEAVE_ROUNDS = 2, 3, 5


class Presence:
    def __init__(self) -> None:
        self.tags: tuple[str, ...] = ()  # Sorted.
        self._rounds: dict[str, int] = {}  # Tag -> its last rounds, a bit each; the lowest is last.

    def round(self, heard: set[str]) -> bool:
        """Take a round in; say whether the tags on the tray have changed."""
        for tag in heard:
            self._rounds.setdefault(tag, 0)
        rounds = {
            tag: (bits << 1 | (tag in heard)) & (1 << LEAVE_ROUNDS) - 1
            for tag, bits in self._rounds.items()
        }
        self._rounds = {tag: bits for tag, bits in rounds.items() if bits}
        before = self.tags
        self.tags = tuple(sorted(tag for tag in self._rounds if tag in before or self._enters(tag)))
        return self.tags != before

    def _enters(self, tag: str) -> bool:
        latest = self._rounds[tag] & (1 << ENTER_ROUNDS) - 1
        return latest.bit_count() >= ENTER_HEARD
