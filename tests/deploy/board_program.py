"""A board for mpremote: MicroPython's raw prompt on a terminal, the files of a folder as its root.

Runs under the unix port, whose own prompt is never raw.  board_program FOLDER
"""

import io
import os
import sys

import vfs

HELLO = "raw REPL; CTRL-B to exit\r\n>"
INTO, OUT, BREAK, END, PASTE = "\x01", "\x02", "\x03", "\x04", "\x05"


def said(line: str):
    sys.stdout.write(line)


def run(code: str, names: dict):
    """Run code; what it prints goes to the terminal, its error behind it."""
    said("OK")
    error = io.StringIO()
    try:
        exec(code, names)  # noqa: S102
    except Exception as raised:
        sys.print_exception(raised, error)
    said(END + error.getvalue() + END + ">")


def serve():
    code, names, raw = "", {"__name__": "__main__"}, False
    while True:
        key = sys.stdin.read(1)
        if key == INTO:
            code, raw = "", True
            said(HELLO)
        elif key in (OUT, BREAK):
            code, raw = "", raw and key != OUT
            said("\r\n>>> " if not raw else "")
        elif key == PASTE and not code:
            sys.stdin.read(2)
            said("R\x00")  # It is understood, and not offered.
        elif key == END and raw:
            run(code, names)
            code = ""
        elif raw:
            code += key


vfs.umount("/")
vfs.mount(vfs.VfsPosix(sys.argv[1]), "/")
os.chdir("/")
serve()
