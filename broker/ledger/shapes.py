"""The contract's tables as msgspec types: the checks of `wire.check` in a fraction of the time.

Made from the tables when the service starts, so that there is one contract.  `wire.check` costs
20 us a record in Python; a busy service has 300 us for everything.
"""

from typing import Any

import msgspec

from bookcase_fw import wire

Fields = tuple[tuple[Any, ...], ...]

_EMPTY: dict[object, object] = {int: 0, str: "", bool: False}


class Envelope(msgspec.Struct, kw_only=True):
    """wire.RECORD; `d` is decoded by the record's kind."""

    n: int
    b: int
    u: int
    t: int
    q: int
    k: str
    p: str
    d: msgspec.Raw


assert Envelope.__struct_fields__[:-1] == tuple(row[0] for row in wire.RECORD)


class Shape:
    """The type of an object with these fields (see wire.py); other fields are ignored."""

    def __init__(self, name: str, fields: Fields) -> None:
        self._nested = {
            field: Shape(f"{name}_{field}", kind[0])
            for field, kind, _needed, _meaning in fields
            if isinstance(kind, list) and isinstance(kind[0], tuple)
        }
        self._lists = tuple(field for field, kind, *_rest in fields if isinstance(kind, list))
        self._empty = {
            field: _EMPTY[kind] for field, kind, *_rest in fields if isinstance(kind, type)
        }
        self.type = msgspec.defstruct(name, [self._field(*row) for row in fields], kw_only=True)
        self._decoder = msgspec.json.Decoder(self.type)

    def decode(self, data: bytes) -> dict[str, Any]:
        """Return all fields, those missing or null as their type's empty value.

        Raises msgspec.MsgspecError, or RecursionError, for what does not fit.
        """
        return self._plain(self._decoder.decode(data))

    def _plain(self, found: msgspec.Struct) -> dict[str, Any]:
        values = msgspec.structs.asdict(found)
        for field, value in values.items():
            if value is None:
                values[field] = [] if field in self._lists else self._empty.get(field)
            elif field in self._nested:
                values[field] = [self._nested[field]._plain(item) for item in value]
        return values

    def _field(self, field: str, kind: Any, needed: bool, _meaning: str) -> tuple[Any, ...]:
        found: Any = kind
        if isinstance(kind, list):
            inner: Any = self._nested[field].type if field in self._nested else kind[0]
            found = list.__class_getitem__(inner)
        return (field, found) if needed else (field, found | None, None)


envelope = msgspec.json.Decoder(Envelope)
bodies = {kind: Shape(kind, fields) for kind, fields in wire.FACTS}
