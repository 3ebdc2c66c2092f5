"""Fetch the records that come with pymarc's source: `python deploy/setup/marc.py` (.cache/marc).

The importer is tried on records that were not made here.  The source archive has the hash that
requirements.lock names; only its files of records are kept.
"""

import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HOME = Path(__file__).parent.parent.parent
FOLDER = HOME / ".cache" / "marc"
SUFFIXES = (".dat", ".mrc")


def fetch(folder: Path) -> int:
    """Fill the folder and return how many files it has."""
    with tempfile.TemporaryDirectory() as scratch:
        wanted = Path(scratch) / "wanted.txt"
        wanted.write_text(_locked())
        pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check", "download"]
        options = ["--no-deps", "--no-binary", ":all:", "--require-hashes"]
        command = [*pip, *options, "-r", str(wanted), "-d", scratch]
        subprocess.run(command, check=True)
        (archive,) = Path(scratch).glob("pymarc-*.tar.gz")
        folder.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive) as source:
            for member in source.getmembers():
                file = source.extractfile(member) if member.name.endswith(SUFFIXES) else None
                if file:
                    (folder / Path(member.name).name).write_bytes(file.read())
    return len(list(folder.iterdir()))


def _locked() -> str:
    """Return pymarc's lines of requirements.lock."""
    lock = (HOME / "requirements.lock").read_text()
    found = re.search(r"^pymarc==.*(\n\s+--hash=.*)+", lock, re.MULTILINE)
    assert found, "requirements.lock does not name pymarc"
    return found[0] + "\n"


if __name__ == "__main__":
    print(f"{fetch(FOLDER)} files of MARC records", file=sys.stderr)
    (FOLDER / "ready").touch()
