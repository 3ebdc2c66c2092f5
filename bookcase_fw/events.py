"""One queue of events, and the timers and tasks that feed it."""

import asyncio


class Events:
    """Only `run` steps anything: it gives each event to its target's `take(event, data)`.

    A target has a `number` that no other has: it keys its one timer.
    """

    def __init__(self):
        self._queue: list = []
        self._stirred = asyncio.Event()
        self._tasks: list = []
        self._timers: dict = {}  # Target's number -> (number of the timer, its task).
        self._timer_count = 0
        self._failure = None

    async def run(self, idle):
        """Work for ever, `idle()` whenever the queue has run empty.

        Raises what one of the tasks beside raised.
        """
        try:
            while True:
                while self._queue:
                    self._give(*self._queue.pop(0))
                idle()
                if self._failure:
                    raise self._failure
                await self._stirred.wait()
                self._stirred.clear()
        finally:
            for task in self._tasks:
                task.cancel()

    def post(self, target, event: str, data=None):
        self._queue.append((target, event, data))
        self._stirred.set()

    async def settled(self):
        """Wait until all that was posted was taken."""
        while self._queue:
            await asyncio.sleep(0)

    def spawn(self, work):
        """Run a coroutine beside; when it raises, so does `run`.  Returns its task."""
        return self._kept(asyncio.create_task(self._guard(work)))

    def start_timer(self, target, wait_ms: int):
        """Post `timeout` to a target after a while, instead of a timer that runs for it."""
        self.stop_timer(target)
        self._timer_count += 1
        # Not guarded: it raises nothing, and may be stopped before it has begun.
        task = self._kept(asyncio.create_task(self._ring(target, self._timer_count, wait_ms)))
        self._timers[target.number] = (self._timer_count, task)

    def stop_timer(self, target):
        _number, task = self._timers.pop(target.number, (0, None))
        if task:
            task.cancel()

    def _kept(self, task):
        self._tasks = [one for one in self._tasks if not one.done()] + [task]
        return task

    async def _guard(self, work):
        try:
            await work
        # Nothing is hidden: `run` raises it.
        except Exception as error:
            self._failure = error
            self._stirred.set()

    async def _ring(self, target, number: int, wait_ms: int):
        await asyncio.sleep(wait_ms / 1000)
        self.post(target, "timeout", number)

    def _give(self, target, event: str, data):
        if event == "timeout":
            # A timer that was stopped after it had rung must not be heard.
            if self._timers.get(target.number, (0, None))[0] != data:
                return
            self._timers.pop(target.number)
        target.take(event, data)
