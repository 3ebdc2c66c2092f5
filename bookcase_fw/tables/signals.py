"""Sound and light as data: what a reader hears and sees beside the screen.

Each signal says one thing in sound and in light, so that it is understood with either: rising is
yes, falling is no, three the same is "look here".  Nothing flashes more than twice a second.
"""

OFF, WHITE, GREEN, AMBER, RED, BLUE = "off", "white", "green", "amber", "red", "blue"
FOR_EVER = 0
# fmt: off
SIGNALS = (
    # name       repeats    steps: (ms, light, tone in Hz; 0 is silence)
    ("welcome",  FOR_EVER, ((1000, WHITE, 0),)),
    ("card",     1,        ((120, BLUE, 880), (300, BLUE, 0))),
    ("open",     1,        ((120, GREEN, 660), (120, GREEN, 880), (2000, GREEN, 0))),
    ("done",     1,        ((120, GREEN, 660), (120, GREEN, 880), (240, GREEN, 1320),
                            (1500, GREEN, 0))),
    ("refused",  1,        ((200, AMBER, 440), (400, AMBER, 330), (1500, AMBER, 0))),
    ("shut_me",  10,       ((200, AMBER, 784), (800, AMBER, 0), (1000, OFF, 0))),
    ("again",    3,        ((150, BLUE, 660), (350, BLUE, 0))),
    ("alarm",    FOR_EVER, ((500, RED, 988), (500, OFF, 784))),
    ("fault",    FOR_EVER, ((3000, RED, 0), (3000, OFF, 0))),
)
# fmt: on


def at(name: str, elapsed_ms: int) -> tuple:
    """Return (light, tone, ms until that changes) of a signal so long after it began.

    The time is 0 when the signal has ended; then it is dark and silent.
    """
    for word, repeats, steps in SIGNALS:
        if word == name:
            return _step(repeats, steps, elapsed_ms)
    raise ValueError("no such signal: %s" % name)


def _step(repeats: int, steps: tuple, elapsed_ms: int) -> tuple:
    length = sum([ms for ms, _light, _tone in steps])
    if repeats and elapsed_ms >= length * repeats:
        return OFF, 0, 0
    left = elapsed_ms % length
    for ms, light, tone in steps:
        if left < ms:
            return light, tone, ms - left
        left -= ms
    raise AssertionError("a signal has no steps")


# What a screen (wire.SCREENS, RETURN_SCREENS) lets be heard and seen; others leave what plays.
OF_SCREENS = {
    "welcome": "welcome",
    "asking": "card",
    "open": "open",
    "left_open": "shut_me",
    "again": "again",
    "done": "done",
    "refused": "refused",
    "jammed": "refused",
    "put_in": "welcome",
    "returned": "done",
    "given_back": "again",
    "shut": "fault",
}
