"""A service's API over real HTTP that says whatever a test plants: the oracle's input."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from hw_sim.world.places import Compartment, Shelf
from hw_sim.world.truth import World

TOKEN = "the staff's token"
NOBODY = "SG99999999"  # A card that the library does not know.


class ToldLedger:
    """Starts as the truth about a world in which nobody has taken anything."""

    def __init__(self, world: World) -> None:
        self.custody: list[dict[str, Any]] = []
        self.accounts: dict[str, list[str]] = {}
        self.cases: list[dict[str, str]] = []
        self.machines: dict[str, dict[str, Any]] = {}
        self.streams: list[dict[str, Any]] = []
        self.movements: list[dict[str, Any]] = []
        self.away = False
        for barcode, place in world.places.items():
            self.custody.append({"barcode": barcode, "holder": _holder(place), "loan_card": ""})
        for device in ("bc01", "bc02"):
            self.machines[device] = {"device": device, "online": True, "unacked": 0}
            self.streams.append(
                {"device": device, "journal": "0000abcd", "number": 4, "state": "open"}
            )

    # What tests plant.

    def row(self, barcode: str) -> dict[str, Any]:
        return next(row for row in self.custody if row["barcode"] == barcode)

    def lend(self, barcode: str, card: str) -> None:
        """Say that a copy is lent to a card, in custody and in the card's account."""
        self.row(barcode).update(holder={"kind": "reader", "card": card}, loan_card=card)
        self.accounts.setdefault(card, []).append(barcode)

    def place(self, barcode: str, **holder: Any) -> None:
        self.row(barcode).update(holder=holder, loan_card="")

    def open_case(self, barcode: str) -> None:
        self.cases.append({"barcode": barcode, "words_en": "somebody should look at this"})

    # The HTTP side.

    def answer(self, path: str, token: str) -> tuple[int, Any]:
        if self.away or token != f"Bearer {TOKEN}":
            return (503 if self.away else 401), {}
        answers: dict[str, Any] = {
            "/v1/custody": {"copies": self.custody},
            "/v1/cases": self.cases,
            "/v1/machines": list(self.machines.values()),
            "/v1/streams": self.streams,
        }
        parts = urlsplit(path)
        if parts.path in answers:
            return 200, answers[parts.path]
        if parts.path.endswith(NOBODY):
            return 404, {}
        kind, name = unquote(parts.path).removeprefix("/v1/").split("/")
        if kind == "copies":
            return 200, {"movements": [m for m in self.movements if m["barcode"] == name]}
        return 200, {"loans": [{"barcode": barcode} for barcode in self.accounts.get(name, [])]}


def serve(ledger: ToldLedger) -> ThreadingHTTPServer:
    """Serve on a free port until `shutdown`."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = ledger.answer(self.path, self.headers["Authorization"])
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return server


def _holder(place: object) -> dict[str, Any]:
    if isinstance(place, Compartment):
        return {"kind": "compartment", "device": place.device, "door": place.door}
    assert isinstance(place, Shelf)
    return {"kind": "shelf", "site": place.site}
