"""The service's connections to the MQTT server: one a shard, all in one thread.

A connection's client id is `service-<shard>`, so that a second service that takes a shard over
disconnects the first, and its last will says on the shard's service topic that nobody serves it.
The shard is announced as served when its subscription stands.  Messages are acknowledged to the
MQTT server after the commit: until then no more than it allows in flight are on their way.
"""

import json
import os
import selectors
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterable
from itertools import count
from typing import NamedTuple

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from bookcase_fw import wire
from broker.exchange import Incoming
from broker.outbox import Outgoing
from broker.writer import Delivery

log = structlog.get_logger()

KEEP_ALIVE_S = 20
CONNECT_TIMEOUT_S = 5.0
TICK_S = 0.5
BACK_OFF_S = (0.2, 0.5, 1.0, 2.0, 5.0)
READS_MAX = 8  # Packets read from one connection before the others have their turn.
IN_FLIGHT_MAX = 1000
PREFIX = "service-"
_NUMBERS = count(1)  # Of connections: what came over an earlier one is not acknowledged.


class Server(NamedTuple):
    host: str
    port: int
    user: str
    password: str
    ca: str = ""  # PEM files; without an authority the connection is plain.
    cert: str = ""
    key: str = ""


class Link(threading.Thread):
    """`deliver` gets every message; `changed` is told of a shard that is served, or no longer."""

    def __init__(
        self,
        server: Server,
        *,
        deliver: Callable[[Delivery], None],
        changed: Callable[[int, bool], None],
        now_ms: Callable[[], int],
        monotonic: Callable[[], float],
    ) -> None:
        super().__init__(name="link")
        self._server = server
        self._deliver = deliver
        self._changed = changed
        self._now_ms = now_ms
        self._monotonic = monotonic
        self._selector = selectors.DefaultSelector()
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._todo: deque[list[Outgoing] | list[Delivery]] = deque()
        self._stopping = False
        self._wanted: frozenset[int] = frozenset()
        self._connections: dict[int, _Connection] = {}

    def serve(self, shards: Iterable[int]) -> None:
        """Serve these shards from now on, and no others; any thread may ask."""
        self._wanted = frozenset(shards)
        if not self._stopping:
            os.eventfd_write(self._wake, 1)

    def send(self, messages: list[Outgoing]) -> None:
        """Publish soon; any thread may ask.  To a server that is gone nothing is said."""
        self._enqueue(messages)

    def acknowledge(self, deliveries: list[Delivery]) -> None:
        self._enqueue(deliveries)

    def stop(self) -> None:
        """Say that nobody serves the shards any more, and end."""
        self._stopping = True
        os.eventfd_write(self._wake, 1)

    def run(self) -> None:
        self._selector.register(self._wake, selectors.EVENT_READ, None)
        next_tick = 0.0
        while not self._stopping:
            if self._monotonic() >= next_tick:
                next_tick = self._monotonic() + TICK_S
                for connection in self._connections.values():
                    connection.tick(self._monotonic())
            for key, events in self._selector.select(TICK_S):
                if key.data is None:
                    os.eventfd_read(self._wake)
                elif events & selectors.EVENT_READ:
                    key.data.read()
            self._carry_out()
            self._come_and_go()
            for connection in self._connections.values():
                connection.flush()
        self._carry_out()
        self._wanted = frozenset()
        self._come_and_go()
        self._selector.close()
        os.close(self._wake)

    def _enqueue(self, work: list[Outgoing] | list[Delivery]) -> None:
        if work and not self._stopping:
            self._todo.append(work)
            os.eventfd_write(self._wake, 1)

    def _carry_out(self) -> None:
        while self._todo:
            for item in self._todo.popleft():
                if isinstance(item, Delivery):
                    if connection := self._connections.get(item.source[0]):
                        connection.acknowledge(item)
                else:
                    self._publish(item)

    def _publish(self, message: Outgoing) -> None:
        """Over its shard's connection; what is for a machine of another process over any."""
        own = self._connections.get(int(message.topic.split("/")[2]))
        for connection in (own,) if own else self._connections.values():
            if connection.publish(message):
                return

    def _come_and_go(self) -> None:
        """Open what is wanted and close what is not."""
        for shard in self._connections.keys() - self._wanted:
            self._connections.pop(shard).leave()
        for shard in sorted(self._wanted - self._connections.keys()):
            connection = self._connections[shard] = _Connection(
                self._server,
                shard,
                deliver=self._deliver,
                changed=self._changed,
                now_ms=self._now_ms,
                watch=self._watch,
            )
            connection.tick(self._monotonic())

    def _watch(self, sock: socket.socket | None, old: socket.socket | None, data: object) -> None:
        if old is not None:
            self._selector.unregister(old)
        if sock is not None:
            self._selector.register(sock, selectors.EVENT_READ, data)


