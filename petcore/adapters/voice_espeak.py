"""The voice that needs no network and no key: espeak-ng, coded by LAME.

Here: what may be spoken, in which thread, and how it is coded. Not here: the C library
(``espeak_library``), whose licence is the GPL, version 3 or later.
"""

import asyncio
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import lameenc

from petcore.adapters.espeak_library import EspeakLibrary
from petcore.errors import VoiceFailed
from petcore.ports.voice import SPOKEN_RATE, Coding

USUAL_VOICE = "en-us+f5"
TEXT_MAX = 4_000
"""Characters of one text at most."""

_SOUND_S_MAX = 300
_RATE = 150  # words a minute
_PITCH = 55  # of 99
_BIT_RATE = 48  # kbit/s
_FAST = 7
# Control characters are orders to espeak-ng, and halves of a pair are no text at all.
_UNSPEAKABLE = frozenset({"Cc", "Cs", "Co", "Cn"})


class EspeakVoice:
    """The ``Voice`` of espeak-ng. ``voice_id`` is one of its own names, such as ``de`` or
    ``en-us+m3``. It does not speak a sentence twice in quite the same way.
    """

    name = "espeak"

    async def speak(self, text: str, voice_id: str | None, coding: Coding) -> bytes:
        """``text`` as sound; text of more than ``TEXT_MAX`` characters is refused. Raises
        ``VoiceFailed``.
        """
        if len(text) > TEXT_MAX:
            raise VoiceFailed(f"a text to speak must have at most {TEXT_MAX} characters")
        order = _Order(_plain(text), voice_id, coding)
        try:
            return await asyncio.get_running_loop().run_in_executor(_thread(), order.perform)
        finally:
            order.is_wanted = False  # C cannot be cancelled, but it asks now and then

    async def close(self) -> None:
        """The library stays as long as the process: it cannot be started twice."""


class _Order:
    """One text on its way to be spoken."""

    def __init__(self, text: str, voice_id: str | None, coding: Coding) -> None:
        self._text = text
        self._voices = (voice_id, USUAL_VOICE) if voice_id else (USUAL_VOICE,)
        self._coding = coding
        self.is_wanted = True

    def perform(self) -> bytes:
        """Speak it, in the one thread that may."""
        library = _library()
        library.use(self._voices, _RATE, _PITCH)
        sound = library.speak(self._text, _SOUND_S_MAX * SPOKEN_RATE, lambda: self.is_wanted)
        return _mp3(sound) if self._coding == "mp3" and self.is_wanted else sound


def _plain(text: str) -> str:
    """What can be spoken of it."""
    return "".join(
        " " if unicodedata.category(letter) in _UNSPEAKABLE else letter for letter in text
    )


def _mp3(sound: bytes) -> bytes:
    """Frames without a head, so that pieces can be put one after the other."""
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_bit_rate(_BIT_RATE)
    encoder.set_in_sample_rate(SPOKEN_RATE)
    encoder.set_channels(1)
    encoder.set_quality(_FAST)
    return bytes(encoder.encode(sound) + encoder.flush())


@cache
def _thread() -> ThreadPoolExecutor:
    """The only one that the library is used in, whoever asks."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="espeak")


@cache
def _library() -> EspeakLibrary:
    return EspeakLibrary()
