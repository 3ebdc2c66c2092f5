"""An event loop whose clock jumps: timers cost no time, and a forgotten wake-up is a deadlock.

For CPython's tests only.  No sockets and no threads inside: what is waited for must be a timer.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any


class _JumpingSelector(selectors.DefaultSelector):
    now_s = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("deadlock: every task waits for another")
        self.now_s += timeout
        return []


def _new_loop() -> asyncio.SelectorEventLoop:
    selector = _JumpingSelector()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: selector.now_s  # type: ignore[method-assign]
    return loop


def run(coroutine: Coroutine[Any, Any, Any]) -> None:
    with asyncio.Runner(loop_factory=_new_loop) as runner:
        runner.run(coroutine)
