"""One MQTT connection over a stream: connect, subscribe, publish, stay alive, notice the end."""

import asyncio

from bookcase_fw import wire
from bookcase_fw.codecs import mqtt

READ_SIZE = 512
# What a server wraps around a payload of ours: topic and packet id.
PACKET_SIZE_MAX = wire.PAYLOAD_SIZE_MAX + mqtt.TOPIC_SIZE_MAX + 4
OUTBOX_MAX = 32  # Packets; a server that lets more of them wait does not read.
CONNACK_ID = 0  # Stands for the CONNACK among the packet ids that are waited for.


class LinkError(Exception):
    """The connection ended or cannot be made.  Close it; connect again after a pause."""


class Link:
    """A connection that is opened once and closed once.

    connect()   coroutine: (reader, writer), or OSError
    clock()     ms, for silence and lateness
    heard(topic, payload, retained)   each message, at once; payload None: longer than we read
    ended()     called once when the connection is lost; `error` then says why
    """

    def __init__(self, connect, clock, heard, ended, timings: dict):
        self.error = ""
        self._connect = connect
        self._clock = clock
        self._heard = heard
        self._ended = ended
        self._timings = timings
        self._writer = None
        self._tasks = []
        self._outbox = []
        self._filled = asyncio.Event()
        self._packet_id = 0
        self._waiting = {}  # Packet id -> [event, reply, when it was sent].
        self._heard_ms = self._said_ms = clock()

    async def open(self, device: str, password: str, will: tuple):
        """Connect and be accepted, or raise LinkError; will is (topic, payload, retained)."""
        try:
            limit_s = self._timings["connect_ms"] / 1000
            reader, self._writer = await asyncio.wait_for(self._connect(), limit_s)
        except (OSError, asyncio.TimeoutError) as error:
            self.fail("no connection: %r" % error)
            raise LinkError(self.error)
        self._heard_ms = self._said_ms = self._clock()
        jobs = (self._read(reader), self._write(self._writer), self._watch())
        self._tasks = [asyncio.create_task(self._keep(job)) for job in jobs]
        keep_alive_s = max(1, self._timings["keep_alive_ms"] // 1000)
        packet = mqtt.connect(device, device, password, keep_alive_s, will)
        reply = await self._answer(CONNACK_ID, packet)
        if reply.code:
            self.fail("the server refused us with code %d" % reply.code)
            raise LinkError(self.error)

    async def subscribe(self, topics: tuple):
        packet_id = self._next_id()
        reply = await self._answer(packet_id, mqtt.subscribe(packet_id, topics))
        if mqtt.FAILED in reply.codes:
            self.fail("the server refused a subscription")
            raise LinkError(self.error)

    async def publish(self, topic: str, payload: bytes, retained: bool = False):
        """Publish at QoS 1: returns when the server has it, or raises LinkError."""
        packet_id = self._next_id()
        await self._answer(packet_id, mqtt.publish(topic, payload, packet_id, retained))

    def send(self, topic: str, payload: bytes):
        """Publish at QoS 0: it may be lost."""
        self._put(mqtt.publish(topic, payload))

    def fail(self, reason: str):
        """Take the connection for lost; only the first reason counts."""
        if self.error:
            return
        self.error = reason
        for slot in self._waiting.values():
            slot[0].set()
        self._ended()

    async def close(self):
        """Say goodbye where somebody listens, and close the socket."""
        polite = not self.error and not self._outbox
        self.fail("closed")
        for task in self._tasks:
            task.cancel()
        # The cancelled tasks let go of the socket before it is closed.
        await asyncio.sleep(0)
        writer, self._writer = self._writer, None
        if not writer:
            return
        try:
            if polite:
                writer.write(mqtt.GOODBYE)
            # Once only: a second close on the unix port closes somebody else's descriptor.
            writer.close()
            await writer.wait_closed()
        except OSError:
            pass

    async def _answer(self, packet_id: int, packet: bytes):
        """Send a packet and return the reply to it."""
        slot: list = [asyncio.Event(), None, self._clock()]
        self._waiting[packet_id] = slot
        try:
            self._put(packet)
            await slot[0].wait()
        finally:
            self._waiting.pop(packet_id)
        if not slot[1]:
            raise LinkError(self.error)
        return slot[1]

    def _put(self, packet: bytes):
        if self.error:
            raise LinkError(self.error)
        if len(self._outbox) == OUTBOX_MAX:
            self.fail("the server does not read")
            raise LinkError(self.error)
        self._outbox.append(packet)
        self._filled.set()

    async def _keep(self, job):
        """Do a part of the connection: when it ends, for whatever reason, the connection does."""
        try:
            await job
        except (OSError, MemoryError, mqtt.MqttError, LinkError) as error:
            self.fail("%r" % error)
        finally:
            self.fail("a part of the connection ended")

    async def _write(self, writer):
        """The only task that writes: two that drain together would mix their bytes."""
        while True:
            await self._filled.wait()
            self._filled.clear()
            while self._outbox:
                self._said_ms = self._clock()
                writer.write(self._outbox.pop(0))
                await writer.drain()

    async def _read(self, reader):
        decoder = mqtt.Decoder(PACKET_SIZE_MAX)
        while True:
            data = await reader.read(READ_SIZE)
            if not data:
                self.fail("the server closed the connection")
                return
            self._heard_ms = self._clock()
            for packet in decoder.feed(data):
                self._take(packet)

    def _take(self, packet):
        if isinstance(packet, mqtt.Publish):
            self._heard(packet.topic, packet.payload, packet.retained)
            if packet.id:
                self._put(mqtt.puback(packet.id))
        elif not isinstance(packet, mqtt.Pingresp):
            slot = self._waiting.get(CONNACK_ID if isinstance(packet, mqtt.Connack) else packet.id)
            # A reply to something that was given up is nobody's.
            if slot:
                slot[1] = packet
                slot[0].set()

    async def _watch(self):
        """Ping when nothing was said, and end the connection when nothing is heard.

        A ping goes out between three quarters and seven eighths of the keep-alive: on 4G each of
        them is paid for.
        """
        keep_alive_ms = self._timings["keep_alive_ms"]
        while not self.error:
            await asyncio.sleep(keep_alive_ms / 8000)
            now_ms = self._clock()
            if now_ms - self._heard_ms > keep_alive_ms * 3 // 2:
                self.fail("the server is silent")
            elif self._is_late(now_ms):
                self.fail("the server does not acknowledge")
            elif now_ms - self._said_ms > keep_alive_ms * 3 // 4 and not self._outbox:
                self._put(mqtt.PING)

    def _is_late(self, now_ms: int) -> bool:
        for packet_id, (_event, reply, since_ms) in self._waiting.items():
            limit = "connect_ms" if packet_id == CONNACK_ID else "puback_ms"
            if not reply and now_ms - since_ms > self._timings[limit]:
                return True
        return False

    def _next_id(self) -> int:
        self._packet_id = mqtt.id_after(self._packet_id)
        return self._packet_id
