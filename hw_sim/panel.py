"""The panel: hands and faults typed line by line, at a prompt or through a pipe.

    python -m hw_sim panel [--at HOST:PORT]

At a terminal it prompts, completes words with the tab key, and colours only what was refused.
Through a pipe it prints answers only, and its exit status says whether everything could be done.
"""

import argparse
import contextlib
import readline
import sys
from collections.abc import Callable, Iterator
from typing import TextIO

from hw_sim import control
from hw_sim.world.truth import HandError

PROMPT = "shugui> "
WELCOME = "Hands and faults of the simulated machines.  `help` lists them; Ctrl-D ends this."
RED, PLAIN = "\x1b[31m", "\x1b[0m"


def main(arguments: list[str]) -> int:
    """Return the exit status: 0, 1 when a line was refused, 2 when nothing listens there."""
    parser = argparse.ArgumentParser(prog="python -m hw_sim panel", description=WELCOME)
    parser.add_argument("--at", default=f"127.0.0.1:{control.PORT}", metavar="HOST:PORT")
    host, _colon, port = parser.parse_args(arguments).at.rpartition(":")
    try:
        client = control.BlockingClient(host, int(port))
    except (OSError, ValueError, OverflowError) as error:
        print(
            f"Nothing listens at {host}:{port} ({error}).  `make run` starts it.", file=sys.stderr
        )
        return 2
    with contextlib.closing(client):
        try:
            lines = _typed(client) if sys.stdin.isatty() else iter(sys.stdin)
            return run(client.say, lines, sys.stdout)
        except OSError as error:
            print(f"The simulator answers no more ({error}).", file=sys.stderr)
            return 2


def run(say: Callable[[str], list[str]], lines: Iterator[str], out: TextIO) -> int:
    """Say each line and print its answer; return 1 when one was refused, else 0."""
    refused = 0
    for line in lines:
        words = line.strip()
        if not words or words.startswith("#"):
            continue
        if words == "quit":
            break
        try:
            answer = say(words) or ["ok"] * out.isatty()
        except HandError as error:
            refused = 1
            answer = [f"{RED}{error}{PLAIN}" if out.isatty() else f"no: {error}"]
        print(*answer, sep="\n", end="\n" if answer else "", file=out, flush=True)
    return refused


def _typed(client: control.BlockingClient) -> Iterator[str]:
    words = sorted(line.split()[0] for line in client.say("help") if line.startswith("  "))
    readline.set_completer(lambda text, state: _completed(words, text, state))
    readline.parse_and_bind("tab: complete")
    print(WELCOME)
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        while True:
            yield input(PROMPT)
    print()


def _completed(words: list[str], text: str, state: int) -> str | None:
    """Return the state-th word that a started one may become: the shape that readline wants."""
    matches = [word + " " for word in words if word.startswith(text)]
    return matches[state] if state < len(matches) else None
