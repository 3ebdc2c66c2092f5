"""The HF reader's driver: chips in the field, their memory, AFI and EAS.  See codecs/feig.py."""

import asyncio

from bookcase_fw.codecs import feig
from bookcase_fw.drivers.line import Line, Waits

TRIES_MAX = 3
# An inventory of 30 chips takes one to two seconds on the air.
WAITS = Waits(answer_s=2.5, quiet_s=0.06, late_s=2.5, gap_s=0.25)
FETCHES_MAX = 10  # Answers after which an inventory that goes on has a fault.
# What says of the chip, not of the reader, that it did not happen.
CHIP_GONE = ("no_chip", "false", "write", "radio", "refused", "outside", "kind")


class HfReaderError(Exception):
    """The reader is silent, refuses, or its line has ended.  The next call asks again."""


class HfReader:
    """One antenna.  Chips are named by their UID, 16 hexadecimal digits in upper case.

    That a chip does not answer is no error of the reader: the calls below say so in their result.
    A chip can leave the field at any instant, also within `write`, so whoever must know reads the
    memory back.  Readers on one line share `bus`.
    """

    def __init__(self, port: tuple, bus: asyncio.Lock | None = None, waits: Waits = WAITS):
        self._line = Line(port, feig.Decoder(), HfReaderError, waits)
        self._bus = bus or asyncio.Lock()

    @property
    def noise_count(self) -> int:
        return self._line.noise_count

    async def inventory(self) -> list:
        """Return the UIDs of all chips in the field, each once, without order."""
        found = []
        for fetch in range(FETCHES_MAX):
            answer = await self._ask(feig.inventory(more=fetch > 0))
            found += [uid for uid in feig.uids(answer[2]) if uid not in found]
            if answer[1] != "more":
                return found
        raise HfReaderError("the HF reader does not end its inventory")

    async def read(self, uid: str, first: int, count: int) -> bytes:
        """Return the memory from a block on; empty when the chip did not answer."""
        memory = b""
        while count > 0:
            part = min(count, feig.BLOCKS_MAX)
            answer = await self._ask(feig.to_chip("read", uid, bytes((first, part))))
            data = feig.blocks(answer[2]) if answer[1] == "done" else b""
            if not data:
                return b""
            memory += data
            first, count = first + part, count - part
        return memory

    async def write(self, uid: str, first: int, data: bytes, block_size: int = 4) -> bool:
        """Write whole blocks; say whether the chip took all of them."""
        assert len(data) % block_size == 0
        step = feig.BLOCKS_MAX * block_size
        for place in range(0, len(data), step):
            part = data[place : place + step]
            head = bytes((first + place // block_size, len(part) // block_size, block_size))
            if not await self._done(feig.to_chip("write", uid, head + part)):
                return False
        return True

    async def write_afi(self, uid: str, afi: int) -> bool:
        """Write a chip's AFI; say whether the chip took it."""
        return await self._done(feig.to_chip("write_afi", uid, bytes((afi,))))

    async def write_eas(self, uid: str, on: bool) -> bool:
        """Set or reset the theft bit of an NXP chip; say whether the chip took it."""
        return await self._done(feig.custom("set_eas" if on else "reset_eas", uid))

    async def rings(self, uid: str) -> bool:
        """Say whether an NXP chip's theft bit is set; one that is not there does not ring."""
        return await self._done(feig.custom("eas_alarm", uid))

    async def secure(self, uid: str, afi: int, eas: bool) -> bool:
        """Write AFI and theft bit, see `secure` in codecs/tags/model.py; say whether both stand.

        Both are read back, the AFI last: a chip that left after it was written is no success.
        """
        written = await self.write_afi(uid, afi) and await self.write_eas(uid, eas)
        if not written or await self.rings(uid) != eas:
            return False
        found = await self.info(uid)
        return found is not None and found.afi == afi

    async def info(self, uid: str) -> feig.Info | None:
        """Return a chip's DSFID, AFI and size; None when it did not answer."""
        answer = await self._ask(feig.to_chip("info", uid))
        return feig.info(answer[2]) if answer[1] == "done" else None

    async def _done(self, request: bytes) -> bool:
        return (await self._ask(request))[1] == "done"

    async def _ask(self, request: bytes) -> tuple:
        name = feig.word(feig.CODES, request[4])
        async with self._bus:
            await self._line.settle()
            for _try in range(TRIES_MAX):
                await self._line.send(request)
                answer = await self._line.answer(lambda frame: frame[0] == name)
                if answer:
                    break
            else:
                raise HfReaderError("the HF reader is silent: asked %d times" % TRIES_MAX)
        if answer[1] not in ("done", "more") + CHIP_GONE:
            raise HfReaderError("the HF reader refuses: %s" % answer[1])
        return answer
