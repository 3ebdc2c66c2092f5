"""One MQTT connection over a stream: connect, subscribe, publish, stay alive, notice the end."""

import asyncio

from bookcase_fw import wire
from bookcase_fw.codecs import mqtt

READ_SIZE = 1024
# What a server wraps around a payload of ours: topic and packet id.
PACKET_SIZE_MAX = wire.PAYLOAD_SIZE_MAX + mqtt.TOPIC_SIZE_MAX + 4
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
        self._reader = self._writer = None
        self._writing = asyncio.Lock()
        self._tasks = []
        self._packet_id = 0
        self._waiting = {}  # Packet id -> [event, reply, when it was sent].
        self._heard_ms = self._said_ms = clock()

    async def open(self, device: str, password: str, will: tuple):
        """Connect and be accepted, or raise LinkError; will is (topic, payload, retained)."""
        limit_s = self._timings["connect_ms"] / 1000
        try:
            self._reader, self._writer = await asyncio.wait_for(self._connect(), limit_s)
        except asyncio.TimeoutError:
            raise LinkError("no connection within %d ms" % self._timings["connect_ms"])
        except OSError as error:
            raise LinkError("no connection: %s" % error)
        self._heard_ms = self._said_ms = self._clock()
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._watch())]
        keep_alive_s = self._timings["keep_alive_ms"] // 1000
        packet = mqtt.connect(device, device, password, max(1, keep_alive_s), will)
        (code,) = await self._answer(CONNACK_ID, packet)
        if code:
            self._fail("the server refused us with code %d" % code)
            raise LinkError(self.error)

    async def subscribe(self, topics: tuple):
        packet_id = self._next_id()
        _id, codes = await self._answer(packet_id, mqtt.subscribe(packet_id, topics))
        if mqtt.FAILED in codes:
            self._fail("the server refused a subscription")
            raise LinkError(self.error)

    async def publish(self, topic: str, payload: bytes, retained: bool = False):
        """Publish at QoS 1: returns when the server has it, or raises LinkError."""
        packet_id = self._next_id()
        await self._answer(packet_id, mqtt.publish(topic, payload, packet_id, retained))

    async def send(self, topic: str, payload: bytes):
        """Publish at QoS 0: it may be lost."""
        await self._write(mqtt.publish(topic, payload))

    async def close(self):
        """Say goodbye where somebody listens, and close the socket."""
        writer, self._writer = self._writer, None
        if not self.error and writer:
            try:
                writer.write(mqtt.GOODBYE)
                await asyncio.wait_for(writer.drain(), 1)
            except (OSError, asyncio.TimeoutError):
                pass
        self._fail("closed")
        for task in self._tasks:
            task.cancel()
        self._tasks = []
        # The cancelled tasks let go of the socket before it is closed.
        await asyncio.sleep(0)
        if writer:
            # Once only: a second close on the unix port closes somebody else's descriptor.
            writer.close()
            try:
                await writer.wait_closed()
            except OSError:
                pass

    async def _answer(self, packet_id: int, packet: bytes) -> tuple:
        """Write a packet and return the reply to it."""
        slot = [asyncio.Event(), (), self._clock()]
        self._waiting[packet_id] = slot
        try:
            await self._write(packet)
            await slot[0].wait()
        finally:
            self._waiting.pop(packet_id)
        if not slot[1]:
            raise LinkError(self.error)
        return slot[1]

    async def _write(self, packet: bytes):
        # One packet at a time: two tasks that drain together would mix their bytes.
        async with self._writing:
            if self.error or not self._writer:
                raise LinkError(self.error or "not connected")
            self._said_ms = self._clock()
            try:
                self._writer.write(packet)
                await self._writer.drain()
            except OSError as error:
                self._fail("cannot write: %s" % error)
                raise LinkError(self.error)

    async def _read(self):
        decoder = mqtt.Decoder(PACKET_SIZE_MAX)
        try:
            while True:
                data = await self._reader.read(READ_SIZE)
                if not data:
                    self._fail("the server closed the connection")
                    return
                self._heard_ms = self._clock()
                for packet in decoder.feed(data):
                    await self._take(packet)
        except (OSError, mqtt.MqttError, LinkError) as error:
            self._fail("cannot read: %s" % error)

    async def _take(self, packet: tuple):
        if isinstance(packet, mqtt.Publish):
            self._heard(packet.topic, packet.payload, packet.retained)
            if packet.id:
                await self._write(mqtt.puback(packet.id))
        elif not isinstance(packet, mqtt.Pingresp):
            packet_id = CONNACK_ID if isinstance(packet, mqtt.Connack) else packet.id
            slot = self._waiting.get(packet_id)
            # A reply to something that was given up is nobody's.
            if slot:
                slot[1] = packet
                slot[0].set()

    async def _watch(self):
        """Ping when nothing was said, and end the connection when nothing is heard."""
        keep_alive_ms = self._timings["keep_alive_ms"]
        late = (
            (CONNACK_ID, self._timings["connect_ms"]),
            (CONNACK_ID + 1, self._timings["puback_ms"]),
        )
        while not self.error:
            await asyncio.sleep(keep_alive_ms / 8000)
            now_ms = self._clock()
            if now_ms - self._heard_ms > keep_alive_ms * 3 // 2:
                self._fail("the server is silent")
            for packet_id, (_event, reply, since_ms) in list(self._waiting.items()):
                limit_ms = late[min(packet_id, 1)][1]
                if not reply and now_ms - since_ms > limit_ms:
                    self._fail("the server does not acknowledge")
            if not self.error and now_ms - self._said_ms > keep_alive_ms // 2:
                try:
                    await self._write(mqtt.PING)
                except LinkError:
                    pass

    def _fail(self, reason: str):
        if self.error:
            return
        self.error = reason
        for slot in list(self._waiting.values()):
            slot[0].set()
        self._ended()

    def _next_id(self) -> int:
        self._packet_id = mqtt.id_after(self._packet_id)
        return self._packet_id
