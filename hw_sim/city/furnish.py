"""The ledger that a run begins with: the sample library, made once in a process and copied."""

import csv
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
KIOSKS_MAX = 13  # Loan machines of the district; the sample has as many as stand on a desk.


def key_of(device: str) -> bytes:
    """Return a machine's key."""
    return sha256(f"a key of the city: {device}".encode()).digest()


def kiosks(count: int) -> dict[str, str]:
    """Return device -> site of so many kiosks, over the sites of the sample's own."""
    own = [row["site"] for row in sample.rows(sample.FOLDER, "machines") if _is_kiosk(row)]
    return {f"kx{number:02}": own[(number - 1) % len(own)] for number in range(1, count + 1)}


def _is_kiosk(row: dict[str, str]) -> bool:
    return row["device"].startswith("kx")


def furnish(folder: Path, config: configuration.Config, now_ms: int) -> None:
    """Put a new ledger into a folder, with the sample library and a key for each machine."""
    (folder / database.NAME).write_bytes(_furnished(config.key, now_ms))


@cache
def _furnished(district_key: bytes, now_ms: int) -> bytes:
    with tempfile.TemporaryDirectory() as source, tempfile.TemporaryDirectory() as target:
        shutil.copytree(sample.FOLDER, source, dirs_exist_ok=True)
        machines = sample.rows(sample.FOLDER, "machines")
        devices = [row["device"] for row in machines]
        like = next(row for row in machines if _is_kiosk(row))
        more = {one: site for one, site in kiosks(KIOSKS_MAX).items() if one not in devices}
        with Path(source, "machines.csv").open("a", newline="") as file:
            csv.DictWriter(file, like).writerows(
                like | {"device": device, "site": site} for device, site in more.items()
            )
        devices += more
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
