"""`python -m kiosk ROLE --config FILE`: serves readers in a role; `check` says what does not work.

`run` takes the role that the configuration names; `python -m kiosk replay FILE` runs the events
that led to a crash through the core once more.
"""

import argparse
import sys
from pathlib import Path

import structlog

from kiosk import config
from kiosk.core.roles import ROLES


def main() -> int:
    if sys.argv[1:2] == ["replay"]:
        return replayed([Path(name) for name in sys.argv[2:]])
    parser = argparse.ArgumentParser(prog="python -m kiosk", description=__doc__)
    words = (*ROLES, "run", "check")
    parser.add_argument("what", nargs="?", default="run", choices=words)
    parser.add_argument("--config", type=Path, required=True, help="one JSON file")
    arguments = parser.parse_args()
    set_up_log()
    role = arguments.what if arguments.what in ROLES else ""
    try:
        loaded = config.load(arguments.config, role)
    except config.ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    if arguments.what == "check":
        from kiosk.check import check

        return 0 if check(loaded) else 1
    from kiosk.app import run

    return run(loaded)


def replayed(paths: list[Path]) -> int:
    """Print each step of the incidents; return 1 if one of them ends in an error."""
    from kiosk.services import incident

    steps = [step for path in paths for step in incident.replay(path)]
    print(incident.said(steps))
    return int(any(step.error for step in steps))


def set_up_log() -> None:
    """One line an event on standard error; tracebacks show no values: they may be a reader's."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


if __name__ == "__main__":
    sys.exit(main())
