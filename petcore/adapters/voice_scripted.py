"""A voice that can be heard again word by word: the twin of a speaking service.

As ``pcm`` the samples are the text itself, which ``hearing_scripted`` reads back. As ``mp3`` it is
valid, silent, and as long as somebody would speak.
"""

from collections.abc import Callable

from petcore.ports.clock import Pause
from petcore.ports.voice import Coding

_QUIETEST = 8192
"""The value of a zero byte: loud enough not to count as silence."""
_STEP = 64

_MP3_FRAME = bytes((0xFF, 0xF3, 0x10, 0xC4)).ljust(26, b"\0")
"""576 samples of silence: MPEG 2, layer III, 8 kbit/s, 22,050 Hz, one channel."""
_FRAMES_MIN = 8
"""Readers of MP3 do not believe in shorter files."""


class ScriptedVoice:
    """The ``Voice`` that takes ``delay`` seconds for a text, which may raise ``VoiceFailed``."""

    name = "scripted"

    def __init__(self, delay: Callable[[str], float], pause: Pause) -> None:
        self._delay = delay
        self._pause = pause

    async def speak(self, text: str, voice_id: str | None, coding: Coding) -> bytes:
        """``text``, in the one voice there is."""
        await self._pause(self._delay(text))
        spoken = text.encode(errors="replace")
        return _MP3_FRAME * (_FRAMES_MIN + len(spoken)) if coding == "mp3" else samples_of(spoken)

    async def close(self) -> None:
        """There is nothing to let go of."""


def samples_of(spoken: bytes) -> bytes:
    """One sample for each byte, 16 bits, little-endian; every other one is negative."""
    return b"".join(
        ((_QUIETEST + byte * _STEP) * (-1) ** place).to_bytes(2, "little", signed=True)
        for place, byte in enumerate(spoken)
    )


def spoken_in(samples: bytes) -> bytes | None:
    """The bytes that ``samples`` are; None if they are nothing of the kind."""
    levels = [
        abs(int.from_bytes(samples[place : place + 2], "little", signed=True)) - _QUIETEST
        for place in range(0, len(samples), 2)
    ]
    if any(level % _STEP or not 0 <= level <= 255 * _STEP for level in levels):
        return None
    return bytes(level // _STEP for level in levels)
