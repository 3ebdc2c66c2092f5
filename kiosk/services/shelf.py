"""What is inside a bookcase, as the service says it: JSON in, an event out.  Pure."""

import msgspec

from kiosk.core.events import Inside, Stocked


class _Copy(msgspec.Struct):
    """What is used of the service's answer."""

    tag: str
    door: int
    title: str
    author: str = ""
    subject: str = msgspec.field(name="class", default="")


def stocked(answer: bytes) -> Stocked:
    """Return the copies in the order of the doors; raises msgspec.DecodeError."""
    copies = msgspec.json.decode(answer, type=list[_Copy])
    ordered = sorted(copies, key=lambda copy: (copy.door, copy.title))
    return Stocked(tuple(Inside(c.tag, c.door, c.title, c.author, c.subject) for c in ordered))
