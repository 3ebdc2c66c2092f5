"""A loop that no longer goes round is found, by its name."""

from bookcase_fw.pulse import Pulse, Stuck


def stuck(pulse: Pulse) -> str:
    try:
        pulse.check()
    except Stuck as error:
        return str(error)
    return ""


def test_a_loop_that_hangs_is_named_and_the_others_are_not():
    now = [0]
    pulse = Pulse(lambda: now[0], 1000)
    pulse.beat("doors")
    pulse.beat("queue")
    now[0] = 1000
    pulse.beat("queue")
    assert stuck(pulse) == ""

    now[0] = 1001
    assert stuck(pulse) == "doors"


def test_a_loop_that_was_never_there_is_not_missed():
    assert stuck(Pulse(lambda: 10**9, 1000)) == ""
