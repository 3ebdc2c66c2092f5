"""What a bundle says of itself, and whether a machine may take it.  Pure.

    manifest | signature (384 bytes) | the files, one behind the other

    shugui firmware 0.2.0 0.1.0 *          kind, version, least version that may take it, machine
    3f…(SHA-256)… 2214 bookcase_fw/app.mpy     one line a file, in the order of their bytes

The signature is RSA's (rsa.py) over the manifest, which stands for every byte that follows it.
A half holds the manifest and its signature under their names, beside the files.
"""

from collections import namedtuple

KINDS = ("firmware", "config")
MANIFEST, SIGNATURE = "manifest", "signature"
MANIFEST_SIZE_MAX = 32768
_WORD = "shugui"
_ANY = "*"
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_."

Head = namedtuple("Head", ("kind", "version", "least", "device"))
Entry = namedtuple("Entry", ("hash", "size", "path", "first"))  # first: where in the bundle.


class BundleError(Exception):
    """The bundle must not be taken.  The message is a word of wire.UPDATE_WHYS."""


def head(line: str) -> Head:
    words = line.split()
    if len(words) != 5 or words[0] != _WORD or words[1] not in KINDS:
        raise BundleError("malformed")
    return Head(*words[1:])


def entries(lines, first: int):
    """Yield the files that a manifest's other lines name; first: where their bytes begin."""
    for line in lines:
        try:
            digest, size, path = line.split()
            entry = Entry(digest, int(size), path, first)
        except ValueError:
            raise BundleError("malformed")
        if len(digest) != 64 or entry.size < 0 or not _is_inside(path):
            raise BundleError("malformed")
        first += entry.size
        yield entry


def version(text: str) -> tuple:
    """Return what versions are compared by; raises BundleError."""
    try:
        return tuple([int(number) for number in text.split(".")])
    except ValueError:
        raise BundleError("malformed")


def check_head(found: Head, kind: str, device: str, *, running: str, firmware: str):
    """Raise BundleError unless this may follow what runs; `least` is a version of the firmware."""
    if found.kind != kind or found.device not in (_ANY, device):
        raise BundleError("not_ours")
    if version(found.version) < version(running):
        raise BundleError("older")
    if version(firmware) < version(found.least):
        raise BundleError("too_new")


def _is_inside(path: str) -> bool:
    """Say whether a path leads to a file in its half and cannot lead elsewhere."""
    names = path.split("/")
    letters = all(letter in _LETTERS for letter in "".join(names))
    return letters and all(names) and ".." not in names and path not in (MANIFEST, SIGNATURE)
