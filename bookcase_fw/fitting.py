"""Whether a configuration makes a machine: what each kind wants, checked before it starts.

Pure.  Every message names the field, what stands there, and what could.
"""

from bookcase_fw import wire
from bookcase_fw.codecs import cardnumber, plc
from bookcase_fw.drivers import locks
from bookcase_fw.tables import inputs, sorting

PARTS = ("scanner", "card", "climate", "clock", "light")  # What may be fitted, beside contacts.
READERS = ("uhf", "hf")
DOORS_MAX, ANTENNAS_MAX = 48, 16


def problem(values: dict) -> str:
    """Return what is wrong with the fields of config.FIELDS, as a sentence; "" when nothing is."""
    names = [word for word, _meaning in wire.MACHINES]
    if values["machine"] not in names:
        return _not("machine", values["machine"], names)
    for found in _parts(values):
        if found:
            return found
    return _return(values) if values["machine"] == "return" else _cabinet(values)


def antennas(values: dict) -> list:
    """Return how many antennas each compartment has: one, where nothing is said."""
    return values["antennas"] or [1] * values["doors"]


def _parts(values: dict):
    known = PARTS + inputs.NAMES
    for part in values["fitted"]:
        yield "" if part in known else _not("fitted", part, known)
    forms = [row[0] for row in cardnumber.FORMATS]
    yield "" if values["card_form"] in forms else _not("card_form", values["card_form"], forms)
    yield "" if values["reader"] in READERS else _not("reader", values["reader"], READERS)


def _cabinet(values: dict) -> str:
    doors, boards = values["doors"], [row[0] for row in locks.BOARDS]
    if values["lock"] not in boards:
        return _not("lock", values["lock"], boards)
    if not 1 <= doors <= DOORS_MAX:
        return "doors is %d: this machine wants 1 to %d" % (doors, DOORS_MAX)
    if values["machine"] == "glass" and doors != 1:
        return "doors is %d: a glass case has one door" % doors
    counts = antennas(values)
    if len(counts) != doors:
        return "antennas has %d numbers for %d doors" % (len(counts), doors)
    for count in counts:
        if type(count) is not int or not 1 <= count <= ANTENNAS_MAX:
            return "antennas says %r: a compartment has 1 to %d" % (count, ANTENNAS_MAX)
    low = [door for door in values["low_doors"] if door not in range(1, doors + 1)]
    if low:
        return "low_doors says %r: doors are 1 to %d" % (low[0], doors)
    if not {"scanner", "card"} & set(values["fitted"]) and values["machine"] != "locker":
        return "fitted has neither scanner nor card: nobody could open a door"
    return ""


def _return(values: dict) -> str:
    if values["doors"]:
        return "doors is %d: a 24-hour return has a flap and no doors" % values["doors"]
    return sorting.problem(values["bins"], plc.BINS_MAX)


def _not(name: str, value: object, known) -> str:
    return "%s says %r: it may be %s" % (name, value, ", ".join(known))
