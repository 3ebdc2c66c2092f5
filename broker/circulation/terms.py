"""The words that rules and calendars are written in, and the place that they are asked for."""

from typing import NamedTuple

ANY = "any"
PEOPLE = (ANY, "adult", "juvenile", "institution")
AUDIENCES = (ANY, "adult", "juvenile")
TYPES = ("book", "periodical", "disc", "reference")
ITEMS = (*AUDIENCES, *TYPES)  # An audience, or a type of copy.
LEVELS = (ANY, "city", "district", "street")
CHANNELS = (ANY, "kiosk", "bookcase", "desk", "app")
GUARANTEES = (ANY, "none", "deposit", "credit", "residence", "institution")
SERVICES = ("enter", "lend", "return", "renew", "card_issue")
FOREVER = 99991231


class Place(NamedTuple):
    """Where something is asked for: a site, its level, and by what."""

    site: str = ANY
    level: str = ANY
    channel: str = ANY


ANYWHERE = Place()
