"""Says aloud what it is told, through espeak-ng; the newest only.  Without espeak-ng it is silent.

Its sound belongs into the jack beside the keypad: what is said of loans is for one pair of ears.
"""

import shutil
import subprocess
from collections.abc import Sequence

import structlog

PROGRAM = "espeak-ng"
VOICES = {"zh": "cmn", "en": "en"}
WORDS_A_MINUTE = 165
AMPLITUDES = {1: 60, 2: 110, 3: 190}  # Of 200; by volume.

log = structlog.get_logger()


class Speaker:
    """For one thread.  Whatever goes wrong with the sound, the screen goes on."""

    def __init__(self, options: Sequence[str] = (), program: str = PROGRAM) -> None:
        self._options = options
        self._program = shutil.which(program)
        self._saying: subprocess.Popen[bytes] | None = None
        if not self._program:
            log.warning("no speech: the program is missing", program=program)

    @property
    def works(self) -> bool:
        return self._program is not None

    def say(self, text: str, language: str, volume: int) -> None:
        """Begin to say a text, in place of what is being said; returns at once."""
        self.hush()
        if not self._program:
            return
        voice = ["-v", VOICES[language], "-s", str(WORDS_A_MINUTE), "-a", str(AMPLITUDES[volume])]
        command = [self._program, *voice, *self._options, "--stdin"]
        try:
            self._saying = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            assert self._saying.stdin
            # A screen's words are shorter than what a pipe holds.
            self._saying.stdin.write(text.encode())
            self._saying.stdin.close()
        except OSError as error:
            log.warning("not said", why=str(error))

    def hush(self) -> None:
        """Be silent at once."""
        if self._saying:
            self._saying.kill()
            self._saying.wait()
            self._saying = None

    def wait(self) -> None:
        """Wait until all is said."""
        if self._saying:
            self._saying.wait()
