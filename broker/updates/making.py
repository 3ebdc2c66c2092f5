"""A bundle is made, and signed by OpenSSL with a key that lies outside the service.

bookcase_fw/bundle.py draws what a bundle is.  One that is not signed yet has noughts in the place
of its signature.
"""

import hashlib
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from bookcase_fw import bundle, rsa

KEY_BITS = 8 * rsa.SIZE
# What a configuration that travels may not change: who the machine is, and its secrets.
FIXED = ("device", "key", "district_key")


class MakingError(Exception):
    """The bundle cannot be made, read or signed.  The message says which file and why."""


class Bundle(NamedTuple):
    """What a bundle's first bytes say."""

    kind: str
    version: str
    least: str
    device: str
    manifest_size: int
    hash: str  # Of the manifest.
    signed: bool


def of_folder(folder: Path) -> dict[str, bytes]:
    """Return the compiled files below a folder, by their path in a half."""
    paths = sorted(folder.rglob("*.mpy"))
    if not paths:
        raise MakingError(f"{folder}: no compiled files; say `make firmware`")
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def of_config(path: Path) -> dict[str, bytes]:
    """Return a configuration's changes as the file that a machine lays over its own."""
    try:
        changes = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise MakingError(f"{path}: {error}") from None
    held = [name for name in FIXED if name in changes]
    if held:
        raise MakingError(f"{path}: {', '.join(held)} cannot be changed from afar")
    return {"config.json": json.dumps(changes).encode()}


def build(
    files: Mapping[str, bytes], *, kind: str, version: str, least: str, device: str = "*"
) -> bytes:
    """Return a bundle with noughts for its signature."""
    lines = [f"shugui {kind} {version} {least} {device}"]
    lines += [f"{_hash(data)} {len(data)} {path}" for path, data in files.items()]
    manifest = ("\n".join(lines) + "\n").encode()
    data = manifest + bytes(rsa.SIZE) + b"".join(files.values())
    read(data)
    return data


def sign(data: bytes, key: Path) -> bytes:
    """Return a bundle with the signature of a private key, a PEM file of 3072 bits."""
    size = read(data).manifest_size
    signature = _openssl("dgst", "-sha256", "-sign", str(key), given=data[:size])
    if len(signature) != rsa.SIZE:
        raise MakingError(f"{key}: wants an RSA key of {KEY_BITS} bits")
    return data[:size] + signature + data[size + rsa.SIZE :]


def make_key(path: Path) -> None:
    """Make a private key, readable by its owner only; never over another."""
    if path.exists():
        raise MakingError(f"{path} exists: take it away first")
    bits = f"rsa_keygen_bits:{KEY_BITS}"
    made = _openssl("genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", bits)
    path.touch(mode=0o600)
    path.write_bytes(made)


def modulus(key: Path) -> str:
    """Return what machines know of a private key: `update_key` of their configuration."""
    said = _openssl("rsa", "-in", str(key), "-noout", "-modulus").decode()
    return said.partition("=")[2].strip().lower()


def read(data: bytes) -> Bundle:
    """Return what a bundle is, all of its files checked; raises MakingError."""
    size = _manifest_size(data)
    try:
        head, *lines = data[:size].decode().splitlines()
        found = bundle.head(head)
        bundle.version(found.version), bundle.version(found.least)
        entries = list(bundle.entries(lines, size + rsa.SIZE))
    except (bundle.BundleError, ValueError):
        raise MakingError("this is no bundle") from None
    for entry in entries:
        if _hash(data[entry.first : entry.first + entry.size]) != entry.hash:
            raise MakingError(f"{entry.path} is damaged in this bundle")
    signed = data[size : size + rsa.SIZE] != bytes(rsa.SIZE)
    return Bundle(*found, manifest_size=size, hash=_hash(data[:size]), signed=signed)


def genuine(data: bytes, key: str) -> bool:
    """Say whether a machine that knows this key (hexadecimal modulus) would believe a bundle."""
    size = read(data).manifest_size
    digest = hashlib.sha256(data[:size]).digest()
    return bool(rsa.genuine(bytes.fromhex(key), digest, data[size : size + rsa.SIZE]))


def _manifest_size(data: bytes) -> int:
    """The manifest has no length of its own: a line is added as long as the files fill the rest."""
    size, files = data.find(b"\n") + 1, 0
    while size and size + rsa.SIZE + files < len(data):
        end = data.find(b"\n", size) + 1
        words = data[size:end].split()
        if len(words) != 3 or not words[1].isdigit():
            break
        size, files = end, files + int(words[1])
    if not size or size > bundle.MANIFEST_SIZE_MAX or size + rsa.SIZE + files != len(data):
        raise MakingError("this is no bundle")
    return size


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _openssl(*words: str, given: bytes = b"") -> bytes:
    try:
        done = subprocess.run(["openssl", *words], input=given, capture_output=True, check=True)
    except FileNotFoundError:
        raise MakingError("openssl is missing: apt install openssl") from None
    except subprocess.CalledProcessError as error:
        raise MakingError(f"openssl: {error.stderr.decode().strip().splitlines()[-1]}") from None
    return done.stdout
