"""A machine's search is answered: the best titles, each with one place where it can be had."""

from collections.abc import Mapping

from broker.catalogue import rows
from broker.catalogue.places import Whereabouts
from broker.catalogue.search import Found, Search
from broker.fleet.registry import Device
from broker.ledger.store import Database

TITLES_MAX = 20  # In an answer, so that it fits into wire.PAYLOAD_SIZE_MAX.
TEXT_MAX = 80  # Characters of a title or its authors that are told.


class Searches:
    def __init__(self, db: Database) -> None:
        self._search = Search(rows.of_database(db), db.kind)

    def answer(self, device: Device, said: Mapping[str, object], _now_ms: int) -> dict[str, object]:
        """Return the fields of the answer, its id included.  Nothing is kept of who searched."""
        found = self._search.find(str(said["text"]), TITLES_MAX)
        titles = [_told(title, device) for title in found]
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


def _distance(copy: Whereabouts, device: Device) -> tuple[bool, bool, bool]:
    """What is in this machine is nearest, then what is at this site, then another bookcase."""
    return (copy.device != device.name, copy.site != device.site, not copy.device)
