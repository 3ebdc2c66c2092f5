"""The embedded MQTT server: amqtt as plain transport, on a thread and an event loop of its own.

Nothing is kept on disk.  A machine's user name and client id are its name, its password is made of
its key; it publishes below its own `up/` and hears only its own `dn/` and its service topic.

amqtt 0.12.1 as it comes would let a wrong password push a machine's connection aside, would leave
the old connection of a machine that comes again alive, would tell every newcomer what is retained
for all others, and loses a message when a subscription changes while its plugins are asked.  So the
four steps are overridden here, and no plugin is loaded.
"""

import asyncio
import hmac
import logging
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from amqtt.adapters import ReaderAdapter, StreamReaderAdapter, StreamWriterAdapter, WriterAdapter
from amqtt.broker import Broker
from amqtt.contexts import Action, BrokerConfig, ListenerConfig
from amqtt.errors import AMQTTError
from amqtt.mqtt.connack import BAD_USERNAME_PASSWORD, ConnackPacket
from amqtt.mqtt.protocol.broker_handler import BrokerProtocolHandler
from amqtt.session import Session

from bookcase_fw import wire

PACKET_SIZE_MAX = 64 * 1024  # Four times the longest payload of the contract.
STOP_TIMEOUT_S = 2.0
SERVICE = "service"


class Access(NamedTuple):
    """Who may connect.  `password` gives a machine's; `refused` is told reason, name and text."""

    service_password: str
    password: Callable[[str], str | None]
    refused: Callable[[str, str, str], None]


class MqttServer(threading.Thread):
    def __init__(self, host: str, port: int, access: Access) -> None:
        super().__init__(name="mqtt-server")
        self._host = host
        self._access = access
        # amqtt cannot be asked which port it was given: the socket is bound here.
        self._socket = socket.create_server((host, port), backlog=512)
        self.port: int = self._socket.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()

    def run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)

    async def _serve(self) -> None:
        logging.getLogger("amqtt").setLevel(logging.CRITICAL)
        logging.getLogger("transitions").setLevel(logging.CRITICAL)
        broker = _Broker(self._socket, self._access)
        await broker.start()
        await self._stopping.wait()
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(broker.shutdown(), STOP_TIMEOUT_S)


class _Broker(Broker):  # type: ignore[misc]  # amqtt is taken as untyped
    def __init__(self, sock: socket.socket, access: Access) -> None:
        listeners = {"default": ListenerConfig(bind="127.0.0.1:0")}
        super().__init__(BrokerConfig(listeners=listeners, plugins={}))
        self._socket = sock
        self._access = access

    async def _create_server_instance(self, *_config: object) -> asyncio.Server:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            # A connection that breaks in the middle of a packet is nobody's error.
            with suppress(ConnectionError, AMQTTError):
                bounded = _BoundedReader(reader, self._access)
                await self._client_connected("default", bounded, StreamWriterAdapter(writer))

        return await asyncio.start_server(connected, sock=self._socket)

    async def _initialize_client_session(
        self, reader: ReaderAdapter, writer: WriterAdapter, address: str, port: int
    ) -> tuple[BrokerProtocolHandler, Session]:
        handler, session = await BrokerProtocolHandler.init_from_connect(
            reader, writer, self.plugins_manager
        )
        name = session.client_id or ""
        if not await self._authenticate(session):
            self._access.refused("password", name, "wrong user, client id or password")
            await ConnackPacket.build(0, BAD_USERNAME_PASSWORD).to_stream(writer)
            await writer.close()
            raise AMQTTError("refused")
        # Nothing outlives a connection here, whatever the client asks for.
        session.clean_session = True
        session.parent = 0
        # The standard gives a client half its keep-alive more; amqtt gives it nothing.
        session.keep_alive += session.keep_alive // 2
        await self._end(name)
        return handler, session

    async def _authenticate(self, session: Session, *_listener: object) -> bool:
        """Compare the password in constant time; for an unknown name with one nobody has."""
        name, user = session.client_id or "", session.username or ""
        if user == SERVICE:
            known = name.startswith(SERVICE + "-")
            wanted = self._access.service_password
        else:
            known = name == user
            wanted = self._access.password(name) or ""
        given = (session.password or "").encode()
        return hmac.compare_digest(given, wanted.encode()) and known and bool(wanted)

    async def _topic_filtering(self, session: Session, topic: str, action: Action) -> bool:
        name = session.client_id or ""
        allowed = _allowed(name, topic, action)
        if not allowed and action is not Action.RECEIVE:
            self._access.refused("foreign_topic", name, f"{action} {topic}")
        return allowed

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Session
    ) -> None:
        subscribers = self.subscriptions.get(subscription[0], [])
        if any(subscriber is session for subscriber, _qos in subscribers):
            await super()._publish_retained_messages_for_subscription(subscription, session)

    async def _end(self, name: str) -> None:
        """Disconnect whoever has this client id."""
        _session, handler = self.sessions.get(name, (None, None))
        if handler is not None:
            await handler.handle_connection_closed()
            await self._stop_handler(handler)
        await self._delete_session(name)


class _BoundedReader(StreamReaderAdapter):  # type: ignore[misc]  # amqtt is taken as untyped
    """Reads nothing that is longer than a packet may be; a longer one ends the connection."""

    def __init__(self, reader: asyncio.StreamReader, access: Access) -> None:
        super().__init__(reader)
        self._access = access

    async def read(self, n: int = -1) -> bytes:
        if n > PACKET_SIZE_MAX:
            self._access.refused("too_long", "", f"a packet of {n} bytes")
            self.feed_eof()
            raise ConnectionResetError
        return bytes(await super().read(n))


def _allowed(name: str, topic: str, action: Action) -> bool:
    if name.startswith(SERVICE + "-"):
        shard = f"{wire.ROOT}/{name[len(SERVICE) + 1 :]}/"
        return topic.startswith(shard)
    root = f"{wire.ROOT}/{wire.shard(name)}"
    if action is Action.PUBLISH:
        return topic.startswith(f"{root}/{name}/up/")
    return topic.startswith(f"{root}/{name}/dn/") or topic == f"{root}/service"
