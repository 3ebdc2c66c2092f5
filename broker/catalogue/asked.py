"""A machine's search is answered: the best titles, each with one place where it can be had."""

from collections import Counter
from collections.abc import Mapping

from broker.catalogue import rows
from broker.catalogue.places import Whereabouts
from broker.catalogue.search import Found, Search
from broker.fleet.registry import Device
from broker.ledger.store import Database

TITLES_MAX = 20  # In an answer, so that it fits into wire.PAYLOAD_SIZE_MAX.
PLACES_MAX = 24  # Of a title that is alone.
TEXT_MAX = 80  # Characters of a title or its authors that are told.


class Searches:
    def __init__(self, db: Database) -> None:
        self._search = Search(rows.of_database(db), db.kind)

    def answer(self, device: Device, said: Mapping[str, object], _now_ms: int) -> dict[str, object]:
        """Return the fields of the answer, its id included.  Nothing is kept of who searched."""
        text = str(said["text"])
        found = self._search.titles([text]) or self._search.find(text, TITLES_MAX)
        titles = [_told(title, device) for title in found]
        if len(found) == 1:
            titles[0]["places"] = _places(found[0], device)
        return {"id": said["id"], "ok": True, "titles": titles}


def _told(title: Found, device: Device) -> dict[str, object]:
    free = [copy for copy in title.copies if copy.state == "here"]
    best = min(free, key=lambda copy: _distance(copy, device), default=None)
    dues = [copy.due for copy in title.copies if copy.due]
    return {
        "id": title.id,
        "title": title.title[:TEXT_MAX],
        "author": title.author[:TEXT_MAX],
        "class": title.class_number,
        "year": title.year,
        "copies": len(title.copies),
        "free": len(free),
        "device": best.device if best else "",
        "door": best.door if best else 0,
        "place_zh": best.name_zh if best else "",
        "place_en": best.name_en if best else "",
        "due": min(dues, default=0) if not best else 0,
    }


def _places(title: Found, device: Device) -> list[dict[str, object]]:
    """Return where its copies are, the nearest first, then the days on which others are due."""
    here = sorted(
        (copy for copy in title.copies if copy.state == "here"),
        key=lambda copy: _distance(copy, device),
    )
    counts = Counter((copy.device, copy.door, copy.name_zh, copy.name_en) for copy in here)
    dues = Counter(sorted(copy.due for copy in title.copies if copy.due))
    places: list[dict[str, object]] = [
        {"count": count, "device": name, "door": door, "place_zh": zh, "place_en": en}
        for (name, door, zh, en), count in counts.items()
    ]
    places += [{"count": count, "due": due} for due, count in dues.items()]
    return places[:PLACES_MAX]


def _distance(copy: Whereabouts, device: Device) -> tuple[bool, bool, bool]:
    """What is in this machine is nearest, then what is at this site, then another bookcase."""
    return (copy.device != device.name, copy.site != device.site, not copy.device)
