"""The screens of a 24-hour return with a belt, as data: its controller leads.  Pure."""

from kiosk.core import states as at
from kiosk.core.led import screens as led
from kiosk.core.led.screens import Screen
from kiosk.core.model import Model
from kiosk.core.view import Texts, View, elsewhere, joined, say


def _put_in(model: Model, texts: Texts) -> View:
    count = model.shown.in_a_row
    if count:
        heading = say(texts, "belt.more", count=count)
        return View("", title=heading, line=texts["belt.more.line"], picture="slot")
    heading = texts["return24.welcome.title"]
    return View("", title=heading, line=texts["return24.welcome.line"], picture="slot")


def _looking(model: Model, texts: Texts) -> View:
    line = texts["belt.looking.line"]
    return View("", title=texts["belt.looking"], line=line, picture="slot_shut")


def _returned(model: Model, texts: Texts) -> View:
    count = max(1, model.shown.in_a_row)
    return View(
        "",
        title=say(texts, "result.returned", count=count),
        figure=str(count),
        line=texts["return24.result.line"],
        picture="slot",
    )


def _given_back(model: Model, texts: Texts) -> View:
    why, step = _reason(model, texts)
    step = texts.get("belt.back." + model.shown.why, step)
    return View("", title=why, line=step, picture="slot_back")


def _shut(model: Model, texts: Texts) -> View:
    why, step = _reason(model, texts)
    heading = texts["return24.broken"]
    line = joined(why, step, elsewhere(model, texts))
    return View("", title=heading, line=line, picture="attention")


def _reason(model: Model, texts: Texts) -> tuple[str, str]:
    why = model.shown.why or "fault"
    return texts["why." + why], texts["step." + why]


SCREENS: dict[str, Screen] = led.SCREENS | {
    at.WELCOME: _put_in,
    "put_in": _put_in,
    "looking": _looking,
    "returned": _returned,
    "given_back": _given_back,
    "shut": _shut,
}
HELPS = dict.fromkeys(SCREENS, "belt.help") | {
    state: words for state, words in led.HELPS.items() if words == "staff.help"
}
