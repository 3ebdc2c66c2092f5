"""Measures the bars of the design: python -m tests.bench [P1 P2 …]; a JSON line a figure."""

import importlib
import sys

BARS = (
    # bar   module       what it measures
    ("P1", "facts", "facts committed a second"),
    ("P2", "door", "door shut to done"),
    ("P3", "restart", "everything that waits, told after a restart; SIZE=0.1 for fewer"),
    ("P5", "year", "the year 2020 through the ledger; SHARE=0.02 for a part of it"),
    ("P6", "volume", "a fact on a ledger of ten million loans; SIZE=0.01 for fewer"),
    ("P7", "firmware", "heap, records and flash of the firmware"),
    ("P7", "starts", "from a start to an answered hello, with TLS"),
    ("P7", "storm", "500 firmwares after their server's death; SIZE=0.1 for fewer"),
    ("P8", "kiosk", "start, touch and tray of the kiosk"),
    ("P9", "counting", "wrong and missed loans, readers asked, cases"),
    ("P10", "city", "the city's door sessions a second; with P12; SEEDS=20 for more runs"),
    ("P11", "catalogue", "search over 500,000 titles; TITLES=20000 for fewer"),
    ("P12", "city", "door sessions of the city that need a person; measured with P10"),
    ("P13", "wire", "bytes of a bookcase on 4G in a month; SIZE=0.2 for a shorter look"),
)


def main() -> None:
    wanted = [word.upper() for word in sys.argv[1:]]
    unknown = set(wanted) - {bar for bar, _module, _what in BARS}
    if unknown:
        known = "\n".join(f"  {bar}  {what}" for bar, _module, what in BARS)
        sys.exit(f"no such bar: {', '.join(sorted(unknown))}; there are\n{known}")
    measured = set()
    for bar, module, what in BARS:
        if (not wanted or bar in wanted) and module not in measured:
            print(f"# {bar}: {what}", file=sys.stderr, flush=True)
            importlib.import_module(f"tests.bench.{module}").measure()
            measured.add(module)


if __name__ == "__main__":
    main()
