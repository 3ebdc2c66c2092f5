"""An event loop whose clock jumps: timers cost no time, and a forgotten wake-up is a deadlock.

For CPython only.  No sockets and no threads inside: what is waited for must be a timer.  What comes
due at the same moment comes in the order in which it was asked for.
"""

import asyncio
import contextvars
import heapq
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

SWEEP_MIN = 1000  # Cancelled timers that are kept before they are looked for.


class _Handle:
    """A call that is due, or will be: what asyncio wants of its own handles, and no more."""

    __slots__ = ("args", "call", "context", "is_cancelled", "when_s")

    def __init__(
        self,
        call: Callable[..., object],
        args: tuple[Any, ...],
        context: contextvars.Context | None,
        when_s: float = 0.0,
    ) -> None:
        self.call, self.args = call, args
        self.context = contextvars.copy_context() if context is None else context
        self.when_s, self.is_cancelled = when_s, False

    def cancel(self) -> None:
        self.is_cancelled = True

    def cancelled(self) -> bool:
        return self.is_cancelled

    def when(self) -> float:
        return self.when_s


class _JumpingLoop(asyncio.BaseEventLoop):
    def __init__(self) -> None:
        super().__init__()
        self._now_s = 0.0
        self._due: deque[_Handle] = deque()
        self._later: list[tuple[float, int, _Handle]] = []
        self._asked = 0
        self._sweep_at = SWEEP_MIN

    def time(self) -> float:
        return self._now_s

    def call_soon(  # type: ignore[override]
        self,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> _Handle:
        handle = _Handle(callback, args, context)
        self._due.append(handle)
        return handle

    def call_at(  # type: ignore[override]
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> _Handle:
        handle = _Handle(callback, args, context, when)
        self._asked += 1
        heapq.heappush(self._later, (when, self._asked, handle))
        if len(self._later) > self._sweep_at:
            self._sweep()
        return handle

    def call_later(  # type: ignore[override]
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> _Handle:
        return self.call_at(self._now_s + delay, callback, *args, context=context)

    def close(self) -> None:
        """Drop at once what was never begun, not whenever garbage is collected."""
        super().close()
        self._due.clear()
        self._later.clear()

    def _run_once(self) -> None:
        """Carry out what is due; the clock jumps when nothing is."""
        due, later = self._due, self._later
        while later and later[0][2].is_cancelled:
            heapq.heappop(later)
        if not due:
            if not later:
                raise RuntimeError("deadlock: every task waits for another")
            self._now_s = max(self._now_s, later[0][0])
        while later and later[0][0] <= self._now_s:
            due.append(heapq.heappop(later)[2])
        for _one in range(len(due)):
            handle = due.popleft()
            if not handle.is_cancelled:
                self._carry_out(handle)

    def _carry_out(self, handle: _Handle) -> None:
        try:
            handle.context.run(handle.call, *handle.args)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            said = {"message": f"exception in {handle.call!r}", "exception": error}
            self.call_exception_handler(said)

    def _sweep(self) -> None:
        """Forget timers that were cancelled long before their time."""
        self._later = [one for one in self._later if not one[2].is_cancelled]
        heapq.heapify(self._later)
        self._sweep_at = 2 * len(self._later) + SWEEP_MIN


def run(coroutine: Coroutine[Any, Any, Any]) -> None:
    with asyncio.Runner(loop_factory=_JumpingLoop) as runner:
        runner.run(coroutine)
