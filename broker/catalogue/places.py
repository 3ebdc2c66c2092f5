"""Where the copies of a title are now, and whether a reader can have one."""

from collections.abc import Sequence
from typing import NamedTuple

from broker.catalogue.rows import Rows

_COPIES = """SELECT copy.title, copy.barcode, holder.kind, device.name, holder.door,
COALESCE(holder.site, device.site), site.name_zh, site.name_en, loan.due
FROM copy JOIN copy_state ON copy_state.copy = copy.id
JOIN holder ON holder.id = copy_state.holder
LEFT JOIN device ON device.id = holder.device
LEFT JOIN site ON site.id = COALESCE(holder.site, device.site)
LEFT JOIN loan ON loan.copy = copy.id AND loan.in_ms IS NULL
WHERE copy.title IN ({marks}) ORDER BY copy.title, copy.barcode"""

# What a holder's kind means to somebody who looks for the book.
STATES = {
    "compartment": "here",
    "shelf": "here",
    "reader": "on_loan",
    "transit": "moving",
    "unknown": "missing",
}


class Whereabouts(NamedTuple):
    """A copy's place.  `state` is a word of STATES; `due` the day of its loan's end, 0 for none."""

    barcode: str
    state: str
    device: str  # Empty but in a bookcase.
    door: int
    site: str
    name_zh: str
    name_en: str
    due: int


def of(rows: Rows, titles: Sequence[str]) -> dict[str, list[Whereabouts]]:
    """Return the copies of each title: those that can be had first, then by barcode."""
    found: dict[str, list[Whereabouts]] = {title: [] for title in titles}
    if not titles:
        return found
    for title, barcode, kind, device, door, site, zh, en, due in rows(
        _COPIES.format(marks=", ".join("?" for _ in titles)), titles
    ):
        state = "on_loan" if due is not None else STATES[kind]
        place = (device or "", door or 0, site or "", zh or "", en or "")
        found[title].append(Whereabouts(barcode, state, *place, due or 0))
    for copies in found.values():
        copies.sort(key=lambda copy: copy.state != "here")
    return found
