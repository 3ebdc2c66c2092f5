"""What takes long is answered while it goes on: a line of JSON after each slice, one at the end."""

import json
from collections.abc import Iterator
from concurrent.futures import CancelledError
from typing import Any

from fastapi import Request
from fastapi.responses import StreamingResponse

from broker.ledger.store import COLLISIONS, CONFLICTS, FAILURES
from broker.lengthy import Hands, Lengthy

MEDIA_TYPE = "application/x-ndjson"
RESPONSES: dict[int | str, dict[str, Any]] = {200: {"content": {MEDIA_TYPE: {}}}}
# What ends a chore between two slices: the database cannot, or the service is ending.
CUT_SHORT = (*FAILURES, *CONFLICTS, *COLLISIONS, TimeoutError, CancelledError)


def on(request: Request, chore: Lengthy) -> StreamingResponse:
    """Do a lengthy chore.  The last line has `ended`, or `error` when it was cut short.

    Whoever hangs up ends it after the slice that is under way.
    """
    hands: Hands = request.app.state.hands
    return StreamingResponse(_lines(chore, hands), media_type=MEDIA_TYPE)


def _lines(chore: Lengthy, hands: Hands) -> Iterator[str]:
    try:
        for found in chore(hands):
            yield json.dumps(found, ensure_ascii=False) + "\n"
        yield '{"ended": true}\n'
    except CUT_SHORT as error:
        yield json.dumps({"error": str(error) or type(error).__name__}) + "\n"
