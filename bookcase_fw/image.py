"""What a half holds: a manifest, its files, and whether all of it is genuine.  Writes nothing."""

import binascii
import hashlib

from bookcase_fw import bundle, rsa

PIECE_SIZE = 512


def check_signature(half: str, modulus: bytes):
    """Raise BundleError unless the manifest in a half is signed by the key of this modulus."""
    try:
        with open(half + "/" + bundle.SIGNATURE, "rb") as file:
            signature = file.read()
        digest = binascii.unhexlify(hash_of(half + "/" + bundle.MANIFEST))
    except OSError:
        raise bundle.BundleError("signature")
    if not rsa.genuine(modulus, digest, signature):
        raise bundle.BundleError("signature")


def hash_of(path: str) -> str:
    """Return a file's SHA-256 in hexadecimal digits; raises OSError."""
    found = hashlib.sha256()
    with open(path, "rb") as file:
        while True:
            piece = file.read(PIECE_SIZE)
            if not piece:
                return binascii.hexlify(found.digest()).decode()
            found.update(piece)


def holds(half: str, entry: bundle.Entry) -> bool:
    """Say whether a half has a file, whole."""
    try:
        return hash_of(half + "/" + entry.path) == entry.hash
    except OSError:
        return False


def running(half: str, came_with: str) -> tuple:
    """Return (version, the manifest's SHA-256) of a half; of none, what the machine came with."""
    try:
        with open(half + "/" + bundle.MANIFEST) as file:
            found = bundle.head(file.readline())
        return found.version, hash_of(half + "/" + bundle.MANIFEST)
    except (OSError, bundle.BundleError):
        return came_with, ""
