"""The kiosk's connection around its talk with the service (bookcase_fw/talk.py), in threads.

One thread of ours owns the talk; everything else puts work into its inbox.  Each connection is a
paho client of its own in a thread of its own: a client that is used again would repeat what an
earlier session had not got through.
"""

import queue
import secrets
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as paho
import structlog
from paho.mqtt.enums import CallbackAPIVersion

from bookcase_fw import wire
from bookcase_fw.talk import Talk
from kiosk.services.clock import Clock
from kiosk.services.journal import Journal

Answer = dict[str, Any]
Post = Callable[[Callable[[], None]], object]

GOODBYE_S = 2.0  # The last words are not waited for longer.
CONNECT_S = 10.0
log = structlog.get_logger()


class Uplink:
    """Whatever arrives is handed to `post`, which must run it in the caller's own thread.

    on_served(bool)   whether the service serves us now
    on_want(want)     a genuine want: the offline policy
    on_order(order, retained, session)   a genuine order, and the connection that it came by
    """

    def __init__(
        self,
        *,
        device: str,
        key: bytes,
        address: tuple[str, int],
        tls: ssl.SSLContext | None = None,
        journal: Journal,
        clock: Clock,
        post: Post,
        on_served: Callable[[bool], None] = lambda served: None,
        on_want: Callable[[Answer], None] = lambda want: None,
        on_order: Callable[[Answer, bool, str], None] = lambda order, retained, session: None,
        firmware: str = "",
        timings: dict[str, int] | None = None,
    ) -> None:
        self._address, self._tls = address, tls
        self._journal, self._clock, self._post = journal, clock, post
        self._on_want, self._on_order = on_want, on_order
        self._talk = Talk(
            device=device,
            key=key,
            journal=journal,
            clock=clock,
            dice=secrets.randbelow,
            on_order=self._order,
            on_want=self._hand_on,
            on_served=lambda served: post(lambda: on_served(served)),
            firmware=firmware,
            timings=timings,
            log=lambda line: log.warning(line),
        )
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._client: paho.Client | None = None
        self._thread = threading.Thread(target=self._run, name="uplink", daemon=True)

    @property
    def served(self) -> bool:
        return bool(self._talk.served)

    def start(self) -> None:
        """Begin to serve; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Say goodbye and wait until the thread has ended."""
        if self._thread.is_alive():
            self._inbox.put(lambda: self._talk.happened("stop"))
            self._thread.join(2 * GOODBYE_S)

    def kick(self) -> None:
        """The journal has new records."""
        self._inbox.put(lambda: None)

    def ask(
        self, op: str, then: Callable[[Answer | None], None], wait_ms: int = 0, **fields: Any
    ) -> None:
        """Ask the service; `then` is posted its answer, or None when it is away or too late."""

        def answered(answer: Answer | None) -> None:
            self._post(lambda: then(answer))

        # Not behind a connection that is just being tried.
        if self.served:
            self._inbox.put(lambda: self._talk.ask(answered, op, wait_ms, **fields))
        else:
            answered(None)

    def report(self, state: dict[str, Any]) -> None:
        """Publish a state (wire `state` without session and last): at most one a second."""
        self._inbox.put(lambda: self._talk.report(state))

    def _run(self) -> None:
        try:
            self._serve()
        except Exception as error:
            # Wrong in the program: it must end the kiosk, not only this thread.
            failure = error
            self._post(lambda: _raise(failure))

    def _serve(self) -> None:
        while True:
            self._talk.ring()
            while self._talk.todo:
                getattr(self, f"_do_{self._talk.todo.pop(0)}")()
            if self._talk.stopped:
                return
            while self._client and (message := self._talk.say()):
                topic, payload, qos, retained = message
                self._client.publish(topic, payload, qos, retained)
            waits_ms = [self._talk.until_ring_ms(), self._talk.until_say_ms()]
            known_ms = [wait_ms for wait_ms in waits_ms if wait_ms is not None]
            try:
                work = self._inbox.get(timeout=min(known_ms) / 1000 if known_ms else None)
            except queue.Empty:
                continue
            work()

    # --- what the talk wants

    def _do_connect(self) -> None:
        self._talk.begin()
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            self._talk.device,
            clean_session=True,
            protocol=paho.MQTTv311,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_S
        if self._tls:
            client.tls_set_context(self._tls)
        client.username_pw_set(self._talk.device, self._talk.password)
        client.will_set(*self._talk.will())
        client.on_socket_open = _without_delay
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_message = self._heard
        self._client = client
        threading.Thread(target=self._keep, args=(client,), name="mqtt", daemon=True).start()

    def _do_subscribe(self) -> None:
        assert self._client
        self._client.subscribe([(topic, 1) for topic in self._talk.topics])

    def _do_say_goodbye(self) -> None:
        assert self._client
        try:
            self._client.publish(*self._talk.goodbye()).wait_for_publish(GOODBYE_S)
        except (RuntimeError, ValueError) as error:
            log.info("uplink: no goodbye", why=str(error))

    def _do_close(self) -> None:
        client, self._client = self._client, None
        if client:
            client.disconnect()

    # --- what paho tells, in the connection's own thread

    def _keep(self, client: paho.Client) -> None:
        why = "the connection ended"
        try:
            client.connect(*self._address, keepalive=self._talk.timings["keep_alive_ms"] // 1000)
            client.loop_forever()
        except OSError as error:
            why = str(error)
        self._tell(client, lambda: self._lost(why))

    def _connected(
        self, client: paho.Client, _data: object, _flags: object, code: Any, _properties: object
    ) -> None:
        # A refusal ends the connection, and `_keep` tells it.
        if not code.is_failure:
            self._tell(client, lambda: self._talk.happened("connected"))

    def _subscribed(
        self, client: paho.Client, _data: object, _id: int, codes: list[Any], _properties: object
    ) -> None:
        if any(code.is_failure for code in codes):
            client.disconnect()
        else:
            self._tell(client, lambda: self._talk.happened("subscribed"))

    def _heard(self, client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        topic, retained = message.topic, message.retain
        short = len(message.payload) <= wire.PAYLOAD_SIZE_MAX
        payload = bytes(message.payload) if short else None
        self._tell(client, lambda: self._talk.heard(topic, payload, retained))

    def _tell(self, client: paho.Client, work: Callable[[], None]) -> None:
        """Have work done in our thread, unless the client is one of the past by then."""
        self._inbox.put(lambda: work() if client is self._client else None)

    def _lost(self, why: str) -> None:
        log.warning("uplink: lost; connecting again", why=why)
        self._talk.happened("lost")

    # --- what the service says

    def _order(self, order: Answer, retained: bool) -> None:
        session = self._talk.session
        self._post(lambda: self._on_order(order, retained, session))

    def _hand_on(self, want: Answer, _retained: bool) -> None:
        self._post(lambda: self._on_want(want))


def _raise(error: Exception) -> None:
    raise error


def _without_delay(_client: paho.Client, _data: object, sock: Any) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
