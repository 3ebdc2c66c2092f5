"""GM65 scanner: decoded text as lines, and the frames of its settings.  No I/O and no clock.

    text      UTF-8, ended by CR or CR LF
    command   7E 00 | type | size (1) | zone (2) | data | CRC-16/XMODEM from type on, or AB CD
    answer    02 00 | 00   | size (1)            | data | CRC-16/XMODEM from type on

9600 baud 8N1.  AB CD stands for a checksum that nobody computed; the scanner takes it.  Numbers
have their high byte first.
"""

from collections import namedtuple

from bookcase_fw.codecs import crc, stream

TEXT_SIZE_MAX = 512  # A longer text is dropped whole: no card, barcode or link has so many bytes.
DATA_SIZE_MAX = 32
UNCHECKED = b"\xab\xcd"
COMMANDS = (
    # name    type     what size and data mean
    ("read",  0x07),  # size 1, data: how many zones to read
    ("write", 0x08),  # size and data: what is written, from the zone on
    ("save",  0x09),  # all settings to flash; size 1, data 0
)  # fmt: skip
TRIGGER = 0x0002  # The zone whose bit 0 scans now.
DONE = b"\x00"  # The data of the answer to what was written.

Command = namedtuple("Command", ("name", "zone", "data"))
Answer = namedtuple("Answer", ("data",))
Text = namedtuple("Text", ("text",))


def encode(name: str, zone: int, data: bytes) -> bytes:
    assert len(data) <= DATA_SIZE_MAX
    for word, code in COMMANDS:
        if word == name:
            body = bytes((code, len(data), zone >> 8, zone & 0xFF)) + data
            return b"\x7e\x00" + body + crc.xmodem(body).to_bytes(2, "big")
    raise ValueError(name)


def trigger() -> bytes:
    """Return the command to scan now."""
    return encode("write", TRIGGER, b"\x01")


def encode_answer(data: bytes = DONE) -> bytes:
    body = bytes((0, len(data))) + data
    return b"\x02\x00" + body + crc.xmodem(body).to_bytes(2, "big")


def encode_text(text: str) -> bytes:
    return text.encode() + b"\r"


class Decoder(stream.Decoder):
    """The host's side: Text and Answer.

    Control characters are dropped; so is the whole of a text that is too long or is not UTF-8.
    """

    def __init__(self):
        super().__init__()
        self._skips = False  # Whether the rest of a text that is too long goes by.

    def feed(self, data: bytes) -> list:
        # CR LF ends a text and then an empty one.
        frames = super().feed(data)
        return [frame for frame in frames if type(frame) is Answer or frame.text]

    def waits(self) -> bool:
        return self._skips or super().waits()

    def flush(self) -> list:
        self._skips = False
        return super().flush()

    def take(self, buffer: bytes) -> tuple:
        size = _line_size(buffer)
        if self._skips or max(size, len(buffer) if size < 0 else 0) > TEXT_SIZE_MAX:
            self._skips = size < 0
            return None, size + 1 or len(buffer)
        if buffer[0] == 0x02:
            return _answer(buffer)
        if size < 0:
            return None, 0
        return self._text(buffer[:size]), size + 1

    def _text(self, line: bytes) -> Text | None:
        kept = bytes([byte for byte in line if byte >= 0x20 and byte != 0x7F])
        try:
            text = kept.decode()
        except UnicodeError:
            return None
        self.noise_count += len(line) - len(kept)
        return Text(text)


class CommandDecoder(stream.Decoder):
    """The scanner's side: commands."""

    def take(self, buffer: bytes) -> tuple:
        if buffer[:2] not in (b"\x7e", b"\x7e\x00"):
            return None, 1
        if len(buffer) < 6:
            return None, 0
        names = [name for name, code in COMMANDS if code == buffer[2]]
        end = 6 + buffer[3]
        if not names or buffer[3] > DATA_SIZE_MAX:
            return None, 1
        if len(buffer) < end + 2:
            return None, 0
        if buffer[end : end + 2] not in (UNCHECKED, crc.xmodem(buffer[2:end]).to_bytes(2, "big")):
            return None, 1
        return Command(names[0], buffer[4] << 8 | buffer[5], buffer[6:end]), end + 2


def _answer(buffer: bytes) -> tuple:
    if buffer[:3] not in (b"\x02", b"\x02\x00", b"\x02\x00\x00"):
        return None, 1
    if len(buffer) < 4:
        return None, 0
    end = 4 + buffer[3]
    if buffer[3] > DATA_SIZE_MAX:
        return None, 1
    if len(buffer) < end + 2:
        return None, 0
    if crc.xmodem(buffer[2:end]) != int.from_bytes(buffer[end : end + 2], "big"):
        return None, 1
    return Answer(buffer[4:end]), end + 2


def _line_size(buffer: bytes) -> int:
    """Return the count of bytes before the first end of a line, or -1."""
    ends = [end for end in (buffer.find(b"\r"), buffer.find(b"\n")) if end >= 0]
    return min(ends) if ends else -1
