"""The card reader's driver: one card after another.  See codecs/pn532.py and cardnumber.py."""

import asyncio

from bookcase_fw.codecs import cardnumber, pn532
from bookcase_fw.drivers.line import WAITS, Line, Waits

TRIES_MAX = 3
SEARCHES = (
    2  # Of the radio in one asking: 2 x 30 ms; a reader that searched for ever would be deaf.
)
POLL_S = 0.15


class CardReaderError(Exception):
    """The reader is silent, refuses, or its line has ended.  The next call asks again."""


class CardReader:
    """A PN532.  `form` is a name of cardnumber.FORMATS: how the library's cards were enrolled."""

    def __init__(self, port: tuple, form: str = "hex", waits: Waits = WAITS):
        self._line = Line(port, pn532.Decoder(), CardReaderError, waits)
        self._form = form
        self._there = b""  # UID of the card that lies on the reader; it was told.

    @property
    def noise_count(self) -> int:
        return self._line.noise_count

    async def setup(self):
        """Wake the reader and end its searches in time.  Once after each power-up.

        Raises CardReaderError.
        """
        await self._ask("sam", pn532.NORMAL_MODE, before=pn532.WAKE)
        await self._ask("radio", pn532.RETRIES + bytes((SEARCHES,)))

    async def read(self) -> str:
        """Return the number of the next card that is laid on, however long that takes.

        A card that stays is told once.  A card that has no number in the format (see
        cardnumber.number) is told as an empty text, so that the screen can say so.
        """
        while True:
            uid = await self.uid()
            is_new, self._there = bool(uid) and uid != self._there, uid
            if is_new:
                return cardnumber.number(uid, self._form)
            await asyncio.sleep(POLL_S)

    async def uid(self) -> bytes:
        """Return the UID of a card that lies on the reader now; empty when there is none."""
        return pn532.uid((await self._ask("cards", pn532.ONE_TYPE_A))[2])

    async def _ask(self, name: str, data: bytes, before: bytes = b"") -> tuple:
        await self._line.settle()
        for _try in range(TRIES_MAX):
            await self._line.send(before + pn532.encode(name, data))
            answer = await self._line.answer(lambda frame: _answers(frame, name))
            if answer and answer[0] == "error":
                raise CardReaderError("the card reader refuses %s" % name)
            if answer:
                return answer
            before = pn532.WAKE + pn532.ACK  # Ends what it may still be doing.
        raise CardReaderError("the card reader is silent: asked %d times" % TRIES_MAX)


def _answers(frame: tuple, name: str) -> bool:
    return frame[0] == "error" or frame[:2] == ("answer", name)
