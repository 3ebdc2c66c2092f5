"""What a bad wire does to the bytes that it carries.  Pure, and repeatable from its seed."""

FAULTS = ("deaf", "cut", "garble", "noise", "chop", "delay_ms")


class Wire:
    """Both directions of one line.  All faults are public, off by default, switched at any time.

    `fired` counts how often each came true, so that a fault that never did is noticed.
    """

    def __init__(self, seed: int = 1) -> None:
        self._chance = seed * 2654435761 + 1 & 0xFFFFFFFF or 1
        self.deaf = False  # Nothing gets through.
        self.cut = 0  # So many of the next messages lose their second half.
        self.garble = 0  # So many of the next messages have one wrong bit: a wrong checksum.
        self.noise = 0  # So many bytes of noise come before each message.
        self.chop = False  # Each byte arrives alone.
        self.delay_ms = 0
        self.fired = dict.fromkeys(FAULTS, 0)

    def carry(self, data: bytes) -> list[bytes]:
        """Return the pieces in which a message arrives; none when it is lost."""
        if not data:
            return []
        if self.deaf:
            self.fired["deaf"] += 1
            return []
        if self.cut:
            self.cut -= 1
            self.fired["cut"] += 1
            data = data[: len(data) // 2]
        if self.garble and data:
            self.garble -= 1
            self.fired["garble"] += 1
            data = self._garbled(data)
        if self.noise and data:
            self.fired["noise"] += 1
            data = bytes([self._dice(256) for _ in range(self.noise)]) + data
        self.fired["delay_ms"] += self.delay_ms > 0
        self.fired["chop"] += self.chop
        return [data[n : n + 1] for n in range(len(data))] if self.chop else [data]

    def _garbled(self, data: bytes) -> bytes:
        at = self._dice(len(data))
        return data[:at] + bytes((data[at] ^ 1 << self._dice(8),)) + data[at + 1 :]

    def _dice(self, sides: int) -> int:
        """Return a number from 0 up: xorshift, the same under both interpreters."""
        chance = self._chance
        chance ^= chance << 13 & 0xFFFFFFFF
        chance ^= chance >> 17
        self._chance = chance ^ chance << 5 & 0xFFFFFFFF
        return self._chance % sides
