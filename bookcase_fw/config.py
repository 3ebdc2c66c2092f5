"""What one bookcase is told at installation: read once at start, then passed down."""

import json
from collections import namedtuple

from bookcase_fw import fitting
from bookcase_fw.tables import link

# The heap is swept after so many bytes, or this share of what is free: one that is swept often
# stays in large pieces.  40 KiB beyond the imports are in pieces below 400 bytes after a thousand
# door sessions at 8192, after 3,500 at 4096; a large heap needs it less, and takes longer.
COLLECT_BYTES, COLLECT_SHARE = 4096, 32
# Durations in ms; `timings` of a configuration overrides them, and those of tables/link.py.
TIMINGS = {
    "poll_ms": 100,  # Between two looks at the doors.
    "opening_ms": 6000,  # For a door to open; then the lock is released once more.
    "left_open_ms": 60000,  # A door open for longer is reported and shown.
    "rebound_ms": 3000,  # A door that opens again so soon sprang: the session goes on.
    "second_ms": 57000,  # From then to the second count.
    "retry_ms": 5000,  # Before a part that failed is tried again.
    "ask_ms": 3000,  # The service's time for an answer; then the offline policy decides.
    "choose_ms": 60000,  # For a reader to choose a door.
    "done_ms": 20000,  # How long what was done is shown; another door may be chosen.
    "stay_ms": 30000,  # From the warning that a visit ends to its end.
    "refused_ms": 10000,
    "pin_ms": 30000,  # For staff to type a PIN.
    "staff_ms": 120000,  # For staff to choose a door or a task.
    "repeat_ms": 2000,  # What is shown is said again: a panel acknowledges nothing.
    "tend_ms": 60000,  # Between two times of housekeeping.
    "climate_ms": 10000,  # Between two looks at the climate in the box.
    "belt_ms": 30000,  # For a 24-hour return's belt to do what was ordered.
    "contacts_ms": 20,  # Between two looks at the contacts of the box.
}
# fmt: off
FIELDS = (
    # name            type   default  meaning
    ("device",         str,  None,  "its name"),
    ("key",            str,  None,  "its own key, 64 hexadecimal digits"),
    ("district_key",   str,  None,  "the key that makes pseudonyms of cards, hexadecimal"),
    ("mqtt",           list, None,  "host and port of the MQTT server"),
    ("tls",            dict, {},    "ca, cert, key: files of certificates; {}: in the clear"),
    ("machine",        str,  "doors", "what it is, a word of wire.MACHINES"),
    ("doors",          int,  0,     "compartments; a 24-hour return has none"),
    ("capacity",       int,  12,    "copies in a compartment"),
    ("antennas",       list, [],    "antennas of each compartment; []: one each"),
    ("low_doors",      list, [],    "doors in reach of a wheelchair and of children"),
    ("fitted",         list, ["scanner"], "what is fitted: words of fitting.PARTS, and contacts"),
    ("card_form",      str,  "hex", "how chips' numbers are written, a name of cardnumber.FORMATS"),
    ("reader",         str,  "uhf", "of a 24-hour return: uhf or hf"),
    ("bins",           list, [],    "of a 24-hour return: into which bin, see tables/sorting.py"),
    ("owner",          str,  "",    "the library's own ISIL; empty: any tag may be its own"),
    ("revision",       int,  1,     "revision of this configuration"),
    ("utc_offset_min", int,  480,   "the library's time zone in minutes east of UTC"),
    ("lock",           str,  "wjl", "the lock board, a name of drivers/locks.py"),
    ("shut_bit",       int,  1,     "what the lock board says of a shut door"),
    ("update_key",     str,  "",    "modulus of the key that signs updates, hexadecimal; '': none"),
    ("phone",          str,  "",    "address of the readers' phone page, shown as a QR code"),
    ("profile",        str,  "line", "how it is connected, a word of tables.link.PROFILES"),
    ("timings",        dict, {},    "overrides of durations in ms"),
)
# fmt: on
Config = namedtuple("Config", [name for name, _type, _default, _meaning in FIELDS])


# What no change from afar may touch: who the machine is, and its secrets.
FIXED = ("device", "key", "district_key")


class ConfigError(Exception):
    """The configuration cannot be used, so the machine does not start; names the field."""


def changes(values: dict) -> dict:
    """Return what of a configuration from afar counts."""
    return {name: values[name] for name in values if name not in FIXED}


def parse(text: str) -> Config:
    """Return the configuration in a JSON text; raises ConfigError.  Unknown fields are ignored."""
    try:
        values = json.loads(text)
    except ValueError:
        raise ConfigError("the configuration is no JSON")
    found = {}
    for name, kind, default, meaning in FIELDS:
        value = values.get(name, default)
        if type(value) is not kind:
            raise ConfigError("%s (%s) wants %s, got %r" % (name, meaning, kind.__name__, value))
        found[name] = value
    for name in ("key", "district_key", "update_key"):
        try:
            found[name] = bytes.fromhex(found[name])
        except ValueError:
            raise ConfigError("%s is not hexadecimal" % name)
    problem = fitting.problem(found)
    if problem:
        raise ConfigError(problem)
    found["antennas"] = fitting.antennas(found)
    if found["profile"] not in link.PROFILES:
        raise ConfigError("profile is none of %s" % ", ".join(sorted(link.PROFILES)))
    found["timings"] = TIMINGS | link.PROFILES[found["profile"]] | found["timings"]
    return Config(**found)
