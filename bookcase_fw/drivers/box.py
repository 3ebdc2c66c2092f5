"""What the box tells of itself over I2C: climate and clock.  See codecs/sht3x.py and ds3231.py.

The bus is `machine.I2C`: writeto(address, data), readfrom(address, size), readfrom_mem and
writeto_mem(address, register, …).  Each call takes less than a millisecond; a sensor that is not
there raises OSError.
"""

import asyncio

from bookcase_fw.codecs import ds3231, sht3x

TRIES_MAX = 3


class BoxError(Exception):
    """The sensor or the clock does not answer, or says nonsense.  The next call asks again."""


class ClimateSensor:
    def __init__(self, bus, address: int = sht3x.ADDRESS):
        self._bus, self._address = bus, address

    async def measure(self) -> sht3x.Climate:
        """Return temperature and humidity now; takes 16 ms.  Raises BoxError."""
        for _try in range(TRIES_MAX):
            try:
                self._bus.writeto(self._address, sht3x.MEASURE)
                await asyncio.sleep(sht3x.MEASURE_MS / 1000)
                climate = sht3x.decode(self._bus.readfrom(self._address, sht3x.ANSWER_SIZE))
            except OSError:
                continue
            if climate:
                return climate
        raise BoxError("the climate sensor does not answer: asked %d times" % TRIES_MAX)


class BoxClock:
    """A clock that runs without power, in UTC."""

    def __init__(self, bus):
        self._bus = bus

    def read(self) -> int:
        """Return Unix seconds; 0 when it stood still since it was set.  Raises BoxError."""
        for _try in range(TRIES_MAX):
            try:
                status = self._bus.readfrom_mem(ds3231.ADDRESS, ds3231.STATUS, 1)[0]
                time_s = ds3231.decode(
                    self._bus.readfrom_mem(ds3231.ADDRESS, ds3231.TIME, ds3231.SIZE)
                )
            except OSError:
                continue
            if status & ds3231.STOOD:
                return 0
            if time_s is not None:
                return time_s
        raise BoxError("the clock does not answer: asked %d times" % TRIES_MAX)

    def set(self, unix_s: int):
        """Set the clock, then say that it runs.  Raises BoxError."""
        try:
            self._bus.writeto_mem(ds3231.ADDRESS, ds3231.TIME, ds3231.encode(unix_s))
            status = self._bus.readfrom_mem(ds3231.ADDRESS, ds3231.STATUS, 1)[0]
            self._bus.writeto_mem(
                ds3231.ADDRESS, ds3231.STATUS, bytes((status & ~ds3231.STOOD & 0xFF,))
            )
        except OSError:
            raise BoxError("the clock cannot be set")
