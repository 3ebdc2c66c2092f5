"""The session with the service as a table: complete, and right where it matters."""

from bookcase_fw.tables import link

TIMINGS = link.TIMINGS


def walk(state: str, *events: str) -> str:
    for event in events:
        state, _effects = link.step(state, event)
    return state


def test_every_pair_is_decided_once():
    pairs = [(state, event) for state in link.STATES for event in link.EVENTS]

    for pair in pairs:
        assert (pair in link.TABLE) != (pair in link.IGNORED), pair
    assert len(link.TABLE) + len(link.IGNORED) == len(pairs)


def test_a_connection_is_not_service():
    assert walk(link.DOWN, "pause_over", "connected", "subscribed") == link.GREETING
    assert walk(link.GREETING, "unanswered") == link.UNSERVED
    assert walk(link.GREETING, "answered") == link.SERVED
    assert walk(link.UNSERVED, "answered") == link.SERVED


def test_whatever_is_lost_pauses_and_closes():
    for state in (link.CONNECTING, link.SUBSCRIBING, link.GREETING, link.SERVED, link.UNSERVED):
        after, effects = link.step(state, "lost")

        assert after == link.DOWN
        assert effects[-2:] == ("close", "start_pause")


def test_leaving_service_always_holds_and_coming_back_always_flushes():
    for (state, event), (after, effects) in link.TABLE.items():
        leaves = state == link.SERVED and after != link.SERVED
        comes = state != link.SERVED and after == link.SERVED
        assert ("hold" in effects) == leaves, (state, event)
        assert ("flush" in effects) == comes, (state, event)


def test_no_state_without_service_waits_for_ever():
    """Where we are connected and not served a timer runs, so that a hello is said again."""
    for (state, event), (after, effects) in link.TABLE.items():
        if after in (link.GREETING, link.UNSERVED):
            assert "start_answer_timer" in effects, (state, event)


def test_the_first_pauses_are_short_and_long_ones_come_late():
    in_outage = [link.pause_ms(TIMINGS, attempt, 60000) for attempt in range(8)]
    after_it = [link.pause_ms(TIMINGS, attempt, 600000) for attempt in (0, 8, 9, 100)]

    assert in_outage == [1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]
    assert after_it == [1000, 256000, 300000, 300000]
