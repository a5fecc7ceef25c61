"""The port of sound as it comes in: what a recording holds, whoever listens to it."""

from dataclasses import dataclass
from typing import Literal, Protocol

Container = Literal["wav", "mp3"]

HEARD_RATE = 16_000
"""Samples per second of ``Recording.samples``."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that could be read.

    ``data`` is what came, in its ``container``; ``samples`` are the same sound as 16 bits,
    little-endian, one channel, ``HEARD_RATE``. ``loudness`` is the level of its loudest tenth of a
    second in dBFS (0 is full scale; digital silence is -120).
    """

    data: bytes
    container: Container
    samples: bytes
    loudness: float

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / 2 / HEARD_RATE


class Audio(Protocol):
    """Reads recordings."""

    async def read(self, data: bytes, seconds_max: float) -> Recording:
        """The recording in ``data``, WAV or MP3 by its own first bytes. A WAV whose head does not
        know its length (0 or 0xFFFFFFFF) lasts as long as there are samples.

        Raises ``BadInput`` at ``audio_base64`` if it is something else, broken, empty, or longer
        than ``seconds_max``; each with words of its own. Raises ``HearingFailed`` if nobody came to
        read it.
        """
        ...

    async def close(self) -> None:
        """Let go of what it holds. Closing twice is allowed."""
        ...
