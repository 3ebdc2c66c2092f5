"""Somebody at a catalogue machine without screen or network: types, chooses, is answered."""

from collections.abc import Sequence
from typing import Any, Self

from kiosk.core.events import Answered, Ask
from tests.kiosk.visit import Visit

HERE = {"device": "bc01", "door": 3, "place_zh": "莘庄公园", "place_en": "Xinzhuang Park"}
SHELF = {"place_zh": "闵行区图书馆", "place_en": "Minhang Library"}
THREE_BODY = {
    "id": "t1", "title": "三体", "author": "刘慈欣", "class": "I247.55", "year": 2008,
    "copies": 4, "free": 3, **HERE,
}  # fmt: skip
OLD_TOWN = {
    "id": "t2", "title": "城南旧事", "author": "林海音", "class": "I246.7", "year": 1960,
    "copies": 1, "free": 0, "due": 20261221,
}  # fmt: skip
SANTI = {"id": "t3", "title": "散帖", "author": "", "class": "J292", "copies": 0, "free": 0}
LONG = {
    "id": "t4", "title": "从一到无穷大：科学中的事实和臆测", "author": "G. 伽莫夫; 暴永宁",
    "class": "N49", "year": 2002, "copies": 2, "free": 1, **SHELF,
}  # fmt: skip
LATIN = {
    "id": "t5", "title": "The Old Man and the Sea", "author": "Ernest Hemingway",
    "class": "I712.45", "year": 1952, "copies": 3, "free": 2, **HERE,
}  # fmt: skip
PLACES = [{"count": 2, **HERE}, {"count": 1, **SHELF}, {"count": 1, "due": 20261221}]
MANY = [THREE_BODY, LONG, LATIN, OLD_TOWN, SANTI, THREE_BODY | {"id": "t6", "title": "三体全集"}]


class Seeker(Visit):
    def __init__(self, served: bool = True) -> None:
        super().__init__(served=served, role="opac")

    def type(self, text: str) -> Self:
        self.press(*(f"key.{letter}" if letter != " " else "key.space" for letter in text))
        return self

    @property
    def asking(self) -> list[Ask]:
        """The asks that nobody has answered yet."""
        return [wanted for wanted in self.wanted if isinstance(wanted, Ask)]

    def told(self, *titles: dict[str, Any]) -> Self:
        """Have the newest ask answered, and those that come of it with the same."""
        while any(ask.op == "search" for ask in self.asking):
            self.answer("search", titles=list(titles))
        return self

    def alone(self) -> Self:
        """Nobody answers any search."""
        for ask in self.asking:
            self.wanted.remove(ask)
            self.on(Answered(ask.visit, "search", None, 0, ask.text))
        return self


def found(*titles: dict[str, Any], text: str = "st") -> Seeker:
    return Seeker().type(text).told(*titles)


def at_title(title: dict[str, Any] = THREE_BODY, places: Sequence[Any] = ()) -> Seeker:
    seeker = found(title)
    seeker.press("book.1")
    return seeker.told(title | {"places": list(places)})


def holding() -> Seeker:
    seeker = at_title(OLD_TOWN, PLACES[2:])
    seeker.press("hold").card()
    return seeker


def held(position: int = 2, why: str = "") -> Seeker:
    seeker = holding()
    book = {"tag": "E2", "ok": not why, "why": why, "position": position}
    seeker.answer("hold", books=[book])
    return seeker
