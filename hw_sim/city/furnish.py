"""The ledger that a run begins with: the sample library, made once in a process and copied."""

import shutil
import tempfile
from functools import cache
from hashlib import sha256
from pathlib import Path

from broker import config as configuration
from broker.ledger import database
from broker.library import load as library
from hw_sim.world import sample

DISTRICT_KEY = bytes(range(32))


def key_of(device: str) -> bytes:
    """Return a machine's key."""
    return sha256(f"a key of the city: {device}".encode()).digest()


def furnish(folder: Path, config: configuration.Config, now_ms: int) -> None:
    """Put a new ledger into a folder, with the sample library and a key for each machine."""
    (folder / database.NAME).write_bytes(_furnished(config.key, now_ms))


@cache
def _furnished(district_key: bytes, now_ms: int) -> bytes:
    with tempfile.TemporaryDirectory() as source, tempfile.TemporaryDirectory() as target:
        shutil.copytree(sample.FOLDER, source, dirs_exist_ok=True)
        devices = [row["device"] for row in sample.rows(sample.FOLDER, "machines")]
        rows = "".join(f"{device},{key_of(device).hex()}\n" for device in devices)
        Path(source, "keys.csv").write_text("device,key\n" + rows)
        db = database.open_writer(Path(target))
        library.load(
            db,
            Path(source),
            district_key=district_key,
            now_ms=now_ms,
            progress=lambda _name, _done, _total: None,
        )
        db.close()
        return Path(target, database.NAME).read_bytes()
