"""What the screen shows, as data: a model and a language's texts in, a View out.  Pure."""

from collections.abc import Iterator, Mapping

from kiosk.core import choices, doors
from kiosk.core.model import Model, fresh
from kiosk.core.role import Role
from kiosk.core.roles import ROLES
from kiosk.core.speech import sentences
from kiosk.core.view import Choice, Part, Texts, View, say


def present(model: Model, texts: Texts) -> View:
    """Return what is seen of a model; it depends on nothing else."""
    role = ROLES[model.world.role]
    if model.child:
        texts = Childlike(texts)
    if model.warning_s:
        screen, shown = "warning", _warning(model, texts)
    elif model.help:
        screen, shown = "help", _help(role, model, texts)
    else:
        screen, shown = model.state, role.screens[model.state](model, texts)
    status = role.status(model)
    view = shown._replace(
        screen=screen,
        language=model.language,
        large=model.large,
        contrast=model.contrast,
        child=model.child,
        speech=model.speech,
        volume=model.volume,
        repeats=model.repeats,
        reach=model.reach,
        name=texts["name"],
        notice=shown.notice or (texts["notice." + model.notice] if model.notice else ""),
        status=texts["status." + status] if status else "",
        choices=_choices(model, texts),
        tools=_tools(model, texts),
    )
    return view._replace(spoken=sentences(view, texts))


class Childlike(Mapping[str, str]):
    """Texts of which some have simpler words for a child."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def __getitem__(self, key: str) -> str:
        return self._texts[f"{key}.child" if f"{key}.child" in self._texts else key]

    def __contains__(self, key: object) -> bool:
        return key in self._texts

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


# --- screens that every role has ---------------------------------------------------------------


def _warning(model: Model, texts: Texts) -> View:
    line = say(texts, "warning.line", count=model.warning_s)
    fraction = min(1.0, model.warning_s * 1000 / model.world.timings.warning_ms)
    return View(
        "",
        title=texts["warning.title"],
        line=line,
        figure=str(model.warning_s),
        picture="ring",
        fraction=fraction,
    )


def _help(role: Role, model: Model, texts: Texts) -> View:
    lines = texts[role.helps[model.state]].split("\n")
    parts = tuple(Part("step", str(number), (), line) for number, line in enumerate(lines, 1))
    keys = Part("keys", "", (), texts["help.keys"])
    return View("", title=texts["help.title"], parts=(*parts, keys))


# --- what may be chosen ------------------------------------------------------------------------


def _choices(model: Model, texts: Texts) -> tuple[Choice, ...]:
    count = len(fresh(model))
    offered = []
    own = ROLES[model.world.role].choice
    for index, word in enumerate(choices.choices(model)):
        focused = model.keyed and model.focus == index
        if not model.help and (choice := own(model, texts, word)):
            offered.append(choice._replace(focused=focused))
            continue
        text = say(texts, _key(model, texts, word), count=count, door=doors.number(word))
        offered.append(Choice(word, text, choices.number(model, word), focused))
    if not model.help and not model.warning_s:
        offered += [
            Choice(word, texts[_key(model, texts, word)], detail=texts[why], grey=True)
            for word, why in ROLES[model.world.role].greyed(model)
        ]
    return tuple(offered)


def _key(model: Model, texts: Texts, word: str) -> str:
    """Return the most exact text there is: of the state, of what is done, or of the word."""
    name = word.partition(".")[0]
    keys = (f"choice.{name}.{model.state}", f"choice.{name}.{model.mode}", f"choice.{name}")
    return next(key for key in keys if key in texts)


def _tools(model: Model, texts: Texts) -> tuple[Choice, ...]:
    first = len(choices.choices(model))
    return tuple(
        Choice(
            word,
            texts[word],
            0,
            focused=model.keyed and model.focus == first + index,
            on=word != "language" and getattr(model, word),
        )
        for index, word in enumerate(choices.tools(model))
    )
