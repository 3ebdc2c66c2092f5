"""A pick-up locker's part of a visit: what is asked, and which doors that opens.  Pure.

A door opens for whom its parcel is kept, by card or by the code that came with the notice; what is
taken out is a loan, and the hold is fetched.  Without the service nothing opens: nobody else knows
what is kept for whom.
"""

from bookcase_fw.identity import Who

CODE = Who("code", "", "", -1, "")  # Whoever types a code: the service knows for whom it is.


def ask(who: Who, code: str) -> dict:
    """Return the ask for what is kept."""
    return {
        "op": "pickup",
        "reader": who.reader,
        "how": who.how,
        "text": "" if who.reader else code,
    }


def known(who: Who, answer: dict) -> Who:
    """Return who it is after the service has said so."""
    return Who(who.how, answer["reader"], who.nonce, who.left, "")


def granted(answer: dict) -> dict:
    """Return the answer as a visit wants it: as many copies as are kept may be taken."""
    if not answer["ok"] or answer.get("why"):
        return answer | {"ok": False}
    return answer | {"left": len(answer["books"])}


def doors(answer: dict, low: list, works) -> list:
    """Return the doors that an answer opens and that work, those first that everybody reaches."""
    kept = {book["door"] for book in answer.get("books", [])}
    found = sorted([door for door in kept if works(door)])
    return [door for door in found if door in low] + [door for door in found if door not in low]
