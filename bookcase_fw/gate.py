"""The reader over a 24-hour return's belt, UHF or HF: which chips lie there, and what they say.

Both ways end in the same list of Things.  A UHF antenna hears what people hold before the flap,
too, but faintly: on the belt a chip is near.  Its memory is read where it has a library's form; a
chip that is a number and nothing else says nothing of an item.  HF has AFI and theft bit, a pair.
"""

from collections import namedtuple

from bookcase_fw.codecs.tags import model
from bookcase_fw.drivers.hfreader import HfReaderError
from bookcase_fw.drivers.uhfreader import UhfReaderError

ROUNDS, HEARD_MIN, DBM_MIN = 6, 3, -58
BLOCKS_MAX = 28  # Of an HF chip: all of the common ones, and where books have their data.
NO_ITEM = model.Item("none", "", "", "", 0, 0, "", "")
NUMBERS_ONLY = ("epc", "blank")  # Of model.MODELS.

# A chip: its number, what its memory says (model.Item), its AFI (-1: it has none) and theft bit.
Thing = namedtuple("Thing", ("tag", "item", "afi", "eas"))


class UhfGate:
    errors = (UhfReaderError,)

    @staticmethod
    async def things(reader) -> list:
        """Return what lies there now; raises what the driver raises."""
        times = {}
        for _round in range(ROUNDS):
            for tag, dbm in await reader.round():
                if dbm >= DBM_MIN:
                    times[tag] = times.get(tag, 0) + 1
        found = sorted([tag for tag in times if times[tag] >= HEARD_MIN])
        things = []
        for tag in found:
            things.append(Thing(tag, await _item(reader, tag), -1, False))
        return things

    @staticmethod
    async def secure(reader, thing: Thing) -> bool:
        """A UHF chip has no such pair."""
        return True


class HfGate:
    errors = (HfReaderError,)

    @staticmethod
    async def things(reader) -> list:
        """Return what lies there now; a chip that leaves meanwhile lies there no more."""
        found = []
        for uid in sorted(await reader.inventory()):
            info = await reader.info(uid)
            if info:
                memory = await reader.read(uid, 0, min(info.blocks, BLOCKS_MAX))
                eas = await reader.rings(uid)
                found.append(Thing(uid, model.read_hf(memory), info.afi, eas))
        return found

    @staticmethod
    async def secure(reader, thing: Thing) -> bool:
        """Let it be in stock for the gates of a library; say whether it surely is."""
        afi, eas = model.secure(on_loan=False)
        return await reader.secure(thing.tag, afi, eas)


async def _item(reader, tag: str) -> model.Item:
    """Return what a UHF chip's memory says of an item."""
    memory = await reader.memory(tag)
    item = model.read_uhf(memory[0], memory[1]) if memory else NO_ITEM
    return NO_ITEM if item.model in NUMBERS_ONLY else item


GATES = {"uhf": UhfGate, "hf": HfGate}
