"""Panel link frames: the words between a bookcase's controller and its screen.  No I/O, no clock.

    02 | size, high byte first (2) | payload (size bytes) | CRC-16/XMODEM of size and payload (2)

115200 baud 8N1.  The payload is a JSON object in UTF-8 with one key, a name of wire.PANEL, and its
fields as value: {"choose": {"door": 2}}.  Nothing is acknowledged: what is shown is sent again.
"""

import json

from bookcase_fw import wire
from bookcase_fw.codecs import crc, stream

START = 0x02
HEADER_SIZE, CRC_SIZE = 3, 2
PAYLOAD_SIZE_MAX = 2048


def encode(name: str, fields: dict) -> bytes:
    """Return the frame of a message, or raise WireError when it is not in the contract."""
    values = wire.check(name, wire.panel_fields(name), fields)
    payload = json.dumps({name: values}).encode()
    if len(payload) > PAYLOAD_SIZE_MAX:
        raise wire.WireError("%s: %d bytes are too many" % (name, len(payload)))
    body = len(payload).to_bytes(2, "big") + payload
    return bytes((START,)) + body + crc.xmodem(body).to_bytes(CRC_SIZE, "big")


class Decoder(stream.Decoder):
    """Both sides: (name, fields), as wire.PANEL has them.  What is not in the contract is noise."""

    def take(self, buffer: bytes) -> tuple:
        if buffer[0] != START:
            return None, 1
        if len(buffer) <= HEADER_SIZE:
            return None, 0
        end = HEADER_SIZE + int.from_bytes(buffer[1:HEADER_SIZE], "big")
        if end > HEADER_SIZE + PAYLOAD_SIZE_MAX or buffer[HEADER_SIZE : HEADER_SIZE + 1] != b"{":
            return None, 1
        if len(buffer) < end + CRC_SIZE:
            return None, 0
        if crc.xmodem(buffer[1:end]) != int.from_bytes(buffer[end : end + CRC_SIZE], "big"):
            return None, 1
        return _message(buffer[HEADER_SIZE:end]), end + CRC_SIZE


def _message(payload: bytes) -> tuple | None:
    try:
        ((name, values),) = wire.load(payload).items()
        if not isinstance(values, dict):
            return None
        return name, wire.check(name, wire.panel_fields(name), values)
    except (wire.WireError, ValueError):
        return None
