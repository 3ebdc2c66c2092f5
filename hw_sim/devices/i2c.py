"""An I2C bus with an SHT3x sensor and a DS3231 clock on it; as machine.I2C for the drivers."""

from bookcase_fw.codecs import ds3231, sht3x


class Bus:
    """`parts` are by address; one that is not there, or is deaf, acknowledges nothing: OSError."""

    def __init__(self, parts: dict):
        self._parts = parts

    def writeto(self, address: int, data: bytes):
        self._part(address).write(data)

    def readfrom(self, address: int, size: int) -> bytes:
        return self._part(address).read(size)

    def writeto_mem(self, address: int, register: int, data: bytes):
        self._part(address).write(bytes((register,)) + data)

    def readfrom_mem(self, address: int, register: int, size: int) -> bytes:
        part = self._part(address)
        part.write(bytes((register,)))
        return part.read(size)

    def _part(self, address: int):
        part = self._parts.get(address)
        if part is None or part.deaf:
            raise OSError(19)
        return part


class Sensor:
    def __init__(self):
        self.climate = sht3x.Climate(2150, 450)
        self._measured = b""
        # Faults, off by default.
        self.deaf = False
        self.garbled = 0  # So many of the next answers have a wrong bit.

    def write(self, data: bytes):
        self._measured = sht3x.encode(self.climate) if data == sht3x.MEASURE else b""

    def read(self, size: int) -> bytes:
        if not self._measured:
            raise OSError(19)
        data, self._measured = self._measured[:size], b""
        if self.garbled:
            self.garbled -= 1
            data = bytes((data[0] ^ 1,)) + data[1:]
        return data


class Clock:
    """Runs when its owner says so: `pass_s`."""

    def __init__(self, unix_s: int = 0):
        self._registers = bytearray(0x13)
        self._place = 0
        self._registers[ds3231.STATUS] = ds3231.STOOD
        if unix_s:
            self._registers[: ds3231.SIZE] = ds3231.encode(unix_s)
            self._registers[ds3231.STATUS] = 0
        # Faults, off by default.
        self.deaf = False

    def write(self, data: bytes):
        self._place = data[0]
        for byte in data[1:]:
            self._registers[self._place % len(self._registers)] = byte
            self._place += 1

    def read(self, size: int) -> bytes:
        places = range(self._place, self._place + size)
        return bytes([self._registers[place % len(self._registers)] for place in places])

    # Hands.

    def pass_s(self, seconds: int):
        now_s = ds3231.decode(bytes(self._registers[: ds3231.SIZE])) or 0
        self._registers[: ds3231.SIZE] = ds3231.encode(now_s + seconds)

    def lose_battery(self):
        self._registers[: ds3231.SIZE] = ds3231.encode(946684800)
        self._registers[ds3231.STATUS] |= ds3231.STOOD
