"""The words of a Feig HF reader over an open port: chips on the tray, their AFI and theft bit.

See bookcase_fw/codecs/feig.py.  An answer does not say which chip's command it answers: there
is one question at a time, and half an answer that came too late is thrown away before the next.
"""

from typing import NamedTuple, Protocol

import serial

from bookcase_fw.codecs import feig
from bookcase_fw.codecs.tags import model

READ_SIZE = 2048
TRIES = 3
READS_MAX = 25  # Reads of the port's time-out each: what 30 chips take, and a little.
FETCHES_MAX = 10  # Answers after which an inventory that goes on has a fault.
GONE = ("no_chip", "false", "radio")  # The chip is not near, or not quite.


class Port(Protocol):
    """What is used of a pyserial port: `read` returns what came until its time-out."""

    def read(self, size: int) -> bytes: ...
    def write(self, data: bytes) -> int | None: ...


class Secured(NamedTuple):
    """What became of AFI and theft bit: `why` is "" when both stand and were read back."""

    why: str  # "", "lifted" when the chip left, "bit" when it refused, "fault" of the reader.
    found: str  # What it said before: right, swapped, half, unknown; "" when nothing.


class Feig:
    def __init__(self, port: Port) -> None:
        self._port = port
        self._decoder = feig.Decoder()

    def inventory(self) -> set[str]:
        """Return the chips' numbers; raises SerialException when the reader is silent."""
        found: set[str] = set()
        for fetch in range(FETCHES_MAX):
            answer = self._ask(feig.inventory(more=fetch > 0))
            found |= set(feig.uids(answer.data))
            if answer.status != "more":
                return found
        raise serial.SerialException("the HF reader does not end its inventory")

    def secure(self, uid: str, on_loan: bool) -> Secured:
        """Write AFI and theft bit as one, and read both back; the AFI is read last."""
        found = self._security(uid, on_loan)
        if found == "right":
            return Secured("", found)
        afi, rings = model.secure(on_loan)
        for request in (
            feig.to_chip("write_afi", uid, bytes((afi,))),
            feig.custom("set_eas" if rings else "reset_eas", uid),
        ):
            status = self._ask(request).status
            if status != "done":
                return Secured("lifted" if status in GONE else "bit", found)
        stands = self._security(uid, on_loan)
        return Secured({"right": "", "": "lifted"}.get(stands, "bit"), found)

    def _security(self, uid: str, on_loan: bool) -> str:
        """Return how a chip's AFI and bit stand to a loan; "" when it does not answer."""
        rings = self._ask(feig.custom("eas_alarm", uid)).status == "done"
        answer = self._ask(feig.to_chip("info", uid))
        told = feig.info(answer.data) if answer.status == "done" else None
        return str(model.security(told.afi, rings, on_loan)) if told else ""

    def _ask(self, request: bytes) -> feig.Answer:
        name = feig.word(feig.CODES, request[4])
        self._settle()
        for _try in range(TRIES):
            self._port.write(request)
            for _read in range(READS_MAX):
                data = self._port.read(READ_SIZE)
                frames = self._decoder.feed(data) if data else self._decoder.flush()
                answers = [frame for frame in frames if frame.name == name]
                if answers:
                    answer: feig.Answer = answers[0]
                    return answer
                if not data:
                    break
        raise serial.SerialException("the HF reader is silent")

    def _settle(self) -> None:
        """Let go of what was said too late: it tells of the world as it was."""
        if self._decoder.waits():
            self._decoder.flush()
