"""What a machine answers by itself while the service is out of reach.  Pure; the kiosk's, too.

The policy (wire.POLICY) was signed and sent beforehand.  Its age is uptime summed over starts, so
that no clock has to be trusted.  Returns are always taken.  A reader who is known here and not
blocked may open a door, to return, also when nothing may be lent; `left` is then 0 and `why` says
the reason.
"""

HOUR_MS = 3600000
DAY_MS = 24 * HOUR_MS
MINUTE_MS = 60000
QUOTA_MAX = 255
BLOCKED = -1  # The quota of a reader who may open no door.


def decide(
    policy: "dict | None", ask: dict, quota: "int | None", taken: int, age_ms: int, due: int
):
    """Return an answer with the fields of wire `answer` but id.

    ask: op, reader and tags of wire `ask`; quota: copies that this reader may take here while the
    service is out of reach, BLOCKED, or None for who is not known here; taken: copies that they
    took since; age_ms: the policy's age; due: the due day of a loan now, from `due_day`.
    """
    if ask["op"] == "return":
        return _answer(True, books=[{"tag": tag, "ok": True} for tag in ask.get("tags", [])])
    why = "offline" if quota is None else "blocked" if quota == BLOCKED else ""
    if not policy or why or ask["op"] not in ("open", "lend", "account"):
        why = why or "offline"
        return _answer(False, why, books=[_no(tag, why) for tag in ask.get("tags", [])])
    left, why = _left(policy, quota or 0, taken, age_ms)
    if ask["op"] != "lend":
        return _answer(True, why, left=left, due=due)
    tags = ask.get("tags", [])
    books = [{"tag": tag, "ok": True, "due": due} for tag in tags[:left]]
    books += [_no(tag, why or "quota") for tag in tags[left:]]
    return _answer(left > 0 or not tags, why if left == 0 else "", left, due, books)


def due_day(wall_ms: int, offset_min: int, days: int) -> int:
    """Return the day so many days from now, yyyymmdd; 0 when the time is unknown.

    offset_min: the library's time zone, in minutes east of UTC.
    """
    if not wall_ms:
        return 0
    number = (wall_ms + offset_min * MINUTE_MS) // DAY_MS + days
    # Days since 1970 to the calendar: Howard Hinnant, chrono-compatible low-level date algorithms.
    number += 719468
    era, day_of_era = number // 146097, number % 146097
    leaps = day_of_era // 1460 - day_of_era // 36524 + day_of_era // 146096
    year_of_era = (day_of_era - leaps) // 365
    day = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day + 2) // 153  # March is 0.
    month = shifted + 3 if shifted < 10 else shifted - 9
    year = year_of_era + era * 400 + (1 if month <= 2 else 0)
    return year * 10000 + month * 100 + day - (153 * shifted + 2) // 5 + 1


def _left(policy: dict, quota: int, taken: int, age_ms: int) -> tuple:
    """Return (copies that may still be taken, why none when there are none)."""
    if age_ms > policy["uptime_h"] * HOUR_MS:
        return 0, "stale"
    left = min(policy["limit"], quota - taken)
    return (left, "") if left > 0 else (0, "quota")


def _answer(ok: bool, why: str = "", left: int = 0, due: int = 0, books: "list | None" = None):
    return {"ok": ok, "why": why, "left": left, "due": due, "books": books or []}


def _no(tag: str, why: str) -> dict:
    return {"tag": tag, "ok": False, "why": why}
