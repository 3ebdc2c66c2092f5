"""Which lock boards there are, by the name that a configuration gives."""

from bookcase_fw.drivers.kerong import Cu16, Cu48
from bookcase_fw.drivers.lockboard import LockBoard

BOARDS = (
    # name           driver     baud
    ("wjl",          LockBoard,   9600),
    ("kerong",       Cu48,      115200),
    ("kerong_cu16",  Cu16,       19200),
)  # fmt: skip


def board(name: str) -> tuple:
    """Return (driver, baud) of a board; raises ValueError for a name that is not in the table."""
    for word, driver, baud in BOARDS:
        if word == name:
            return driver, baud
    raise ValueError("no such lock board: %s" % name)
