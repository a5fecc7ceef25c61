"""What the tests of streams share: pictures with numbers, and time that passes at once."""

import asyncio

from tests.adapters.patient import Ahead, at_once

_LATE_S = 10


async def a_while(seconds: float) -> None:
    """The ``Pause`` of a stand-in in which what it sent arrives."""
    for _ in range(20):
        await at_once(seconds)


class Numbered:
    """What is before a stand-in camera: a picture for each look, which says the how manieth it is.
    It is none that could be decoded.
    """

    def __init__(self, size: int = 2_000) -> None:
        self.looks = 0
        self._size = size

    def __call__(self) -> bytes:
        """The next one."""
        self.looks += 1
        return b"\xff\xd8\xff\xe0" + b"%06d" % self.looks + bytes(self._size) + b"\xff\xd9"


def number_of(jpeg: bytes) -> int:
    """Which of them it is."""
    return int(jpeg[4:10])


class Passing:
    """The ``Pause`` of a stand-in that takes no time, and after which it is that much later; a long
    one never ends, and it gets later and later.
    """

    def __init__(self, ahead: Ahead) -> None:
        self._ahead = ahead
        self.goes_by = True
        """Whether it gets later in a long one."""

    async def __call__(self, seconds: float) -> None:
        """Let time pass."""
        self._ahead.put(seconds)
        await at_once(seconds)
        while seconds >= _LATE_S:
            await asyncio.sleep(0.002)
            if self.goes_by:
                self._ahead.put(seconds)
