"""A payment provider for tests, as a process of its own: real HTTP, signed, with hands and faults.

`python -m tests.broker.accounts.bank` prints its port.  The hands are POST hands/NAME with JSON:
`pay` (a reader pays), `fault` (deaf: does it and does not answer; refuse: refunds are refused).
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from broker.accounts import seal

KEY = b"k" * 32
DAY = 20261118


class Bank:
    """What it holds: payments by our id, refunds by our id, and the lines of its statement."""

    def __init__(self) -> None:
        self.payments: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.lines = ["kind,id,fen,reference"]
        self.faults: set[str] = set()
        self.started = 0

    def start(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["id"] not in self.payments:
            self.started += 1
            self.payments[asked["id"]] = {"outcome": "open", "fen": asked["fen"], "reference": ""}
        return {"link": f"https://pay.example/{asked['id']}"}

    def refund(self, asked: dict[str, Any]) -> dict[str, Any]:
        if "refuse" in self.faults:
            return {"outcome": "failed", "reference": ""}
        if asked["id"] not in self.refunds:
            reference = f"r{len(self.refunds)}"
            self.refunds[asked["id"]] = {"outcome": "done", "reference": reference}
            self.lines.append(f"refund,{asked['id']},{asked['fen']},{reference}")
        return self.refunds[asked["id"]]

    def pay(self, asked: dict[str, Any]) -> dict[str, Any]:
        """A reader pays; return the callback's headers and body, which the test delivers."""
        number, reference = asked["id"], asked.get("reference", "b1")
        fen = asked.get("fen", self.payments[number]["fen"])
        self.payments[number] = {"outcome": "paid", "fen": fen, "reference": reference}
        self.lines.append(f"paid,{number},{fen},{reference}")
        event = {"event": f"e{reference}", "payment": number, "outcome": "paid"}
        body = json.dumps(event | {"fen": fen, "reference": reference})
        return {"headers": seal.headers(KEY, body.encode(), asked["now_ms"]), "body": body}

    def fault(self, asked: dict[str, Any]) -> dict[str, Any]:
        (self.faults.add if asked["on"] else self.faults.discard)(asked["name"])
        return {"started": self.started}


class Handler(BaseHTTPRequestHandler):
    bank = Bank()

    def do_GET(self) -> None:
        what, _slash, number = self.path.lstrip("/").partition("/")
        if what == "statements":
            self._answer("\n".join(self.bank.lines).encode())
        elif number in self.bank.payments:
            self._answer(json.dumps(self.bank.payments[number]).encode())
        else:
            self._answer(b"", 404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path = self.path.lstrip("/")
        hands = {"hands/pay": self.bank.pay, "hands/fault": self.bank.fault}
        wire = {"payments": self.bank.start, "refunds": self.bank.refund}
        if path in hands:
            self._answer(json.dumps(hands[path](json.loads(body))).encode(), deaf=False)
            return
        seal.check(KEY, self.headers, body, int(self.headers[seal.TIME]))  # type: ignore[arg-type]
        self._answer(json.dumps(wire[path](json.loads(body))).encode())

    def _answer(self, body: bytes, status: int = 200, *, deaf: bool = True) -> None:
        if deaf and "deaf" in self.bank.faults:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    sys.stdin.close()
    server.serve_forever()
