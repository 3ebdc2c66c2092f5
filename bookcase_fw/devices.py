"""Devices that may die and come back: one place makes a driver, and tells when its part fails."""

import asyncio


class Down(Exception):
    """The part does not work now; it was reported, and the next call tries again."""


class Device:
    """One part of the machine behind its driver.

    part      a word of wire.PARTS, with .door where there are several
    open      coroutine: (driver, function that lets go of its port)
    errors    what the driver raises
    report    report(part, fails, text), called when that changes
    """

    def __init__(self, part: str, open, errors: tuple, report):
        self.part = part
        self.works = True
        self._open, self._errors, self._report = open, errors + (OSError,), report
        self._driver, self._close = None, _nothing
        self._opening = asyncio.Lock()
        self._noise_count = 0

    @property
    def noise_count(self) -> int:
        """Bytes of noise dropped since the start."""
        return self._noise_count + getattr(self._driver, "noise_count", 0)

    async def call(self, use, quiet: bool = False):
        """Return what the coroutine use(driver) returns; raises Down, and drops the driver.

        quiet: the part may be silent for long, so that its opening alone says that it works.
        """
        try:
            async with self._opening:
                if self._driver is None:
                    self._driver, self._close = await self._open()
                    if quiet:
                        self.tell(fails=False)
            driver = self._driver
            result = await use(driver)
        except self._errors as error:
            self._drop()
            self.tell(fails=True, text=str(error) or repr(error))
            raise Down(self.part)
        self.tell(fails=False)
        return result

    def tell(self, fails: bool, text: str = ""):
        """Report how the part does, if that is news."""
        if fails == self.works:
            self.works = not fails
            self._report(self.part, fails, text)

    def _drop(self):
        self._noise_count = self.noise_count
        self._driver = None
        self._close()
        self._close = _nothing


def _nothing():
    pass
