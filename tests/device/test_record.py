"""A record's bytes: the envelope, the chain, and what is refused."""

from bookcase_fw import record, wire

KEY = bytes(range(32))
STAMP = (2, 81234, 1795244526123, 2)
BEFORE = "0123456789abcdef"


def test_a_record_is_one_line_with_its_envelope_first():
    data = record.encode(7, STAMP, "returned", BEFORE, {"visit": "2.1", "tag": "E2"})

    start = (
        b'{"n":7,"b":2,"u":81234,"t":1795244526123,"q":2,"k":"returned","p":"0123456789abcdef","d":'
    )
    assert data[: len(start)] == start and b"\n" not in data
    found = record.decode(data)
    assert (found["n"], found["k"], found["p"]) == (7, "returned", BEFORE)
    assert found["d"] == {"visit": "2.1", "tag": "E2", "reader": "", "bin": 0, "number": ""}


def test_empty_fields_are_left_out_unless_they_are_needed():
    body = {"id": "o1", "ok": False, "why": ""}

    data = record.encode(1, STAMP, "outcome", BEFORE, body)

    assert b'"why"' not in data and b'"ok"' in data
    assert record.decode(data)["d"] == body | {"op": "", "staff": "", "found": []}


def test_the_chain_depends_on_every_byte_and_on_the_key():
    data = record.encode(1, STAMP, "lost", record.genesis(KEY, "9f3a01c2"), {"why": "unreadable"})
    value = record.chain(KEY, data)

    assert len(value) == 16 and value != record.chain(bytes(32), data)
    for index in range(0, len(data), 7):
        changed = bytearray(data)
        changed[index] ^= 1
        assert record.chain(KEY, bytes(changed)) != value


def test_each_journal_begins_its_own_chain():
    assert record.genesis(KEY, "00000001") != record.genesis(KEY, "00000002")


def test_what_does_not_fit_its_kind_is_refused_by_name():
    cases = (
        ("returned", {"visit": "2.1"}, "returned.tag is missing"),
        ("returned", {"visit": 2, "tag": "E2"}, "returned.visit wants text"),
        ("session", {"id": "1", "how": "card", "door": True, "end": "shut"}, "session.door"),
        ("nonsense", {}, "nonsense"),
    )
    for kind, body, words in cases:
        assert words in _refusal(lambda k=kind, b=body: record.encode(1, STAMP, k, BEFORE, b))


def test_a_record_that_is_too_long_is_refused():
    tags = ["E28011606000020000000000"] * 40
    body = {"id": "1", "how": "card", "door": 1, "end": "shut", "took": tags}

    assert "too long" in _refusal(lambda: record.encode(1, STAMP, "session", BEFORE, body))


def test_the_longest_plain_record_fits():
    tags = ["E280116060000200000000%02d" % n for n in range(wire.TAGS_MAX)]
    evidence = {"tag": tags[0], "heard": 12, "rounds": 12, "dbm": -61, "door": 4}
    body = {"id": "99999.99999", "reader": "f" * 24, "how": "nobody", "door": 12, "end": "power"}
    body |= {"took": tags, "unsure": [evidence] * wire.UNSURE_MAX, "rounds": 12, "parts": 9}
    body |= {"began": [99999, 4294967295], "rebounds": 99, "left_open": True, "due": 20261221}
    body |= {"left": 15}
    body |= {"answer": "99999.99999", "policy": 99999}

    data = record.encode(999999, STAMP, "session", BEFORE, body)

    assert len(data) <= wire.RECORD_SIZE_MAX


def test_what_is_no_record_is_refused():
    whole = record.encode(7, STAMP, "lost", BEFORE, {"why": "unreadable"})
    for data in (b"", b"[]", b"\xff\xfe", whole[:-4], whole.replace(b'"n":7', b'"n":"7"')):
        assert _refusal(lambda d=data: record.decode(d))
    assert "record.d" in _refusal(lambda: record.decode(whole[: whole.index(b'"d"')] + b'"d":1}'))


def _refusal(call) -> str:
    try:
        call()
    except wire.WireError as error:
        return str(error)
    raise AssertionError("taken")
