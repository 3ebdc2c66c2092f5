"""What a page's form sends: its fields, and a key that lets it be sent twice and done once."""

import secrets
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request

SIZE_MAX = 16384

Form = dict[str, str]
Pairs = list[tuple[str, str]]


async def _pairs(request: Request) -> Pairs:
    """Return the fields in their order; a form that is too long has none."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > SIZE_MAX:
            return []
    return parse_qsl(body.decode(errors="replace"), keep_blank_values=True)


async def _form(pairs: Annotated[Pairs, Depends(_pairs)]) -> Form:
    return dict(pairs)


# A form's fields by name; and all of them where checkboxes share a name.
Fields = Annotated[Form, Depends(_form)]
AllFields = Annotated[Pairs, Depends(_pairs)]


def new_key() -> str:
    return secrets.token_hex(16)
