"""Places where a copy can be, and the copy itself.

A stranger is a person whose card nobody knows: the hands with the card "".
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Compartment:
    device: str
    door: int

    def __str__(self) -> str:
        return f"{self.device}/{self.door}"


@dataclass(frozen=True, slots=True, order=True)
class Hands:
    card: str

    def __str__(self) -> str:
        return f"the hands of {self.card or 'a stranger'}"


@dataclass(frozen=True, slots=True, order=True)
class Tray:
    device: str

    def __str__(self) -> str:
        return f"the tray of {self.device}"


@dataclass(frozen=True, slots=True, order=True)
class Shelf:
    site: str

    def __str__(self) -> str:
        return f"a shelf of {self.site}"


@dataclass(frozen=True, slots=True, order=True)
class Belt:
    device: str

    def __str__(self) -> str:
        return f"the belt of {self.device}"


@dataclass(frozen=True, slots=True, order=True)
class Bin:
    device: str
    number: int

    def __str__(self) -> str:
        return f"bin {self.number} of {self.device}"


Place = Compartment | Hands | Tray | Shelf | Belt | Bin


@dataclass(frozen=True, slots=True)
class Copy:
    """One physical book.  A foreign one is not the library's; its barcode is a name of ours."""

    barcode: str
    tag: str
    title: str
    home: str = ""
    foreign: bool = False
