"""What of the journal is said next, and what an `ack` makes of it.  Pure: time is passed in.

The journal that is uploaded has (bookcase_fw/journal.py; in the kiosk, SQLite):

    id, last, acked       journal id; highest number written; highest number acknowledged
    since(number, size)   records after a number, oldest first, as stored: as many as fit into
                          `size` bytes, at least one when there is one
    head(number)          chain value after the record of that number
    acknowledge(number)   lets go of all up to a number
    renew()               takes a new id; what is not acknowledged gets new numbers under it

Records go out in order, a window of messages at a time, several records in one message when
catching up.  The service acknowledges the highest number it has committed without a gap.  Without
progress for 2 s and some jitter, everything after the last acknowledged number is said again: the
service absorbs what it has already.  A gap is answered with the old number, which is no progress.
"""

from bookcase_fw import wire

WINDOW = 4  # Messages that wait for an ack at the same time.
SIZE_MAX = 2048  # Bytes of a message: a heap in use still has that in one piece.
RETRY_MS = 2000
JITTER_MS = 1000
_OVERHEAD = len(wire.fact_payload("0" * 8, "0" * 16, []))
_SEPARATOR = 2


class Upload:
    """The upload of one journal; `dice(n)` gives a random integer below n."""

    def __init__(self, journal, dice, size_max: int = SIZE_MAX):
        self._journal = journal
        self._dice = dice
        self._room = size_max - _OVERHEAD - _SEPARATOR
        self._ends: list = []  # Last number of each message that waits for an ack, oldest first.
        self._retry_at_ms = 0

    @property
    def waiting(self) -> bool:
        """Whether a message waits for an ack."""
        return bool(self._ends)

    def restart(self):
        """Say again all that is not acknowledged: a new session, or the service came back."""
        self._ends = []

    def next(self, now_ms: int) -> bytes | None:
        """Return the payload of the next `fact` to be sent now, or None."""
        if self._ends and now_ms >= self._retry_at_ms:
            self.restart()
        sent = self._ends[-1] if self._ends else self._journal.acked
        if len(self._ends) >= WINDOW or sent >= self._journal.last:
            return None
        records = self._journal.since(sent, self._room)
        if not self._ends:
            self._start_timer(now_ms)
        self._ends.append(sent + len(records))
        return wire.fact_payload(self._journal.id, self._journal.head(self._ends[-1]), records)

    def retry_ms(self, now_ms: int) -> int:
        """Return in how long the messages that wait are said again."""
        return max(0, self._retry_at_ms - now_ms)

    def acked(self, ack: dict, now_ms: int) -> bool:
        """Take a genuine `ack`; say whether the journal has a new id, so that a new hello is due.

        Ignored: an ack of another journal id, of a number beyond the last or one let go already.
        """
        journal = self._journal
        if ack["journal"] != journal.id:
            return False
        if ack["renew"]:
            journal.renew()
            self.restart()
            return True
        if journal.acked < ack["number"] <= journal.last:
            journal.acknowledge(ack["number"])
            self._ends = [end for end in self._ends if end > ack["number"]]
            self._start_timer(now_ms)
        return False

    def _start_timer(self, now_ms: int):
        self._retry_at_ms = now_ms + RETRY_MS + self._dice(JITTER_MS)
