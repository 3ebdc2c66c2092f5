"""Hears on the MQTT server when the service answers a machine's hello."""

import json
import re
import threading
import time
from collections.abc import Mapping

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from bookcase_fw import sign, wire
from hw_sim.desk.mosquitto import SERVICE_USER

ALL = f"{wire.ROOT}/+/+/dn/ack"
_DEVICE = re.compile(rf"{wire.ROOT}/\d+/([^/]+)/dn/ack")


class Answers:
    """`at_s` is device -> when its newest hello was answered, on time.perf_counter's clock."""

    def __init__(
        self, host: str, port: int, *, password: str = "", files: Mapping[str, str] | None = None
    ) -> None:
        """files: `ca`, `cert` and `key` of the service, where the server wants certificates."""
        self.at_s: dict[str, float] = {}
        self._answered = threading.Condition()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, "bench")
        if files:
            self._client.tls_set(files["ca"], files["cert"], files["key"])
        else:
            self._client.username_pw_set(SERVICE_USER, password)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._subscribe
        self._client.on_message = self._heard
        self._client.connect(host, port)
        self._client.loop_start()

    def forget(self) -> None:
        with self._answered:
            self.at_s.clear()

    def wait(self, count: int, timeout_s: float) -> bool:
        """Wait until so many machines were answered; say whether it came to that."""
        with self._answered:
            return self._answered.wait_for(lambda: len(self.at_s) >= count, timeout_s)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _subscribe(self, client: paho.Client, *_details: object) -> None:
        client.subscribe(ALL, 1)

    def _heard(self, _client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        found = _DEVICE.fullmatch(message.topic)
        if found and json.loads(sign.opened(message.payload)[0]).get("nonce"):
            with self._answered:
                self.at_s[found[1]] = time.perf_counter()
                self._answered.notify_all()
