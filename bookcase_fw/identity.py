"""Who is at the machine: what was held to the scanner becomes a reader, or a reason why not.

The screen shows a nonce (`picture`); a token counts for the one that is shown or was shown just
before, once, and no picture is ever shown again, also after a restart: it is made of the boot's
number.  A code counts once, for codes.LIFE_MS, where the machine knows the time; the nonces of that
time are noted on flash, so that a restart forgets none.
"""

from collections import namedtuple

from bookcase_fw import codes, sign, wire

PICTURE_MS = 120000  # A picture is shown so long; after it the one before counts no longer.

# `left`: copies that a token allows, -1 where there was none; `why`: a word of wire.REASONS.
Who = namedtuple("Who", ("how", "reader", "nonce", "left", "why"))
NOBODY = Who("nobody", "", "", -1, "unknown_card")


class Identity:
    def __init__(self, config, notes, clock):
        self._config, self._notes, self._clock = config, notes, clock
        # [nonce, when it was made] of each used code, and when the newest forgotten one was made.
        self._used, self._forgotten_ms = notes.load("codes", ([], 0))
        self._picture_count = 0
        self._pictures: list = []  # The nonce that is shown, and the one before unless it was used.
        self._shown_ms = 0
        self._turn()

    @property
    def picture(self) -> str:
        """What the QR code on the screen says: a page for phones; "" where there is none."""
        if not self._config.phone:
            return ""
        return "%s?m=%s&n=%s" % (self._config.phone, self._config.device, self._pictures[0])

    def tend(self) -> bool:
        """Show another picture when it is time; say whether it was."""
        if self._clock.uptime_ms() - self._shown_ms < PICTURE_MS:
            return False
        self._turn()
        return True

    def read(self, part: str, text: str) -> Who:
        """Return who shows this text to a part, `scanner` or `card`, the reader of chips.

        A token or a code is used by it.  A chip whose number does not fit the library's form has
        an empty text.
        """
        if part == "card":
            reader = sign.pseudonym(self._config.district_key, text) if text else ""
            return Who("chip", reader, "", -1, "" if text else "unknown_card")
        if codes.is_card(text):
            reader = sign.pseudonym(self._config.district_key, text)
            return Who("card", reader, "", -1, "")
        if text.startswith(codes.TOKEN_START):
            return self._token(codes.read_token(self._config.key, self._config.device, text))
        if text.startswith(codes.CODE_START):
            return self._code(codes.read_code(self._config.district_key, text))
        return NOBODY

    def _token(self, token: "codes.Token | None") -> Who:
        if not token:
            return _not("phone", "code")
        if token.nonce not in self._pictures:
            return _not("phone", "code_old")
        self._turn()
        self._pictures = [nonce for nonce in self._pictures if nonce != token.nonce]
        return Who("phone", token.reader, token.nonce, token.left, "")

    def _code(self, code: "codes.Code | None") -> Who:
        if not code:
            return _not("qr", "code")
        if self._clock.quality == wire.CLOCK_NONE:
            return _not("qr", "no_clock")
        now_ms = self._clock.wall_ms()
        fresh = -codes.AHEAD_MS <= now_ms - code.made_ms <= codes.LIFE_MS
        # A clock that was set back brings no forgotten one to life again.
        if not fresh or code.made_ms <= self._forgotten_ms:
            return _not("qr", "code_old")
        if code.nonce in [nonce for nonce, _made_ms in self._used]:
            return _not("qr", "code_used")
        self._use(code, now_ms)
        return Who("qr", code.reader, code.nonce, -1, "")

    def _use(self, code: "codes.Code", now_ms: int):
        old = [made_ms for _nonce, made_ms in self._used if now_ms - made_ms > codes.LIFE_MS]
        self._forgotten_ms = max([self._forgotten_ms] + old)
        self._used = [row for row in self._used if row[1] not in old] + [[code.nonce, code.made_ms]]
        self._notes.save("codes", [self._used, self._forgotten_ms])

    def _turn(self):
        self._picture_count += 1
        words = "picture %d.%d" % (self._clock.boot, self._picture_count)
        nonce = sign.hexadecimal(sign.hmac(self._config.key, words.encode()))[: codes.NONCE_SIZE]
        self._pictures = [nonce] + self._pictures[:1]
        self._shown_ms = self._clock.uptime_ms()


def _not(how: str, why: str) -> Who:
    return Who(how, "", "", -1, why)
