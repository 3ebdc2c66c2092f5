"""A MicroPython process: an update on littlefs on a simulated flash, cut at every operation of it.

update_program BUNDLE KEY STORY TEAR DROPS     KEY: a file with the modulus, in hexadecimal digits;
STORY: `update` (it proves itself) or `back` (it does not); TEAR: see hw_sim/flash.py; DROPS: drops
or keeps what was not synced.  Prints a JSON line: cuts, and the starts of the whole story.
"""

# ruff: noqa: PTH123
import asyncio
import json
import sys

import vfs

from bookcase_fw import bundle, image
from bookcase_fw.halves import Halves, make_folder
from bookcase_fw.notes import Notes
from bookcase_fw.ring import Part
from bookcase_fw.tables import update as table
from bookcase_fw.update import Updates
from hw_sim.flash import Flash, PowerCut

NOTES_SECTORS, FILES_SECTORS = 6, 26
HOME = "/disk"
OLDEST, OLD, NEW = "0.0.9", "0.1.0", "0.2.0"
STARTS_MAX = 8
QUICK = dict.fromkeys(table.TIMINGS, 1)


class Peer:
    """A web server at the other end of a connection in memory: reader and writer in one."""

    def __init__(self, data: bytes):
        self._data, self._said = data, b""

    def write(self, request: bytes):
        first, _dash, last = request.decode().split("bytes=")[1].split("\r\n")[0].partition("-")
        part = self._data[int(first) : int(last) + 1]
        head = "HTTP/1.1 206 Partial\r\nContent-Range: bytes %s-%s/9\r\nContent-Length: %d\r\n\r\n"
        self._said += (head % (first, last, len(part))).encode() + part

    async def drain(self):
        pass

    async def read(self, size: int) -> bytes:
        said, self._said = self._said[:size], self._said[size:]
        return said

    def close(self):
        pass

    async def wait_closed(self):
        pass


class Machine:
    """What is left of a machine between two starts is its flash."""

    def __init__(self, data: bytes, modulus: bytes, story: str):
        self._data, self._modulus, self._proves = data, modulus, story == "update"
        size = data.rindex(b".mpy\n", 0, 600) + 5
        self.offer = {"number": 7, "version": NEW, "url": "http://h/f", "size": size, "hash": ""}
        self.flash = Flash(NOTES_SECTORS + FILES_SECTORS)
        vfs.VfsLfs2.mkfs(self._files())
        self._plug()
        self._fill("a", OLD, {"app.mpy": b"old" * 700})
        self._fill("b", OLDEST, {"bookcase_fw/app.mpy": b"oldest" * 90, "gone.mpy": b"-" * 9})
        with open(HOME + "/offer", "wb") as file:
            file.write(data[:size])
        self.offer["hash"] = image.hash_of(HOME + "/offer")
        self._unplug()

    def start(self) -> str:
        """Start once, until it restarts or has nothing more to do; return the version in force."""
        self._plug()
        try:
            return asyncio.run(self._live())
        finally:
            self._unplug()

    async def _live(self) -> str:
        halves = [Halves(HOME + "/" + kind) for kind in bundle.KINDS]
        path = [half.choose() for half in halves][0]
        version = whole(path)
        left, failures, tasks = asyncio.Event(), [], []

        def spawn(work):
            async def guarded():
                try:
                    await work
                except (PowerCut, OSError) as error:
                    failures.append(error)
                    left.set()

            tasks.append(asyncio.create_task(guarded()))
            return tasks[-1]

        async def connect(_secure: bool, _host: str, _port: int):
            peer = Peer(self._data)
            return peer, peer

        updates = Updates(
            home=HOME,
            device="bc01",
            key=self._modulus,
            came_with=OLD,
            connect=connect,
            idle=lambda: True,
            test=lambda: [] if self._proves or version != NEW else ["lock"],
            leave=left.set,
            changed=lambda: left.set() if ended() else None,
            spawn=spawn,
            notes=Notes(Part(self.flash, 0, NOTES_SECTORS)),
            dice=lambda n: 0,
            timings=QUICK,
            log=lambda line: None,
        )

        def ended() -> bool:
            words = [row["word"] for row in updates.report()]
            return updates.state == table.RESTING and words in (["done"], ["back"])

        updates.start()
        updates.on_served(True)
        updates.on_want({"firmware": self.offer})
        if not ended():
            await left.wait()
        for failure in failures:
            raise failure
        return version if ended() else ""

    def _files(self) -> Part:
        return Part(self.flash, NOTES_SECTORS, FILES_SECTORS)

    def _plug(self):
        vfs.mount(vfs.VfsLfs2(self._files()), HOME)

    def _unplug(self):
        vfs.umount(HOME)

    def _fill(self, half: str, version: str, files: dict):
        folder = HOME + "/firmware/" + half
        with_hash = []
        for path in files:
            make_folder((folder + "/" + path).rpartition("/")[0])
            with open(folder + "/" + path, "wb") as file:
                file.write(files[path])
            with_hash.append((image.hash_of(folder + "/" + path), len(files[path]), path))
        with open(folder + "/" + bundle.MANIFEST, "w") as file:
            file.write("shugui firmware %s 0.0.1 *\n" % version)
            file.write("".join(["%s %d %s\n" % row for row in with_hash]))


def whole(half: str) -> str:
    """Return the version of a half of which everything is there: it can be started from."""
    with open(half + "/" + bundle.MANIFEST) as file:
        found = bundle.head(file.readline())
        for entry in bundle.entries(file, 0):
            assert image.holds(half, entry), (half, entry.path)
    return found.version


def run(machine: Machine) -> tuple:
    """Start until nothing is left to do; return (version in force, starts)."""
    for start in range(1, STARTS_MAX + 1):
        version = machine.start()
        if version:
            return version, start
    raise AssertionError("it never comes to rest")


def main(path: str, key: str, story: str, tear: str, drops: str):
    with open(path, "rb") as file:
        data = file.read()
    with open(key) as file:
        modulus = file.read()
    wanted = NEW if story == "update" else OLD
    machine = Machine(data, bytes.fromhex(modulus), story)
    first_pages = {page: bytes(machine.flash._pages[page]) for page in machine.flash._pages}
    machine.flash = machine.flash.restarted()
    version, starts = run(machine)
    assert version == wanted, version
    total = machine.flash.operations
    for cut_at in range(1, total + 1):
        flash = Flash(NOTES_SECTORS + FILES_SECTORS)
        flash._pages = {page: bytearray(first_pages[page]) for page in first_pages}
        flash.cut_at, flash.tear, flash.drops_unsynced = cut_at, tear, drops == "drops"
        machine.flash = flash
        try:
            run(machine)
            raise AssertionError("operation %d was not cut" % cut_at)
        except (PowerCut, OSError):
            assert flash.dead, cut_at
        # Files that were open when the power went are collected later, and must not write then.
        flash.writeblocks = flash.ioctl = lambda *_values: 0
        machine.flash = flash.restarted()
        version, _starts = run(machine)
        assert version == wanted, (cut_at, version)
    print(json.dumps({"cuts": total, "starts": starts}))


main(*sys.argv[1:])
