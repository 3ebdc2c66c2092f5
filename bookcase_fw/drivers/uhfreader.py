"""The UHF reader's driver: one round of inventory at a time.  See codecs/r200.py."""

import binascii

from bookcase_fw.codecs import r200
from bookcase_fw.drivers.line import Line, Waits

TRIES_MAX = 3
# A round has ended when nothing more came for 25 notices' time.
WAITS = Waits(answer_s=0.5, quiet_s=0.06, late_s=0.7, gap_s=0.25)
READS_MAX = 60  # Reads after which a round that does not end is a fault.
POWER_CDBM = 2000
USER_WORDS = (16, 8, 4)  # Tried in turn: a chip refuses to read behind the end of its user bank.


class UhfReaderError(Exception):
    """The reader is silent, refuses, or its line has ended.  The next round asks again."""


class UhfReader:
    """One antenna.  Rounds follow one another: call `round` again when it has returned."""

    def __init__(self, port: tuple, waits: Waits = WAITS):
        self._line = Line(port, r200.Decoder(), UhfReaderError, waits)
        self._waits = waits

    @property
    def noise_count(self) -> int:
        return self._line.noise_count

    async def setup(self, power_cdbm: int = POWER_CDBM):
        """End what the reader was doing; set China's 920-925 MHz and the power, in 0.01 dBm.

        Once after each power-up: the module keeps neither.  Raises UhfReaderError.
        """
        await self._ask("stop")
        await self._ask("region", bytes((r200.number(r200.REGIONS, "china"),)))
        await self._ask("power", power_cdbm.to_bytes(2, "big"))

    async def round(self) -> list:
        """Return (tag, dBm) of all tags heard in one round of inventory, the strongest of each.

        A list without order; empty when nothing was heard.  Raises UhfReaderError.
        """
        await self._line.settle()
        for _try in range(TRIES_MAX):
            await self._line.send(r200.encode("command", "inventory"))
            frames = await self._line.hear(self._waits.answer_s)
            if frames:
                return await self._rest(frames)
            self._line.late = True
        raise UhfReaderError("the UHF reader is silent: asked %d times" % TRIES_MAX)

    async def _rest(self, frames: list) -> list:
        """Return what these frames and those that follow them tell, until nothing more comes."""
        strongest = {}
        for _read in range(READS_MAX):
            for frame in frames:
                if frame.kind == "notice":
                    tag, dbm = r200.heard(frame)
                    strongest[tag] = max(dbm, strongest.get(tag, dbm))
            frames = await self._line.hear(self._waits.quiet_s)
            if not frames:
                return list(strongest.items())
        raise UhfReaderError("the UHF reader does not end its round")

    async def memory(self, tag: str) -> "tuple | None":
        """Return (PC and number, user bank; empty where it has none) of a tag that lies still.

        None when it did not answer: it has left, or is hardly heard.  Raises UhfReaderError.
        """
        mode = bytes((r200.number(r200.SELECT_MODES, "operations"),))
        await self._ask("select_mode", mode)
        await self._ask("select", r200.select(tag))
        bank, _pc = await self._read(tag, r200.EPC_BANK, 1, 1)
        if bank is None:
            return None
        for words in USER_WORDS:
            found, user = await self._read(tag, r200.USER_BANK, 0, words)
            if found is not None:
                return bank, user
        return bank, b""

    async def _read(self, tag: str, bank: int, first: int, words: int) -> tuple:
        """Return (PC and number, data), (None, b"") when the tag did not answer or has no such."""
        kind, data = await self._answer("read", r200.read(bank, first, words))
        if kind == "error":
            return None, b""
        air, data = r200.memory(data)
        if air[2:] != binascii.unhexlify(tag) or len(data) != 2 * words:
            return None, b""
        return air, data

    async def _ask(self, name: str, data: bytes = b""):
        kind, said = await self._answer(name, data)
        if kind == "error":
            raise UhfReaderError("the UHF reader refuses %s: %r" % (name, said))

    async def _answer(self, name: str, data: bytes) -> tuple:
        """Return (name, or "error"; data) of what is answered to a command."""
        for _try in range(TRIES_MAX):
            await self._line.send(r200.encode("command", name, data))
            answer = await self._line.answer(lambda frame: _answers(frame, name))
            if answer:
                return answer[1], answer[2]
        raise UhfReaderError("the UHF reader does not answer %s" % name)


def _answers(frame: tuple, name: str) -> bool:
    """Say whether a frame is the answer to a command; an inventory's "nothing" is not."""
    kind, word, data = frame
    if word == "error":
        return r200.word(r200.ERRORS, int.from_bytes(data[:1], "big")) != "nothing"
    return kind == "answer" and word == name
