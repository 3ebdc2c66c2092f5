"""Two halves of what can be replaced, and which of them is started.  Files only, no clock.

    FOLDER/a/  FOLDER/b/   the halves, a whole image each; one that was never written is the image
                           that the machine came with
    FOLDER/start           half, state and tries in one line, replaced in one piece

The half that was started is never written to.  boot.py chooses by a copy of this file that lies
outside both halves: what this line means never changes.
"""

import os

TRIES_MAX = 3
# The half that is started: it has proved itself; it is to; it was gone back to, not yet told.
SETTLED, TRYING, BACK = "settled", "trying", "back"
_IS_FOLDER = 0x4000  # In what os.stat says first.
_OTHER = {"a": "b", "b": "a"}


class Halves:
    def __init__(self, folder: str):
        self._folder = folder
        self.half, self.state, self.tries = "a", SETTLED, 0
        try:
            with open(folder + "/start") as file:
                half, state, tries = file.read().split()
            self.half, self.state, self.tries = half, state, int(tries)
        except OSError:
            pass  # Nothing was ever replaced.

    @property
    def path(self) -> str:
        """The folder of the half that is started."""
        return self._folder + "/" + self.half

    @property
    def spare(self) -> str:
        """The folder of the other one: the only one that may be written."""
        return self._folder + "/" + _OTHER[self.half]

    def choose(self) -> str:
        """Return the folder to start from: once at each start, before anything of it is read.

        A trial is counted first, so that it ends however the start does.
        """
        if self.state == TRYING and self.tries == TRIES_MAX:
            self._write(_OTHER[self.half], BACK, 0)
        elif self.state == TRYING:
            self._write(self.half, TRYING, self.tries + 1)
        return self.path

    def try_other(self):
        """Let the next starts be from the other half, until it has proved itself or failed."""
        assert self.state == SETTLED
        self._write(_OTHER[self.half], TRYING, 0)

    def settle(self):
        """The started half has proved itself, or that it was gone back to is told."""
        self._write(self.half, SETTLED, 0)

    def _write(self, half: str, state: str, tries: int):
        make_folder(self._folder)
        with open(self._folder + "/start.new", "w") as file:
            file.write("%s %s %d\n" % (half, state, tries))
            file.flush()  # On the board closing syncs as well; on the desk this is fsync.
        os.rename(self._folder + "/start.new", self._folder + "/start")
        self.half, self.state, self.tries = half, state, tries


def make_folder(path: str):
    """Make a folder and those that it lies in, where they are missing."""
    made = ""
    for name in path.split("/"):
        made += name + "/"
        if name and not is_there(made[:-1]):
            os.mkdir(made[:-1])


def wipe(path: str):
    """Remove a folder's files and folders, if it is there."""
    if not is_there(path):
        return
    for name in os.listdir(path):
        inside = path + "/" + name
        if os.stat(inside)[0] & _IS_FOLDER:
            wipe(inside)
            os.rmdir(inside)
        else:
            os.remove(inside)


def is_there(path: str) -> bool:
    try:
        os.stat(path)
    except OSError:
        return False
    return True
