"""A 24-hour return's PLC over Modbus RTU: its registers, as we ask its maker to lay them out.

    input registers (04)
        0 version of this table | 1 number of its start | 2 state, bits of STATES | 3 weight, 10 g
        4 bins | 5 fill of bin 1 in percent | …
        16 number of the oldest event kept, 0 when none | 17 of the newest | 32 … ring of 16 events
    event     number | kind | value | age in 10 ms, FFFF for that and more
    holding registers (03, 06, 10)
        0 number of the last event that was taken | 1 count of orders | 2 order | 3 its value

Event n stands at 32 + 4 (n mod 16).  Events are numbered from 1 from each start of the PLC on, and
go round behind 65535 to 1.  Belt, flap and hands are kept safe by the PLC itself: nothing here can
start the belt while the flap is open.  9600 baud 8N1, station 1.
"""

from collections import namedtuple

from bookcase_fw.codecs import modbus

VERSION = 1
BINS_MAX = 8
HEAD, HEAD_SIZE = 0, 18
RING, RING_EVENTS, EVENT_SIZE = 32, 16, 4
TAKEN, ORDER = 0, 1
OLD = 0xFFFF
UNIT_MS = 10
EVENTS = (
    # name          number  value
    ("flap_open",    1),  # 0
    ("flap_shut",    2),  # 0
    ("entered",      3),  # 0; something passed the light barrier behind the flap
    ("weighed",      4),  # 10 g
    ("at_reader",    5),  # 0; it stands over the antenna
    ("given_back",   6),  # 0; it was driven out and taken by the reader
    ("dropped",      7),  # the bin into which it fell
    ("jam",          8),  # 0
    ("jam_cleared",  9),  # 0
    ("bin_full",    10),  # the bin
    ("bin_emptied", 11),  # the bin
    ("two_books",   12),  # 10 g; longer or heavier than one
    ("hand",        13),  # 0; a hand in the opening: the belt stands
    ("stopped",     14),  # 0; the emergency stop, or the service door
)  # fmt: skip
STATES = ("flap_open", "flap_locked", "belt_runs", "jammed", "occupied", "stopped")
ORDERS = (
    # name      number  value
    ("lock",     1),  # 0; the flap stays shut
    ("unlock",   2),  # 0
    ("accept",   3),  # the bin to which what lies on the belt goes
    ("give_back", 4),  # 0; out again through the flap
    ("clear",    5),  # 0; a jam: back and forth once
)  # fmt: skip

Head = namedtuple("Head", ("start", "states", "weight_g", "fills", "oldest", "newest"))
Event = namedtuple("Event", ("number", "name", "value", "age_ms"))  # Age -1: longer than known.


def head(data: bytes) -> Head | None:
    """Return the first registers as a value, or None when they are of another table."""
    words = modbus.words(data)
    if len(words) != HEAD_SIZE or words[0] != VERSION or words[4] > BINS_MAX:
        return None
    states = tuple([name for bit, name in enumerate(STATES) if words[2] >> bit & 1])
    fills = words[5 : 5 + words[4]]
    return Head(words[1], states, words[3] * 10, fills, words[16], words[17])


def encode_head(said: Head) -> bytes:
    bits = sum([1 << STATES.index(name) for name in said.states])
    words = [VERSION, said.start, bits, said.weight_g // 10, len(said.fills)] + list(said.fills)
    words += [0] * (16 - len(words))
    return modbus.packed(words + [said.oldest, said.newest])


def place(number: int) -> int:
    """Return the register at which an event stands."""
    return RING + number % RING_EVENTS * EVENT_SIZE


def event(data: bytes) -> Event | None:
    """Return an event, or None when it is of no kind that we know."""
    words = modbus.words(data)
    if len(words) != EVENT_SIZE:
        return None
    names = [name for name, code in EVENTS if code == words[1]]
    if not names:
        return None
    return Event(words[0], names[0], words[2], -1 if words[3] == OLD else words[3] * UNIT_MS)


def encode_event(said: Event) -> bytes:
    code = [number for name, number in EVENTS if name == said.name][0]
    age = OLD if said.age_ms < 0 else min(said.age_ms // UNIT_MS, OLD)
    return modbus.packed((said.number, code, said.value, age))


def after(number: int) -> int:
    """Return the number of the next event."""
    return number % 0xFFFF + 1


def order(name: str) -> int:
    return [number for word, number in ORDERS if word == name][0]
