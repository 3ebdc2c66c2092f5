"""HTTP/1.1 as far as a part of a file is fetched by it: bytes in, values out.  No I/O, no clock.

GET /updates/3f… HTTP/1.1            HTTP/1.1 206 Partial Content
Host: library.example                Content-Range: bytes 4096-8191/310250
Range: bytes=4096-8191               Content-Length: 4096
                                     (blank line, then the bytes)
"""

from collections import namedtuple

HEAD_SIZE_MAX = 2048
PORTS = {"http": 80, "https": 443}

# first: where in the file the bytes stand; size: how many follow.
Head = namedtuple("Head", ("status", "first", "size"))
Address = namedtuple("Address", ("secure", "host", "port", "path"))


class HttpError(Exception):
    """Not an address or an answer that is understood here.  The message says what it was."""


def address(url: str) -> Address:
    """Take an http:// or https:// address apart."""
    kind, mark, rest = url.partition("://")
    place, _slash, path = rest.partition("/")
    host, _colon, port = place.partition(":")
    if kind not in PORTS or not mark or not host or not (port or "0").isdigit():
        raise HttpError("no address to fetch from: %r" % url)
    return Address(kind == "https", host, int(port or PORTS[kind]), "/" + path)


def request(host: str, path: str, first: int, size: int) -> bytes:
    """Return the request for so many bytes of a file from an offset on."""
    lines = ("GET %s HTTP/1.1", "Host: %s", "Range: bytes=%d-%d", "", "")
    return ("\r\n".join(lines) % (path, host, first, first + size - 1)).encode()


def head(data: bytes) -> "tuple | None":
    """Return (Head, the bytes after it), or None where more is needed; raises HttpError."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        if len(data) > HEAD_SIZE_MAX:
            raise HttpError("an answer whose head does not end")
        return None
    try:
        lines = data[:end].decode().split("\r\n")
        status = int(lines[0].split(" ")[1])
        fields = {}
        for line in lines[1:]:
            name, _colon, value = line.partition(":")
            fields[name.strip().lower()] = value.strip()
        first = int(fields.get("content-range", "bytes 0-").split(" ")[1].split("-")[0])
        found = Head(status, first, int(fields.get("content-length", 0)))
    except (ValueError, IndexError):
        raise HttpError("no answer of HTTP: %r" % data[:40])
    return found, data[end + 4 :]
