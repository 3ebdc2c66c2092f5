"""Who is at the machine: cards, tokens and codes, once each, also after a restart."""

from bookcase_fw import codes
from tests.device.lab import CARD, DISTRICT_KEY, KEY, PHONE, READER, Lab, tag

POLICY = {"revision": 3, "loan_days": 30, "limit": 15, "quota": 2, "uptime_h": 72}
POLICY |= {"readers": [], "blocked": []}
START_MS = 1795244526000


def _nonce(lab: Lab) -> str:
    """What a phone reads from the screen."""
    page, _mark, asked = lab.screen.shown["code"].partition("?")
    assert page == PHONE and asked.startswith("m=bc01&n=")
    return asked[len("m=bc01&n=") :]


def _token(lab: Lab, left: int = 2, device: str = "bc01") -> str:
    return codes.token(KEY, device, _nonce(lab), READER, left)


def _code(made_ms: int, nonce: str = "00000001") -> str:
    return codes.code(codes.reader_key(DISTRICT_KEY, READER), READER, made_ms, nonce)


async def _refused(lab: Lab, text: str) -> str:
    lab.scanner.show(text)
    await lab.shows("refused")
    why = lab.screen.shown["why"]
    lab.screen.leave()
    await lab.shows("welcome")
    return why


async def test_a_token_opens_a_door_and_says_so():
    lab = Lab()
    await lab.start()
    await lab.shows("welcome")
    nonce = _nonce(lab)
    await lab.come(_token(lab))
    await lab.open(1)
    lab.take(1, 1)
    await lab.shut(1)

    (session,) = lab.service.sessions
    assert (session["how"], session["reader"], session["nonce"]) == ("phone", READER, nonce)
    assert lab.service.asked[0]["how"] == "phone"
    await lab.switch_off()


async def test_a_token_of_an_unlisted_reader_opens_without_a_network():
    lab = Lab()
    await lab.start()
    lab.app.on_want({"revision": 1, "policy": POLICY}, True)
    lab.service.served = False
    assert await _refused(lab, CARD) == "offline"
    await lab.come(_token(lab, left=1))

    assert lab.screen.shown["left"] == 1 and lab.screen.shown["offline"]
    await lab.switch_off()


async def test_a_token_counts_once_also_after_a_restart():
    lab = Lab()
    await lab.start()
    await lab.shows("welcome")
    used = _token(lab)
    await lab.come(used)
    lab.screen.leave()
    await lab.shows("welcome")
    unused = _token(lab)
    assert await _refused(lab, used) == "code_old"
    await lab.switch_off()
    lab.switch_on()
    await lab.shows("welcome")

    assert await _refused(lab, used) == "code_old"
    assert await _refused(lab, unused) == "code_old"
    assert await _refused(lab, _token(lab, device="bc02")) == "code"
    await lab.switch_off()


async def test_a_code_by_the_clock_opens_once():
    lab = Lab()
    await lab.start()
    lab.app.clock.learn(START_MS)
    await lab.come(_code(START_MS - 5000))
    await lab.open(1)
    lab.take(1, 1)
    await lab.shut(1)
    (session,) = lab.service.sessions
    assert (session["how"], session["nonce"], session["took"]) == ("qr", "00000001", [tag(1)])
    lab.screen.leave()
    await lab.shows("welcome")

    assert await _refused(lab, _code(START_MS - 5000)) == "code_used"
    assert await _refused(lab, _code(START_MS - 70000, "00000002")) == "code_old"
    assert await _refused(lab, _code(START_MS + 60000, "00000003")) == "code_old"
    await lab.switch_off()


async def test_a_used_code_stays_used_when_power_fails_and_the_clock_is_set_back():
    lab = Lab()
    await lab.start()
    lab.app.clock.learn(START_MS)
    await lab.come(_code(START_MS))
    await lab.switch_off()
    lab.switch_on()
    await lab.shows("welcome")
    assert await _refused(lab, _code(START_MS)) == "no_clock"
    lab.app.clock.learn(START_MS)
    assert await _refused(lab, _code(START_MS)) == "code_used"
    lab.app.clock.learn(START_MS + 200000)
    await lab.come(_code(START_MS + 200000, "00000002"))
    await lab.switch_off()
    lab.switch_on()
    await lab.shows("welcome")
    lab.app.clock.learn(START_MS)

    assert await _refused(lab, _code(START_MS)) == "code_old"
    await lab.switch_off()
