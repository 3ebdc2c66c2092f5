"""What makes a machine of one kind: its flow, its screens and its parts, as one record."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from kiosk.core.model import Model
from kiosk.core.view import Choice, Texts, View


def _none(model: Model) -> tuple[str, ...]:
    return ()


def _nothing(model: Model) -> tuple[tuple[str, str], ...]:
    return ()


def _generic(model: Model, texts: Texts, word: str) -> Choice | None:
    return None


class Role(NamedTuple):
    """`table` and `ignored` decide each pair of a state and an event, exactly once."""

    events: tuple[str, ...]
    # (state, event) -> step.  A step takes the record of its own event: the table says which.
    table: Mapping[tuple[str, str], Any]
    ignored: Mapping[str, str]  # State -> the events that change nothing.
    screens: Mapping[str, Callable[[Model, Texts], View]]
    choices: Callable[[Model], tuple[str, ...]]
    # What the machine says of itself, as the key of a text; the worst first, "" when all is well.
    status: Callable[[Model], str]
    helps: Mapping[str, str]  # State -> text of its help.
    parts: tuple[str, ...]  # Devices that are opened: words of wire.PARTS.
    needs: tuple[str, ...]  # Without these it does not do its work.
    journals: bool = True  # Whether it tells the service facts of its own.
    lends: bool = False  # Whether somebody can borrow here.
    reaches: bool = False  # Whether it has a tall screen, all of which can come within reach.
    # Keys of the keypad that mean something else now: the flow hears them as the event "tap".
    taps: Callable[[Model], tuple[str, ...]] = _none
    # What could be chosen if it worked, and why it does not: (word, key of a text).
    greyed: Callable[[Model], tuple[tuple[str, str], ...]] = _nothing
    # How a choice looks that has no text of its own among the texts.
    choice: Callable[[Model, Texts, str], Choice | None] = _generic

    @property
    def states(self) -> tuple[str, ...]:
        return tuple(self.screens)
