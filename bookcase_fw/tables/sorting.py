"""Into which bin of a 24-hour return a book falls: rules in order, the first that fits.  Pure.

A rule is [bin, what, value]; the last one is "rest".  What a book is not known by fits no rule but
"rest" and "doubt": without the network the service says nothing of it.
"""

# fmt: off
WHATS = (
    # what       fits a book
    ("doubt",    "of which something is wrong: another chip, a part that is missing, unreadable"),
    ("held",     "for which somebody waits"),
    ("shelf",    "whose shelf mark, or class number, begins with the value"),
    ("rest",     "that fits no rule before"),
)
# fmt: on
_NAMES = [name for name, _meaning in WHATS]
_WITH_VALUE = ("shelf",)


def bins(rules: list, book: dict, full: tuple) -> int:
    """Return the bin for a book; 0 when those that it may go to are full.

    book: doubt, held: bool, shelf: text.  A book whose bin is full goes to that of the rest, so
    that nobody is sent away as long as there is room for it.
    """
    fitting = [rule for rule in rules if _fits(rule, book)]
    for rule in fitting:
        if rule[0] not in full:
            return rule[0]
    return 0


def problem(rules: list, bins_max: int) -> str:
    """Return what is wrong with rules, as a sentence; "" when nothing is."""
    if not rules:
        return 'bins is empty: it wants rules, the last one [1, "rest", ""]'
    for rule in rules:
        if type(rule) is not list or len(rule) != len(("bin", "what", "value")):
            return "bins says %r: a rule is [bin, what, value]" % (rule,)
        number, what, value = rule
        if type(number) is not int or not 1 <= number <= bins_max:
            return "bins says bin %r: bins are 1 to %d" % (number, bins_max)
        if what not in _NAMES:
            return "bins says %r: it may be %s" % (what, ", ".join(_NAMES))
        if type(value) is not str or bool(value) != (what in _WITH_VALUE):
            return "bins says %r of %r: only %s has a text" % (value, what, ", ".join(_WITH_VALUE))
    if rules[-1][1] != "rest" or [rule[1] for rule in rules].count("rest") != 1:
        return 'bins wants one rule "rest", the last'
    return ""


def _fits(rule: list, book: dict) -> bool:
    _bin, what, value = rule
    if what == "rest":
        return True
    if what == "shelf":
        return book["shelf"].startswith(value)
    return book[what]
