"""What a device believes of what it is told: signatures, nonces, sessions.  Pure.

Nothing unsigned is acted on.  What a signature covers (sign.py): for an `ack` this session and the
nonce of its hello; for an `answer` this session and the id of an open ask; for an `order` the
session and the id that it carries; for a `want` neither, because the newest revision wins.
"""

from bookcase_fw import sign, wire

NONCES_MAX = 3


class Doubt(Exception):
    """A message that is not believed.  The message says why, for the log."""


class Trust:
    def __init__(self, device: str, key: bytes):
        self._device = device
        self._key = key
        self.session = ""
        self._nonces: list = []  # Of the hellos of this session, the last one first.
        self._asks: list = []

    def begin(self, session: str):
        """A new connection: nothing that was said in an earlier one counts any more."""
        self.session = session
        self._nonces = []
        self._asks = []

    def greet(self, nonce: str):
        """A hello with this nonce goes out; acks under the ones before may be on their way."""
        self._nonces = [nonce] + self._nonces[: NONCES_MAX - 1]

    def ask(self, ask_id: str):
        self._asks.append(ask_id)

    def forget(self, ask_id: str):
        self._asks = [open_id for open_id in self._asks if open_id != ask_id]

    def believe(self, topic: str, payload: bytes | None) -> tuple:
        """Return (name, body) of a genuine message, or raise Doubt.

        The body of an ack has `nonce` only when it answers the last hello.
        """
        try:
            device, tail = wire.split(topic)
            name = wire.name_of(tail)
            data, mac = sign.opened(payload or b"")
            if device != self._device or not tail.startswith("dn/"):
                raise Doubt("%s is not said to us" % topic)
            if data is None:
                raise Doubt("%s is not signed" % name)
            body = wire.decode(name, data)
        except wire.WireError as error:
            raise Doubt(str(error))
        for session, nonce in self._contexts(name, body):
            if sign.genuine(self._key, topic, session, nonce, data, mac):
                if name == "ack" and body["nonce"] != self._nonces[0]:
                    body["nonce"] = ""
                return name, body
        raise Doubt("%s has no signature that counts here" % name)

    def _contexts(self, name: str, body: dict) -> list:
        """Return the (session, nonce) pairs under which a message may be signed."""
        if name == "want":
            return [("", "")]
        if name == "order":
            # Its own session: a genuine order of an earlier one is refused with its reason.
            return [(body["session"], body["id"])]
        if name == "answer":
            return [(self.session, body["id"])] if body["id"] in self._asks else []
        return [(self.session, nonce) for nonce in self._nonces]
