"""A led machine's screen without a line: what is shown, what is touched, what is told."""

from typing import Any

from kiosk.core.events import Event, Inside, Key, Press, Shown, Stocked, Tell, Tick
from kiosk.core.model import Model, World
from kiosk.core.update import update
from tests.kiosk.visit import DUE

INSIDE = (
    Inside("C1", 1, "三体", "刘慈欣", "I247.55"),
    Inside("C2", 1, "城南旧事", "林海音", "I246.7"),
    Inside("C3", 2, "夏洛的网", "E. B. 怀特", "I712.84"),
    Inside("C4", 2, "The Old Man and the Sea", "Ernest Hemingway", "I712.45"),
    Inside("C5", 3, "万历十五年", "黄仁宇", "K248.307"),
    Inside("C6", 3, "昆虫记", "法布尔", "Q96-49"),
    Inside("C7", 4, "小王子", "圣埃克苏佩里", "I565.88"),
)
READER = {"name": "林*", "left": 3, "due": DUE}


class Cabinet:
    def __init__(
        self, doors: int = 4, inside: tuple[Inside, ...] = INSIDE, role: str = "bookcase"
    ) -> None:
        self.model = Model(world=World(role=role, doors=doors, low=(3, 4)))
        self.now_ms = 1_000
        self.told: list[tuple[str, Any]] = []
        if role == "bookcase":
            self.on(Stocked(inside))
        self.shows("put_in" if role == "belt" else "welcome")

    def on(self, *events: Event) -> "Cabinet":
        for event in events:
            self.model, effects = update(self.model, event, self.now_ms)
            for effect in effects:
                assert isinstance(effect, Tell)
                self.told.append((effect.name, effect.fields))
        return self

    def shows(self, screen: str, **fields: Any) -> "Cabinet":
        return self.on(Shown(screen, **fields))

    def press(self, *words: str) -> "Cabinet":
        return self.on(*(Press(word) for word in words))

    def keys(self, *names: str) -> "Cabinet":
        return self.on(*(Key(name) for name in names))

    def wait(self, seconds: float) -> "Cabinet":
        """Let time pass, half a second at a time."""
        for _ in range(round(seconds * 2)):
            self.now_ms += 500
            self.on(Tick())
        return self

    @property
    def state(self) -> str:
        return self.model.state


def choosing(count: int = 4, **fields: Any) -> Cabinet:
    """A reader whose card was accepted stands before the doors."""
    known: dict[str, Any] = READER | {"doors": (1, 2, 4)} | fields
    return Cabinet(count).shows("asking").shows("choose", **known)


def at_door(screen: str, **fields: Any) -> Cabinet:
    known: dict[str, Any] = READER | {"door": 2} | fields
    return choosing().shows(screen, **known)
