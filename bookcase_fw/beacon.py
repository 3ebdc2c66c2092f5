"""Light and sound beside the screen: plays the signals of tables/signals.py on one lamp and one
beeper, the latest word first."""

import asyncio

from bookcase_fw.tables import signals


class Beacon:
    def __init__(self, output, clock):
        """output(light, tone) sets both until it is called again; tone in Hz, 0 is silence.

        None: neither is fitted.
        """
        self._output, self._clock = output, clock
        self._word, self._since_ms = "", 0
        self._stirred = asyncio.Event()

    def show(self, screen: str, alarm: str):
        """Play the signal of a screen, or the alarm's; the one that plays already goes on."""
        word = alarm or signals.OF_SCREENS.get(screen, "")
        if word != self._word:
            self._word, self._since_ms = word, self._clock.uptime_ms()
            self._stirred.set()

    async def run(self):
        while self._output:
            self._stirred.clear()
            light, tone, left_ms = signals.OFF, 0, 0
            if self._word:
                light, tone, left_ms = signals.at(
                    self._word, self._clock.uptime_ms() - self._since_ms
                )
            self._output(light, tone)
            try:
                await asyncio.wait_for(self._stirred.wait(), left_ms / 1000 or None)
            except asyncio.TimeoutError:
                pass
