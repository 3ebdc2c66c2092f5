"""Door sessions and counts as records: in parts where they are long, found again after a cut.

Nothing else is written between the parts of a fact: whoever appends here does not wait meanwhile.
"""

from bookcase_fw import record, wire

_READ_SIZE = 2048


def write(journal, stamp: tuple, body: dict):
    """Append a `session`; `part` records with what does not fit come before it."""
    tags = [("took", tag) for tag in body["took"]] + [("put", tag) for tag in body["put"]]
    unsure = list(body["unsure"])
    parts = 0
    while len(tags) > wire.TAGS_MAX or len(unsure) > wire.UNSURE_MAX:
        part = _lists(tags[: wire.TAGS_MAX], unsure[: wire.UNSURE_MAX])
        tags, unsure = tags[wire.TAGS_MAX :], unsure[wire.UNSURE_MAX :]
        journal.append("part", part | {"id": body["id"]}, stamp)
        parts += 1
    journal.append("session", body | _lists(tags, unsure) | {"parts": parts}, stamp)


def write_count(journal, stamp: tuple, body: dict):
    """Append a `counted`, or several when it is long; none when it found no difference."""
    tags = [("back", tag) for tag in body["back"]] + [("gone", tag) for tag in body["gone"]]
    while tags:
        some, tags = tags[: wire.TAGS_MAX], tags[wire.TAGS_MAX :]
        lists = {name: [tag for word, tag in some if word == name] for name in ("back", "gone")}
        journal.append("counted", body | lists, stamp)


def find(journal, session: str, number: int) -> tuple:
    """Look for a session's records behind a number.

    Returns (its body with the lists of its parts, whether any part is there); the body is None when
    the closing record is not there.
    """
    took, put, unsure, begun = [], [], [], False
    while number < journal.last:
        for data in journal.since(number, _READ_SIZE):
            number += 1
            found = record.decode(data)
            body = found["d"]
            if found["k"] not in ("part", "session") or body["id"] != session:
                continue
            begun = True
            took, put = took + body["took"], put + body["put"]
            unsure += body["unsure"]
            if found["k"] == "session":
                return body | {"took": took, "put": put, "unsure": unsure}, True
    return None, begun


def _lists(tags: list, unsure: list) -> dict:
    took = [tag for word, tag in tags if word == "took"]
    put = [tag for word, tag in tags if word == "put"]
    return {"took": took, "put": put, "unsure": unsure}
