"""The port of voice: who speaks what the pet answers."""

from typing import Literal, Protocol

Coding = Literal["mp3", "pcm"]
"""How sound is written: ``pcm`` is 16 bits, little-endian, one channel, ``SPOKEN_RATE``."""

SPOKEN_RATE = 22_050
"""Samples per second of what is spoken as ``pcm``."""


class Voice(Protocol):
    """Speaks text."""

    @property
    def name(self) -> str:
        """What it is called in settings and logs."""
        ...

    async def speak(self, text: str, voice_id: str | None, coding: Coding) -> bytes:
        """``text``, a sentence or a few, as sound. What is spoken one after the other can be put
        one after the other. ``voice_id`` is what the persona says; one that this voice does not
        know means its usual one, as None does. Raises ``VoiceFailed``.
        """
        ...

    async def close(self) -> None:
        """Let go of what it holds. Closing twice is allowed."""
        ...
