"""Our MQTT packets beside those of paho: another's encoder agrees, byte for byte."""

import socket
from collections.abc import Iterator
from typing import NamedTuple

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from bookcase_fw.codecs import mqtt

ACCEPTED = bytes((mqtt.CONNACK << 4, 2, 0, 0))


class Peer(NamedTuple):
    client: paho.Client
    server: socket.socket  # The other end of its connection.

    def written(self, size: int) -> bytes:
        """Let paho write, and return so many bytes of it, and whatever more there is."""
        data = b""
        while len(data) < size:
            self.client.loop(0.1)
            data += self.server.recv(4096)
        return data


@pytest.fixture
def peer() -> Iterator[Peer]:
    client = paho.Client(CallbackAPIVersion.VERSION2, "bc01", protocol=paho.MQTTv311)
    client.username_pw_set("bc01", "secret")
    client.will_set("sg/w", b"gone", 1, True)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client.connect(*listener.getsockname(), keepalive=20)
        server, _address = listener.accept()
        with server:
            yield Peer(client, server)
            client.disconnect()


def test_paho_connects_subscribes_publishes_and_leaves_with_the_same_bytes(peer: Peer) -> None:
    packet = mqtt.connect("bc01", "bc01", "secret", 20, ("sg/w", b"gone", True))
    assert peer.written(len(packet)) == packet
    peer.server.sendall(ACCEPTED)
    peer.client.loop(1)

    peer.client.subscribe([("sg/dn/+", 1), ("sg/service", 1)])
    packet = mqtt.subscribe(1, ("sg/dn/+", "sg/service"))
    assert peer.written(len(packet)) == packet

    for payload, packet_id, retained in ((b"x" * 300, 2, True), ("书柜".encode(), 0, False)):
        peer.client.publish("sg/up", payload, 1 if packet_id else 0, retained)
        packet = mqtt.publish("sg/up", payload, packet_id, retained)
        assert peer.written(len(packet)) == packet

    # It acknowledges what we published as a server would.
    peer.server.sendall(mqtt.publish("sg/dn/ack", b"y", 7))
    peer.client.loop(1)
    assert peer.written(4) == mqtt.puback(7)
    peer.client.disconnect()
    assert peer.written(2) == mqtt.GOODBYE
