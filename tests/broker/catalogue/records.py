"""Makes small MARC records: what the catalogue's tests share."""

import pymarc
from pymarc import Field, Indicators, Subfield

BLANK = Indicators(" ", " ")


def field(tag: str, *parts: str) -> Field:
    """Return a field; parts are written "a红楼梦": the subfield's code, then its value."""
    subfields = [Subfield(part[0], part[1:]) for part in parts]
    return Field(tag=tag, indicators=BLANK, subfields=subfields)


def control(tag: str, data: str) -> Field:
    return Field(tag=tag, data=data)


def record(*fields: Field, encoding: str = "utf-8") -> bytes:
    """Return a record in ISO 2709; its leader says UTF-8 only where it is."""
    made = pymarc.Record(force_utf8=True)
    made.add_field(*fields)
    data = made.as_marc()
    return data if encoding == "utf-8" else _in(made, encoding)


def cnmarc(number: int = 1, title: str = "红楼梦", *more: Field, encoding: str = "utf-8") -> bytes:
    fields = (
        control("001", f"CN{number:06}"),
        field("010", "a978-7-02-000220-7", "dCNY59.70"),
        field("100", "a20200101d2008    em y0chiy50      ea"),
        field("101", "achi"),
        field("200", f"a{title}", "f曹雪芹著"),
        field("210", "a北京", "c人民文学出版社", "d2008"),
        field("606", "a长篇小说", "y中国"),
        field("690", "aI242.4", "v5"),
        field("701", "a曹雪芹", "4著"),
    )
    return record(*fields, *more, encoding=encoding)


def _in(made: pymarc.Record, encoding: str) -> bytes:
    """pymarc writes UTF-8 alone: lengths and directory are made here for another encoding."""
    fields = [_field(one, encoding) for one in made.fields]
    directory, at = b"", 0
    for one, data in zip(made.fields, fields, strict=True):
        directory += f"{one.tag}{len(data):04}{at:05}".encode()
        at += len(data)
    base = 24 + len(directory) + 1
    leader = f"{base + at + 1:05}nam0 22{base:05}   450 "
    return leader.encode() + directory + b"\x1e" + b"".join(fields) + b"\x1d"


def _field(one: Field, encoding: str) -> bytes:
    if one.is_control_field():
        return (one.data or "").encode(encoding) + b"\x1e"
    parts = b"".join(b"\x1f" + (s.code + s.value).encode(encoding) for s in one.subfields)
    return b"  " + parts + b"\x1e"
