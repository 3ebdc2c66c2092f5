"""The contract: every message, fact and panel frame there and back; what is refused, and how."""

import json

from bookcase_fw import wire

SAMPLES = {int: 7, str: "x", bool: True}


def _sample(kind: object) -> object:
    """Return a value of a field's type."""
    if isinstance(kind, list):
        return [_sample(kind[0]), _sample(kind[0])]
    if isinstance(kind, tuple):
        return {name: _sample(inner) for name, inner, _needed, _meaning in kind}
    return SAMPLES[kind]


def _refusal(call) -> str:
    try:
        call()
    except wire.WireError as error:
        return str(error)
    raise AssertionError("taken")


def test_every_message_goes_there_and_back():
    for name, _tail, _qos, _retained, _signed, fields in wire.MESSAGES:
        values = _sample(fields)
        assert wire.decode(name, wire.encode(name, values)) == values, name


def test_every_field_has_a_type_and_a_meaning():
    tables = [row[5] for row in wire.MESSAGES] + [fields for _kind, fields in wire.FACTS]
    tables += [fields for _name, _direction, fields in wire.PANEL] + [wire.RECORD]
    for fields in tables:
        for name, kind, needed, meaning in fields:
            assert name and meaning and needed in (True, False) and _sample(kind) is not None


def test_unknown_fields_are_ignored():
    payload = json.dumps({"uptime_ms": 5, "unacked": 0, "colour": "red"}).encode()

    assert "colour" not in wire.decode("beat", payload)


def test_fields_that_may_be_missing_come_as_their_types_empty_value():
    answer = wire.decode("answer", b'{"id":"1.1","ok":true}')

    assert (answer["why"], answer["left"], answer["books"]) == ("", 0, [])
    assert wire.decode("want", b'{"revision":1}')["policy"] is None


def test_a_wrong_type_is_refused_with_the_fields_name():
    for name, _tail, _qos, _retained, _signed, fields in wire.MESSAGES:
        for field, kind, _needed, _meaning in fields:
            wrong = 1 if kind in (str, bool) else "1"
            values = _sample(fields) | {field: wrong}
            assert name + "." + field in _refusal(lambda n=name, v=values: wire.encode(n, v))


def test_a_needed_field_that_is_missing_is_refused_with_its_name():
    for name, _tail, _qos, _retained, _signed, fields in wire.MESSAGES:
        for field, _kind, needed, _meaning in fields:
            if needed:
                values = {key: value for key, value in _sample(fields).items() if key != field}
                text = _refusal(lambda n=name, v=values: wire.encode(n, v))
                assert text == "%s.%s is missing" % (name, field)


def test_a_truth_value_is_no_number_and_a_fraction_is_none():
    for value in (True, 1.5, None, [], {}):
        assert "beat.unacked" in _refusal(
            lambda v=value: wire.encode("beat", {"uptime_ms": 1, "unacked": v})
        )


def test_a_wrong_type_deep_inside_is_refused_with_its_way():
    values = {"id": "1.1", "ok": True, "books": [{"tag": 7, "ok": True}]}

    assert "answer.books.tag" in _refusal(lambda: wire.encode("answer", values))


def test_what_is_no_json_object_is_refused():
    deep = b"[" * 5000 + b"]" * 5000
    long = b'{"x":"' + b"x" * wire.PAYLOAD_SIZE_MAX + b'"}'
    # MicroPython forgives an object without an end: checksum or signature come before this.
    for payload in (b"", b"[]", b"7", b"null", b"\xff\xfe\xfd", b'{"a', b"{}}", deep, long):
        assert _refusal(lambda p=payload: wire.load(p)), payload[:9]


def test_topics_name_the_device_and_its_shard():
    topic = wire.topic("bc01", "up/fact")

    assert topic == "sg/1/%d/bc01/up/fact" % wire.shard("bc01")
    assert wire.split(topic) == ("bc01", "up/fact") and wire.name_of("up/fact") == "fact"
    assert 0 <= wire.shard("bc01") < wire.SHARD_COUNT


def test_a_topic_that_is_not_ours_is_refused():
    shard = wire.shard("bc01")
    cases = (
        "sg/2/%d/bc01/up/fact" % shard,
        "sg/1/%d/bc01/up/fact" % ((shard + 1) % wire.SHARD_COUNT),
        "sg/1/%d/bc01/up" % shard,
        "sg/1/%d/bc01/up/fact/more" % shard,
        "",
    )
    for topic in cases:
        assert _refusal(lambda t=topic: wire.split(t)), topic
    assert _refusal(lambda: wire.name_of("up/nothing"))


def test_the_records_stand_in_a_fact_byte_for_byte():
    records = [b'{"n":1,"d":{"b": 1}}', b'{"n":2}']

    payload = wire.fact_payload("9f3a01c2", "0" * 16, records)

    assert records[0] in payload and records[1] in payload
    assert [row["n"] for row in json.loads(payload)["records"]] == [1, 2]
    assert wire.decode("fact", payload) == {"journal": "9f3a01c2", "head": "0" * 16}


def test_the_words_of_the_lists_are_unique():
    tables = (wire.ASKS, wire.ORDERS, wire.REASONS, wire.ENDS, wire.SCREENS, wire.OPENERS)
    for rows in tables + (wire.RETURN_SCREENS, wire.MACHINES):
        words = [row[0] for row in rows]
        assert len(words) == len(set(words))
