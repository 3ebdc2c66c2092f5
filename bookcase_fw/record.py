"""A journal record: its bytes, its number and its place in the hash chain.  No I/O and no clock.

A record is one line of JSON (`wire.RECORD`) and is never encoded again: the bytes that were stored
are the bytes that are sent, because MicroPython does not keep the order of a dict and a second
encoding would break the chain.

    {"n":7,"b":2,"u":81234,"t":1795244526123,"q":2,"k":"session","p":"<16 hex>","d":{...}}

The chain value of a record is HMAC-SHA256(device key, record)[:8]; the record carries that of the
record before (`p`), so that no record can be changed, left out or put in without the key.  The
first record of a journal carries `genesis`.
"""

import json

from bookcase_fw import sign, wire

CHAIN_SIZE = 8


def genesis(key: bytes, journal: str) -> str:
    """Return what the first record of a journal carries as the value before it."""
    return sign.hexadecimal(sign.hmac(key, journal.encode())[:CHAIN_SIZE])


def chain(key: bytes, data: bytes) -> str:
    """Return a record's own chain value, 16 hexadecimal digits."""
    return sign.hexadecimal(sign.hmac(key, data)[:CHAIN_SIZE])


def encode(number: int, stamp: tuple, kind: str, before: str, body: dict) -> bytes:
    """Return a record's bytes; stamp is (boot, uptime_ms, wall_ms, quality).

    Fields of the body that are empty are left out.  Raises WireError when the body does not fit its
    kind, or the record is longer than wire.RECORD_SIZE_MAX.
    """
    fields = wire.fact_fields(kind)
    checked = wire.check(kind, fields, body)
    kept = {name: checked[name] for name, _t, needed, _m in fields if needed or checked[name]}
    start = '{"n":%d,"b":%d,"u":%d,"t":%d,"q":%d,"k":"%s","p":"%s","d":'
    data = (start % ((number,) + tuple(stamp) + (kind, before))).encode()
    data += json.dumps(kept).encode() + b"}"
    if len(data) > wire.RECORD_SIZE_MAX:
        raise wire.WireError("a record of %d bytes is too long: %s" % (len(data), kind))
    return data


def decode(data: bytes) -> dict:
    """Return a record's envelope fields and `d`, its checked body; raises WireError."""
    values = wire.load(data)
    checked = wire.check("record", wire.RECORD, values)
    body = values.get("d")
    if not isinstance(body, dict):
        raise wire.WireError("record.d wants an object")
    checked["d"] = wire.check(checked["k"], wire.fact_fields(checked["k"]), body)
    return checked
