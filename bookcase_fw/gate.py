"""The reader over a 24-hour return's belt, UHF or HF: which chips lie there, and what they say.

Both ways end in the same list of Things.  A UHF antenna hears what people hold before the flap,
too, but faintly: on the belt a chip is near.  HF reads the memory, AFI and theft bit, a pair.
"""

from collections import namedtuple

from bookcase_fw.codecs.tags import model
from bookcase_fw.drivers.hfreader import HfReaderError
from bookcase_fw.drivers.uhfreader import UhfReaderError

ROUNDS, HEARD_MIN, DBM_MIN = 6, 3, -58
BLOCKS_MAX = 28  # Of an HF chip: all of the common ones, and where books have their data.
NO_ITEM = model.Item("none", "", "", "", 0, 0, "", "")

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
        return [Thing(tag, NO_ITEM, -1, False) for tag in found]

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


GATES = {"uhf": UhfGate, "hf": HfGate}
