"""Tells systemd that the screen is drawn, again and again (sd_notify); without systemd, nobody."""

import os
import socket


class Watchdog:
    """`ready` once, then `alive` at least twice in the time that systemd waits (WatchdogSec)."""

    def __init__(self, address: str | None = None) -> None:
        self._address = os.environ.get("NOTIFY_SOCKET", "") if address is None else address

    def ready(self) -> None:
        self._say("READY=1")

    def alive(self) -> None:
        self._say("WATCHDOG=1")

    def _say(self, words: str) -> None:
        """Failing is no harm: systemd then starts the kiosk anew."""
        if not self._address:
            return
        # An abstract address begins with @ in the variable, with a zero byte on the line.
        address = "\0" + self._address[1:] if self._address[0] == "@" else self._address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            line.setblocking(False)
            try:
                line.sendto(words.encode(), address)
            except OSError:
                return
