"""espeak-ng as a C library, from the package espeakng-loader: text in, samples out.

Here: what the C functions are and how they are called. The library keeps its state in global
variables, so whoever uses it sees to it that only one thread ever does. Never that of the system:
two libraries of one name in one process end it. Not here: threads, coding, and what is spoken.

espeak-ng is licensed under the GPL, version 3 or later; it comes as a package of its own, and
nothing of it is part of this one.
"""

import ctypes
import re
from functools import cache
from pathlib import Path

import espeakng_loader

from petcore.errors import VoiceFailed
from petcore.ports.voice import SPOKEN_RATE

_SYNCHRONOUS = 2
_DONT_EXIT = 0x8000
_UTF8 = 1  # and nothing else: neither markup nor phonemes
_OK = 0
_GO_ON, _STOP = 0, 1
_BROKEN = frozenset({b"vi-vn-x-central", b"vi-vn-x-south"})
"""Voices that end the process at letters which they do not know."""
_RATE, _PITCH, _RANGE = 1, 3, 4
_NAME = re.compile(r"([a-z]{2,3}(?:-[a-z0-9]{1,8}){0,3})(?:\+([a-z0-9]{1,16}))?", re.IGNORECASE)


class _Voice(ctypes.Structure):
    """The beginning of ``espeak_VOICE``."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),
    )


_Heard = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


class EspeakLibrary:
    """The library, ready to speak. Raises ``VoiceFailed`` if it cannot be loaded."""

    def __init__(self) -> None:
        try:
            self._library = ctypes.CDLL(espeakng_loader.get_library_path())
            self._data = self.data()
        except (OSError, RuntimeError) as error:
            raise VoiceFailed("espeak-ng cannot be loaded on this machine") from error
        self._declare()
        place = str(self._data).encode()
        if self._library.espeak_Initialize(_SYNCHRONOUS, 0, place, _DONT_EXIT) != SPOKEN_RATE:
            raise VoiceFailed("espeak-ng cannot be started on this machine")

    @staticmethod
    def data() -> Path:
        """The folder of its voices and dictionaries."""
        return Path(espeakng_loader.get_data_path())

    def _declare(self) -> None:
        library = self._library
        integer, text, anything = ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p
        unsigned = ctypes.c_uint
        library.espeak_Initialize.argtypes = [integer, integer, text, integer]
        library.espeak_SetSynthCallback.argtypes = [_Heard]
        library.espeak_SetVoiceByName.argtypes = [text]
        library.espeak_GetCurrentVoice.argtypes = []
        library.espeak_GetCurrentVoice.restype = ctypes.POINTER(_Voice)
        library.espeak_SetParameter.argtypes = [integer, integer, integer]
        library.espeak_Synth.argtypes = [
            text,
            ctypes.c_size_t,
            unsigned,
            integer,
            unsigned,
            unsigned,
            anything,
            anything,
        ]

    def use(self, names: tuple[str, ...], rate: int, pitch: int) -> None:
        """Speak with the first voice of ``names`` that there is, ``rate`` words a minute, and a
        ``pitch`` of 0 to 99. Raises ``VoiceFailed`` if there is none of them.
        """
        if not any(self._has(name) for name in names):
            raise VoiceFailed("espeak-ng lacks its voices on this machine")
        for parameter, value in ((_RATE, rate), (_PITCH, pitch), (_RANGE, 50)):
            self._library.espeak_SetParameter(parameter, value, 0)

    def _has(self, name: str) -> bool:
        """Whether there is this voice; if so it is used from now on."""
        found = _NAME.fullmatch(name)  # others could be paths, or fill a buffer
        if found is None or (found[2] and found[2] not in self._variants()):
            return False
        return self._is_sound(found[1]) and self._sets(name)

    @cache  # noqa: B019  there is one library, for as long as the process lives
    def _is_sound(self, name: str) -> bool:
        """Whether there is the voice, and it is none of the broken ones by another name."""
        if not self._sets(name):
            return False
        used = self._library.espeak_GetCurrentVoice().contents.identifier or b""
        return used.rpartition(b"/")[2].lower() not in _BROKEN

    def _sets(self, name: str) -> bool:
        return int(self._library.espeak_SetVoiceByName(name.encode())) == _OK

    @cache  # noqa: B019  as above
    def _variants(self) -> frozenset[str]:
        """An unknown one would not be refused by the library."""
        return frozenset(path.name for path in (self._data / "voices" / "!v").iterdir())

    def speak(self, text: str, samples_max: int) -> bytes:
        """``text`` as samples. Raises ``VoiceFailed`` if it is longer than ``samples_max``."""
        sound = bytearray()

        def hear(samples: int | None, count: int, _events: int | None) -> int:
            if samples and count > 0:
                sound.extend(ctypes.string_at(samples, count * 2))
            return _GO_ON if len(sound) <= samples_max * 2 else _STOP

        heard = _Heard(hear)  # must live as long as the library may call it
        self._library.espeak_SetSynthCallback(heard)
        said = text.encode() + b"\0"
        outcome = self._library.espeak_Synth(said, len(said), 0, 0, 0, _UTF8, None, None)
        if len(sound) > samples_max * 2:
            raise VoiceFailed("the text takes too long to speak")
        if outcome != _OK:
            raise VoiceFailed("espeak-ng failed")
        return bytes(sound)
