"""A bundle is fetched over HTTP, piece by piece, into a half; what is there already is kept."""

import asyncio

from bookcase_fw import bundle, image, rsa
from bookcase_fw.codecs import http
from bookcase_fw.halves import make_folder, wipe

PIECE_SIZE = 4096  # Asked for at once.
READ_SIZE = 512
TIMEOUT_S = 20  # For a connection, and for each read.
_WHOLE, _PART = 200, 206


class FetchError(Exception):
    """It cannot be fetched now: later it goes on where this ended.  The message says why."""


class Source:
    """A file behind an address, read in pieces over one connection; close it."""

    def __init__(self, connect, url: str):
        """connect(secure, host, port) is a coroutine: (reader, writer), or OSError."""
        try:
            self._address = http.address(url)
        except http.HttpError as error:
            raise FetchError(str(error))
        self._connect = connect
        self._port: tuple = ()

    async def copy(self, first: int, size: int, file):
        """Write so many bytes from an offset on into a file; raises FetchError."""
        try:
            while size:
                piece = min(size, PIECE_SIZE)
                await self._copy_piece(first, piece, file)
                first, size = first + piece, size - piece
        except (OSError, asyncio.TimeoutError, http.HttpError) as error:
            raise FetchError("%r" % error)

    async def close(self):
        port, self._port = self._port, ()
        if not port:
            return
        try:
            port[1].close()
            await port[1].wait_closed()
        except OSError:
            pass

    async def _copy_piece(self, first: int, size: int, file):
        if not self._port:
            secure, host, number, _path = self._address
            self._port = await asyncio.wait_for(self._connect(secure, host, number), TIMEOUT_S)
        reader, writer = self._port
        writer.write(http.request(self._address.host, self._address.path, first, size))
        await asyncio.wait_for(writer.drain(), TIMEOUT_S)
        found, data = await self._head(reader)
        if found.status not in (_WHOLE, _PART) or (found.first, found.size) != (first, size):
            raise FetchError("asked for %d bytes from %d, got %r" % (size, first, found))
        while True:
            file.write(data)
            size -= len(data)
            if size <= 0:
                return
            data = await _read(reader, min(size, READ_SIZE))

    async def _head(self, reader) -> tuple:
        data = b""
        while True:
            data += await _read(reader, READ_SIZE)
            found = http.head(data)
            if found:
                return found


async def fetch(source: Source, offer: dict, half: str, check, quiet):
    """Bring a half to where it holds all of an offer (wire.OFFER), genuine.

    check(half) raises BundleError where manifest or signature are not to be believed; quiet() is
    waited for at first and before each file.  Raises FetchError, BundleError, OSError of the flash.
    """
    await quiet()
    if not _has_manifest(half, offer):
        wipe(half)
        make_folder(half)
        await _fetch_file(source, 0, offer["size"], half + "/" + bundle.MANIFEST)
        if not _has_manifest(half, offer):
            raise FetchError("the manifest that was fetched is not the one that was offered")
    # Always anew: the same manifest may have been offered before with another one.
    await _fetch_file(source, offer["size"], rsa.SIZE, half + "/" + bundle.SIGNATURE)
    check(half)
    with open(half + "/" + bundle.MANIFEST) as lines:
        lines.readline()
        for entry in bundle.entries(lines, offer["size"] + rsa.SIZE):
            await quiet()
            if not image.holds(half, entry):
                make_folder(half + "/" + entry.path.rpartition("/")[0])
                await _fetch_file(source, entry.first, entry.size, half + "/" + entry.path)
                if not image.holds(half, entry):
                    raise FetchError("%s is not what was signed" % entry.path)


async def _fetch_file(source: Source, first: int, size: int, path: str):
    with open(path, "wb") as file:
        await source.copy(first, size, file)
        file.flush()


async def _read(reader, size: int) -> bytes:
    data = await asyncio.wait_for(reader.read(size), TIMEOUT_S)
    if not data:
        raise FetchError("the connection ended early")
    return data


def _has_manifest(half: str, offer: dict) -> bool:
    try:
        return image.hash_of(half + "/" + bundle.MANIFEST) == offer["hash"]
    except OSError:
        return False
