"""`python -m kiosk [selfcheck] --config FILE`: serves readers, or says what does not work here."""

import argparse
import sys
from pathlib import Path

import structlog

from kiosk import config


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m kiosk", description=__doc__)
    parser.add_argument("what", nargs="?", default="run", choices=("run", "selfcheck"))
    parser.add_argument("--config", type=Path, required=True, help="one JSON file")
    arguments = parser.parse_args()
    set_up_log()
    try:
        loaded = config.load(arguments.config)
    except config.ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    if arguments.what == "selfcheck":
        from kiosk.selfcheck import selfcheck

        return 0 if selfcheck(loaded) else 1
    from kiosk.app import run

    return run(loaded)


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
