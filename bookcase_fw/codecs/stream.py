"""What all decoders share: bytes collected, frames taken, noise dropped and counted."""


class Decoder:
    """Collects bytes and yields whole frames.  A codec says in `take` what one looks like.

    The buffer keeps at most one frame that is not complete yet, so a codec that refuses a size
    that is too large bounds it.
    """

    def __init__(self):
        self.noise_count = 0
        self._buffer = b""

    def take(self, buffer: bytes) -> tuple:
        """Return (frame, used): (None, 0) wants more bytes, (None, n) drops n bytes of noise."""
        raise NotImplementedError

    def feed(self, data: bytes) -> list:
        self._buffer += data
        frames = []
        while self._buffer:
            frame, used = self.take(self._buffer)
            if not used:
                break
            self._buffer = self._buffer[used:]
            if frame is None:
                self.noise_count += used
            else:
                frames.append(frame)
        return frames

    def waits(self) -> bool:
        """Say whether a frame has begun that is not complete."""
        return bool(self._buffer)

    def flush(self) -> list:
        """End a frame that was cut: drop its first byte, and return the frames hidden behind it."""
        frames = []
        while self._buffer:
            self._buffer = self._buffer[1:]
            self.noise_count += 1
            frames += self.feed(b"")
        return frames
