"""A microphone and an amplifier that know what they should hear and speak: for both interpreters.

Belongs here: the sounds, byte by byte, and who hears and speaks them. Not here: servers, which know
the same sounds (``talk_server.py``).
"""

import binascii

SECOND_HEARD = 32_000  # bytes
SECOND_SPOKEN = 44_100
HEAD_LEN = 44

# No length of anything divides their periods.
_HEARD_PERIOD, _SPOKEN_PERIOD = 251, 241
_ROUNDS = 8


def _round(period: int, step: int) -> bytes:
    return bytes([(place * step + 1) % 256 for place in range(period)]) * _ROUNDS


_HEARD = _round(_HEARD_PERIOD, 7)
_SPOKEN = _round(_SPOKEN_PERIOD, 11)


def heard(begin: int, length: int) -> bytes:
    """What the microphone hears from a byte on; up to 1,700 bytes."""
    first = begin % _HEARD_PERIOD
    return _HEARD[first : first + length]


def spoken(begin: int, length: int) -> bytes:
    """What the server speaks from a byte on; up to 1,600 bytes."""
    first = begin % _SPOKEN_PERIOD
    return _SPOKEN[first : first + length]


class Microphone:
    """Hears ``length`` bytes as fast as they are fetched, in pieces of changing length."""

    def __init__(self, length: int) -> None:
        """Hear nothing yet."""
        self.length = length
        self.fetched = 0
        self.starts = 0
        self.is_on = False
        self.is_broken = False

    def start(self) -> bool:
        """Begin, or begin anew."""
        self.starts += 1
        self.fetched = 0
        self.is_on = not self.is_broken
        return self.is_on

    def stop(self) -> None:
        """Hear nothing any more."""
        self.is_on = False

    def read(self, view: memoryview) -> int:
        """Fill some of the view."""
        assert self.is_on
        wanted = 2 + self.fetched // 2 % 997 // 2 * 2
        count = min(len(view), wanted, self.length - self.fetched)
        view[:count] = heard(self.fetched, count)
        self.fetched += count
        return count


class Amplifier:
    """Speaks everything in no time, takes it in pieces of changing length, and now and then
    nothing. What it has spoken is a checksum.
    """

    def __init__(self) -> None:
        """Speak nothing yet."""
        self.spoken = 0
        self.checksum = 0
        self.asked = 0
        self.starts = 0
        self.is_on = False
        self.is_stuck = False
        self.is_broken = False

    def start(self) -> bool:
        """Begin."""
        self.starts += 1
        self.is_on = not self.is_broken
        return self.is_on

    def stop(self) -> None:
        """Be silent."""
        self.is_on = False

    def write(self, view: memoryview) -> int:
        """Take some of the view."""
        assert self.is_on
        assert len(view) % 2 == 0
        self.asked += 1
        if self.is_stuck or self.asked % 16 == 0:
            return 0
        count = len(view) if self.asked % 4 else min(len(view), 2 + self.asked * 38 % 1_900)
        self.checksum = binascii.crc32(view[:count], self.checksum) & 0xFFFFFFFF
        self.spoken += count
        return count


class Talker:
    """Holds the button as long as the microphone has something to hear, and remembers what it is
    told.
    """

    def __init__(self, microphone: Microphone) -> None:
        """Want to go on."""
        self.microphone = microphone
        self.told: list[tuple[str, object]] = []
        self.was_heard = False  # when he was last asked
        self.looks_left = -1  # after which it has enough; -1 is never

    def is_listening(self) -> bool:
        """Whether there is more."""
        return self.microphone.fetched < self.microphone.length

    def goes_on(self) -> bool:
        """Whether it has enough of it."""
        self.was_heard = self.microphone.is_on
        self.looks_left -= self.looks_left > 0
        return self.looks_left != 0

    def take(self, event: str, said: object) -> None:
        """Remember it."""
        self.told.append((event, said))
