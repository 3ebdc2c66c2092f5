"""Keyed hashes against the vectors of RFC 4231; envelopes that were meddled with."""

import binascii

from bookcase_fw import sign

KEY = bytes(range(32))
TOPIC = "sg/1/5/bc01/dn/ack"
# RFC 4231, section 4: key, data, HMAC-SHA-256 (case 5: its first 16 bytes).
VECTORS = (
    (
        b"\x0b" * 20,
        b"Hi There",
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    ),
    (
        b"Jefe",
        b"what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    (
        b"\xaa" * 20,
        b"\xdd" * 50,
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
    ),
    (
        bytes(range(1, 26)),
        b"\xcd" * 50,
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
    ),
    (
        b"\x0c" * 20,
        b"Test With Truncation",
        "a3b6167473100ee06e0c796c2955552b",
    ),
    (
        b"\xaa" * 131,
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
    (
        b"\xaa" * 131,
        b"This is a test using a larger than block-size key and a larger than block-size data. "
        b"The key needs to be hashed before being used by the HMAC algorithm.",
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    ),
)


def test_the_vectors_of_rfc_4231():
    for key, data, wanted in VECTORS:
        assert binascii.hexlify(sign.hmac(key, data)).decode()[: len(wanted)] == wanted, data


def test_a_sealed_body_comes_back_and_is_genuine():
    payload = sign.seal(KEY, TOPIC, "2.7", "n1", b'{"number":3}')

    body, mac = sign.opened(payload)

    assert body == b'{"number":3}'
    assert sign.genuine(KEY, TOPIC, "2.7", "n1", body, mac)


def test_nothing_of_it_can_be_changed_or_used_elsewhere():
    body, mac = sign.opened(sign.seal(KEY, TOPIC, "2.7", "n1", b'{"number":3}'))
    cases = (
        (bytes(32), TOPIC, "2.7", "n1", body, mac),
        (KEY, TOPIC + "x", "2.7", "n1", body, mac),
        (KEY, TOPIC, "2.8", "n1", body, mac),
        (KEY, TOPIC, "2.7", "n2", body, mac),
        (KEY, TOPIC, "2.7", "n1", b'{"number":4}', mac),
        (KEY, TOPIC, "2.7", "n1", body, mac[:-1] + b"g"),
        (KEY, TOPIC, "2.7", "n1", body, mac[:-1]),
        (KEY, TOPIC, "2.7", "n1", body, b""),
    )
    for case in cases:
        assert not sign.genuine(*case), case


def test_what_is_no_envelope_is_not_opened():
    payload = sign.seal(KEY, TOPIC, "", "", b"{}")
    for broken in (b"", b"{}", payload[:-1], payload[1:], payload + b" ", b'{"d":"mac":"'):
        assert sign.opened(broken) == (None, b""), broken


def test_a_pseudonym_depends_on_key_and_card():
    name = sign.pseudonym(b"district", "SG00000012")

    assert len(name) == 24 and name == sign.pseudonym(b"district", "SG00000012")
    assert name != sign.pseudonym(b"district", "SG00000013")
    assert name != sign.pseudonym(b"other", "SG00000012")


def test_a_password_is_not_the_key():
    assert len(sign.password(KEY)) == 64
    assert sign.password(KEY) != sign.hexadecimal(KEY)
