"""Runs the firmware's tests without pytest, so that MicroPython can: python -m tests.device [NAME].

A test file here imports nothing that MicroPython lacks; its tests are functions or coroutines
named test_* without arguments.  Exit status 1 when one fails.
"""

import asyncio
import gc
import os
import sys


def _names() -> list:
    folder = __file__.rsplit("/", 1)[0]
    names = [name[:-3] for name in os.listdir(folder) if name[:5] == "test_" and name[-3:] == ".py"]
    return sorted(name for name in names if not sys.argv[1:] or name in sys.argv[1:])


def _tests(name: str) -> list:
    module = __import__("tests.device." + name, None, None, ("x",))
    return sorted((key, getattr(module, key)) for key in dir(module) if key[:5] == "test_")


def _run(test: object) -> None:
    result = test()  # type: ignore[operator]
    if result is not None:
        asyncio.new_event_loop()
        asyncio.run(result)


def main() -> None:
    passed, failed = 0, []
    for name in _names():
        for key, test in _tests(name):
            gc.collect()
            try:
                _run(test)
                passed += 1
            except Exception as error:
                failed.append("%s.%s" % (name, key))
                print("FAILED %s.%s" % (name, key))
                getattr(sys, "print_exception", lambda e: print(repr(e)))(error)
    gc.collect()
    used = getattr(gc, "mem_alloc", int)()  # CPython does not say.
    words = (sys.implementation.name, " ".join(_names()), passed, len(failed), used)
    print("%s: %s: %d passed, %d failed; heap %d bytes in use" % words)
    if failed:
        sys.exit(1)


main()
