"""Bundles on disk, and the tray in which an operator's wishes lie until the service takes them.

    FOLDER/updates/<hash of the manifest>     a bundle, as machines fetch it
    FOLDER/updates/tray/<anything>.json       {"offer": hash, "machines": […]} or {"stop": number}

Whatever is in the tray was put there whole: it is written beside it and renamed.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from broker.updates import making


class Shelf:
    def __init__(self, folder: Path) -> None:
        """folder: the data folder of the service."""
        self._folder = folder / "updates"
        self._tray = self._folder / "tray"

    def put(self, data: bytes) -> making.Bundle:
        """Keep a bundle for machines to fetch; raises MakingError."""
        found = making.read(data)
        self._tray.mkdir(parents=True, exist_ok=True)
        _write(self._folder / found.hash, data)
        return found

    def path(self, digest: str) -> Path:
        return self._folder / digest

    def read(self, digest: str) -> making.Bundle:
        return making.read(self.path(digest).read_bytes())

    def wish(self, wish: Mapping[str, object]) -> None:
        """Ask something of the service: it looks into the tray now and then."""
        self._tray.mkdir(parents=True, exist_ok=True)
        name = str(wish.get("offer") or f"stop-{wish['stop']}")
        _write(self._tray / f"{name}.json", json.dumps(wish).encode())

    def wishes(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Yield what lies in the tray; whoever grants a wish removes it, after the commit."""
        for path in sorted(self._tray.glob("*.json")):
            yield path, json.loads(path.read_bytes())


def _write(path: Path, data: bytes) -> None:
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(data)
    beside.rename(path)
