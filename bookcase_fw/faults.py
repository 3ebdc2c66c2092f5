"""What does not work now: each change is a fact, and the list stands in the machine's state."""

from bookcase_fw.journal import JournalFull


class Faults:
    """`now` are words of wire.PARTS, with .door where there are several; the oldest first."""

    def __init__(self, write, changed, log):
        """write(kind, body) records a fact; changed() is called after each change."""
        self.now: list = []
        self._write, self._changed, self._log = write, changed, log

    def report(self, part: str, fails: bool, text: str):
        """A part fails, or works again."""
        self._log("%s %s %s" % (part, "fails:" if fails else "works again", text))
        self.now = [one for one in self.now if one != part] + [part] * fails
        try:
            self._write("fault", {"part": part, "on": fails, "text": text[:80]})
        except JournalFull:
            self._log("no room for the fault of %s" % part)
        self._changed()
