"""What is kept of a crash: what kind of error and where, never what it was about.  Pure.

An error's text may hold a card's number; its kind and its places in the program cannot.
"""

NOTE = "crash"
SIZE_MAX = 400  # Letters; the innermost places are kept.
_PLACE = '  File "'


def shortened(kind: str, printed: str) -> str:
    """Return one line of an error as an interpreter prints it: its kind, the innermost place first.

    ValueError < cardnumber.py:31 digits < app.py:190 take
    """
    places = []
    for line in printed.split("\n"):
        if line[: len(_PLACE)] == _PLACE:
            words = line[len(_PLACE) :].replace('"', "").split(", ") + ["", ""]
            file = words[0].split("/")[-1]
            number, name = words[1].split(" ")[-1], words[2].split(" ")[-1]
            places.insert(0, "%s:%s %s" % (file, number, name))
    return " < ".join([kind] + places)[:SIZE_MAX]


def tell(notes, write):
    """Say once by what the start before ended: write(kind, body) appends a fact."""
    words = notes.load(NOTE, "")
    if words:
        write("fault", {"part": "program", "on": False, "text": words})
        notes.save(NOTE, "")
