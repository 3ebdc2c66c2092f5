"""What phones show: tokens for one machine, codes that live by the clock."""

from bookcase_fw import codes, sign

KEY, OTHER_KEY, DISTRICT = bytes(range(32)), bytes(32), b"district"
READER = sign.pseudonym(DISTRICT, "SG00000012")
NONCE, SHORT = "0123456789abcdef", "89abcdef"
NOW_MS = 1795244526000


def test_a_token_says_what_the_service_signed():
    text = codes.token(KEY, "bc01", NONCE, READER, 3)

    assert codes.read_token(KEY, "bc01", text) == codes.Token(NONCE, READER, 3)
    assert len(text) < 120 and text.isalpha() is False


def test_a_token_counts_at_its_own_machine_only():
    text = codes.token(KEY, "bc01", NONCE, READER, 3)

    assert codes.read_token(KEY, "bc02", text) is None
    assert codes.read_token(OTHER_KEY, "bc01", text) is None


def test_a_code_is_made_with_the_readers_own_key():
    key = codes.reader_key(DISTRICT, READER)
    text = codes.code(key, READER, NOW_MS, SHORT)

    assert codes.read_code(DISTRICT, text) == codes.Code(NOW_MS, READER, SHORT)
    other = sign.pseudonym(DISTRICT, "SG00000013")
    assert codes.read_code(DISTRICT, codes.code(key, other, NOW_MS, SHORT)) is None


def test_one_letter_more_less_or_other_makes_it_false():
    for text, read in (
        (codes.token(KEY, "bc01", NONCE, READER, 3), _token),
        (codes.code(codes.reader_key(DISTRICT, READER), READER, NOW_MS, SHORT), _code),
    ):
        assert read(text)
        assert not read(text + "0") and not read(text[:-1]) and not read("")
        for place in range(len(text)):
            changed = text[:place] + ("1" if text[place] != "1" else "2") + text[place + 1 :]
            assert not read(changed), place


def test_a_card_is_no_token():
    assert codes.is_card("SG00000012")
    for text in ("SG0000001", "SG0000001x", "SGT0000001", "MH00000012", ""):
        assert not codes.is_card(text), text


def _token(text: str):
    return codes.read_token(KEY, "bc01", text)


def _code(text: str):
    return codes.read_code(DISTRICT, text)
