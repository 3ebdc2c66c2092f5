"""The firmware's connection around its talk with the service (talk.py): carries it over a link."""

import asyncio

from bookcase_fw.link import Link, LinkError
from bookcase_fw.talk import Talk

GOODBYE_MS = 2000  # The last words are not waited for longer.


def _nothing():
    """What a beat does that nobody counts."""


class Uplink:
    """connect() is a coroutine: (reader, writer) to the MQTT server, or OSError.

    beat() is called whenever `run` goes round; a `kick` makes it.
    parts: device, key, journal, dice, on_order, on_want, on_served, health ...; see Talk.
    """

    def __init__(self, *, connect, clock, beat=_nothing, log=print, **parts):
        self.talk = Talk(clock=clock, log=log, **parts)
        self._connect, self._clock, self._beat, self._log = connect, clock, beat, log
        # Something happened: for `run`, and for the task that speaks.
        self._stirred, self._spoken_to = asyncio.Event(), asyncio.Event()
        self._link: Link | None = None
        self._job: asyncio.Task | None = None

    @property
    def session(self) -> str:
        """Session id of the present or last connection: boot.connection."""
        return self.talk.session

    @property
    def served(self) -> bool:
        return self.talk.served

    async def run(self):
        """Serve until `stop`; raises what is wrong with the program, never with the network."""
        try:
            while True:
                if self._job and self._job.done():
                    await self._job
                    self._job = None
                self.talk.ring()
                while self.talk.todo:
                    await getattr(self, "_do_" + self.talk.todo.pop(0))()
                if self.talk.stopped:
                    return
                self._spoken_to.set()
                self._beat()
                await _wait(self._stirred, self.talk.until_ring_ms())
        finally:
            await self._do_close()

    def stop(self):
        """Say goodbye (presence offline, DISCONNECT); `run` then returns."""
        self._happened("stop")

    def kick(self):
        """The journal has new records."""
        self._stir()

    def report(self, state: dict):
        """See Talk.report."""
        self.talk.report(state)
        self._stir()

    def report_again(self):
        """See Talk.report_again."""
        self.talk.report_again()
        self._stir()

    async def ask(self, op: str, wait_ms: int = 0, **fields) -> dict | None:
        """Return the service's answer, or None when it does not serve us or is too late.

        At most talk.ASKS_MAX are open at a time; one more is None at once.
        """
        answers, answered = [], asyncio.Event()

        def then(answer):
            answers.append(answer)
            answered.set()

        self.talk.ask(then, op, wait_ms, **fields)
        self._stir()
        await answered.wait()
        return answers[0]

    def _stir(self):
        self._stirred.set()
        self._spoken_to.set()

    def _happened(self, event: str):
        self.talk.happened(event)
        self._stir()

    def _heard(self, topic: str, payload: bytes | None, retained: bool):
        self.talk.heard(topic, payload, retained)
        self._stir()

    def _lost(self, link: Link):
        if link is self._link:
            self._log("uplink: %s; connecting again" % link.error)
            self._happened("lost")

    async def _do_connect(self):
        uptime_ms, timings = self._clock.uptime_ms, self.talk.timings
        link = Link(self._connect, uptime_ms, self._heard, lambda: self._lost(link), timings)
        self.talk.begin()
        self._link = link
        self._job = asyncio.create_task(self._until_lost(link, self._open(link)))

    async def _do_subscribe(self):
        link = self._link
        assert link
        self._job = asyncio.create_task(self._until_lost(link, self._say(link)))

    async def _do_say_goodbye(self):
        assert self._link
        try:
            last_words = _publish(self._link, *self.talk.goodbye())
            await asyncio.wait_for(last_words, GOODBYE_MS / 1000)
        except (LinkError, asyncio.TimeoutError):
            pass

    async def _do_close(self):
        link, self._link = self._link, None
        job, self._job = self._job, None
        if job:
            job.cancel()
        if link:
            await link.close()

    async def _until_lost(self, link: Link, job):
        """Do a job that ends with the connection; `run` hears of its end, and of its errors."""
        try:
            await job
        except (LinkError, MemoryError) as error:
            # A heap that is full now has room after the pause.
            link.fail("%r" % error)
        finally:
            self._stir()

    async def _open(self, link: Link):
        topic, payload, _qos, retained = self.talk.will()
        await link.open(self.talk.device, self.talk.password, (topic, payload, retained))
        self._happened("connected")

    async def _say(self, link: Link):
        """Subscribe, then say what there is to say as long as the connection lives."""
        await link.subscribe(self.talk.topics)
        self._happened("subscribed")
        while True:
            message = self.talk.say()
            if message:
                await _publish(link, *message)
            else:
                await _wait(self._spoken_to, self.talk.until_say_ms())


async def _publish(link: Link, topic: str, payload: bytes, qos: int, retained: bool):
    if qos:
        await link.publish(topic, payload, retained)
    else:
        link.send(topic, payload)


async def _wait(event, limit_ms: int | None):
    """Wait for an event, at most so long, and clear it."""
    try:
        if limit_ms is None:
            await event.wait()
        else:
            await asyncio.wait_for(event.wait(), limit_ms / 1000)
    except asyncio.TimeoutError:
        pass
    event.clear()
