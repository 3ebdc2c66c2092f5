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
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
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


if __name__ == "__main__":
    sys.exit(main())
