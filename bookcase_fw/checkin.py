"""Whether what lies on a 24-hour return's belt can be taken as a return, and as which.  Pure.

A return is never refused for what a reader owes or for whose it is; what is no copy of ours, or is
not one thing, goes out again.  A reader's card that lies in a book is never told to anybody.
"""

from collections import namedtuple

from bookcase_fw.codecs.tags import model

# why: a word of wire.REASONS when it goes out again.  tags: what the service is asked about, the
# likeliest first.  number: what its memory says.  doubt: it is for staff to look at.
Finding = namedtuple("Finding", ("why", "tags", "number", "doubt"))
# What is returned.  on_loan: whether a loan of it was open, as far as is known.
Return = namedtuple("Return", ("tag", "number", "doubt", "held", "shelf", "on_loan"))


def found(things: list, owner: str, two: bool) -> Finding:
    """Return what lies there; owner: the library's ISIL; two: the belt felt more than one thing."""
    if not things:
        return _no("no_chip")
    findings = [model.judge(thing.item, owner) for thing in things]
    if any("patron_card" in words for words in findings):
        return _no("patron_card")
    if two or len({_thing(thing) for thing in things}) > 1:
        return _no("two_things")
    if any("foreign_owner" in words for words in findings):
        return _no("foreign")
    tags = [thing.tag for thing in sorted(things, key=lambda thing: thing.item.part)]
    number = things[0].item.number
    readable = all("unreadable" not in words and "blank" not in words for words in findings)
    has_memory = things[0].item.model != "none"
    absent = model.missing([thing.item for thing in things])
    return Finding("", tags, number, has_memory and not readable or bool(absent))


def taken(finding: Finding, books: list, online: bool, shelf: str) -> "Return | None":
    """Return what is taken as a return; None when it is nothing of ours.

    books: wire.BOOK of the finding's tags as the service said them; shelf: what its memory says.
    Offline what has our form is taken: the service will know.
    """
    known = [book for book in books if book["barcode"]]
    if not known:
        # Its number is ours and its chip is not: a chip was changed, or copied.  Staff look.
        changed = online and bool(finding.number)
        if online and not changed:
            return None
        return Return(finding.tags[0], finding.number, finding.doubt or changed, False, shelf, True)
    book = known[0]
    other = bool(finding.number) and finding.number != book["barcode"]
    return Return(
        book["tag"],
        finding.number,
        finding.doubt or other,
        book["why"] == "held",
        shelf or book["class"],
        book["why"] != "not_on_loan",
    )


def _thing(thing) -> str:
    """Return what the chips of one thing have in common: the number, where it has parts."""
    return thing.item.number if thing.item.parts > 1 else thing.tag


def _no(why: str) -> Finding:
    return Finding(why, [], "", False)
