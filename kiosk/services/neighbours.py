"""Where else a reader can go, as the service says it: JSON in, an event out.  Pure."""

import msgspec

from kiosk.core.events import Near, Neighbours


class _Near(msgspec.Struct):
    """What is used of the service's answer."""

    device: str
    place_zh: str
    place_en: str
    metres: int


def neighbours(answer: bytes) -> Neighbours:
    """Return the machines that lend now, the nearest first; raises msgspec.DecodeError."""
    near = msgspec.json.decode(answer, type=list[_Near])
    return Neighbours(tuple(Near(*msgspec.structs.astuple(one)) for one in near))