class _Connection:
    """One shard's MQTT session.  Used by the link's thread only."""

    def __init__(
        self,
        server: Server,
        shard: int,
        *,
        deliver: Callable[[Delivery], None],
        changed: Callable[[int, bool], None],
        now_ms: Callable[[], int],
        watch: Callable[[socket.socket | None, socket.socket | None, object], None],
    ) -> None:
        self._server = server
        self._shard = shard
        self._deliver = deliver
        self._changed = changed
        self._now_ms = now_ms
        self._watch = watch
        self._retry_at = 0.0
        self._failures = 0
        self._connection = 0
        self._client = self._new_client()

    def tick(self, now: float) -> None:
        """Keep the connection alive, or make it anew when its time has come."""
        if self._client.socket() is not None:
            self._client.loop_misc()
        elif now >= self._retry_at:
            self._retry_at = now + BACK_OFF_S[min(self._failures, len(BACK_OFF_S) - 1)]
            self._failures += 1
            try:
                self._client.connect(self._server.host, self._server.port, KEEP_ALIVE_S)
            except OSError as error:
                if self._failures == 1:
                    log.warning("mqtt_unreachable", shard=self._shard, text=str(error))

    def read(self) -> None:
        for _ in range(READS_MAX):
            if self._client.socket() is None:
                return
            self._client.loop_read()

    def flush(self) -> None:
        if self._client.want_write():
            self._client.loop_write()

    def publish(self, message: Outgoing) -> bool:
        """Say whether there was a connection to publish it over."""
        if not self._client.is_connected():
            return False
        self._client.publish(message.topic, message.payload, qos=1, retain=message.retain)
        return True

    def acknowledge(self, delivery: Delivery) -> None:
        if delivery.source[1] == self._connection and self._client.is_connected():
            self._client.ack(delivery.mid, delivery.qos)

    def leave(self) -> None:
        if self._client.is_connected():
            self._client.publish(self._topic, _service(online=False), qos=1, retain=True)
        self._client.disconnect()
        self.flush()

    @property
    def _topic(self) -> str:
        return wire.service_topic(self._shard)

    def _new_client(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"{PREFIX}{self._shard}",
            protocol=mqtt.MQTTv311,
            clean_session=True,
            manual_ack=True,
        )
        client.username_pw_set(self._server.user, self._server.password)
        if self._server.ca:
            own = self._server.cert or None, self._server.key or None
            client.tls_set(self._server.ca, *own)
        client.will_set(self._topic, _service(online=False), qos=1, retain=True)
        client.max_inflight_messages_set(IN_FLIGHT_MAX)
        client.connect_timeout = CONNECT_TIMEOUT_S
        client.on_socket_open = self._opened
        client.on_socket_close = self._closed
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_disconnect = self._disconnected
        client.on_message = self._message
        return client

    def _opened(self, _client: mqtt.Client, _data: object, sock: "mqtt.SocketLike") -> None:
        assert isinstance(sock, socket.socket)
        self._connection = next(_NUMBERS)
        # Without it a second small packet waits for the acknowledgement of the first: 40 ms.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._watch(sock, None, self)

    def _closed(self, _client: mqtt.Client, _data: object, sock: "mqtt.SocketLike") -> None:
        assert isinstance(sock, socket.socket)
        self._watch(None, sock, self)

    def _connected(
        self,
        client: mqtt.Client,
        _data: object,
        _flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            log.error("mqtt_refused", shard=self._shard, text=str(reason))
            return
        client.subscribe(f"{wire.ROOT}/{self._shard}/+/up/#", qos=1)

    def _subscribed(
        self,
        client: mqtt.Client,
        _data: object,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            log.error("mqtt_refused", shard=self._shard, text="no subscription")
            return
        self._failures = 0
        client.publish(self._topic, _service(online=True), qos=1, retain=True)
        self._changed(self._shard, True)

    def _disconnected(
        self,
        _client: mqtt.Client,
        _data: object,
        _flags: mqtt.DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            log.warning("mqtt_lost", shard=self._shard, text=str(reason))
        self._changed(self._shard, False)

    def _message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = repr(message._topic)
        incoming = Incoming(topic, bytes(message.payload), self._now_ms())
        source = (self._shard, self._connection)
        self._deliver(Delivery(incoming, source, message.mid, message.qos))


def _service(*, online: bool) -> bytes:
    fields = wire.check("service", wire.SERVICE_FIELDS, {"online": online})
    return json.dumps(fields).encode()
