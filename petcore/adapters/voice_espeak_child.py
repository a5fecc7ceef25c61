"""The process in which espeak-ng speaks and LAME codes: a voice that crashes takes only that along.

A question is JSON: the text, the voices of which the first that there is speaks, and the coding.
Here: how it is spoken and coded. Not here: what may be spoken (``voice_espeak``), and the C library
(``espeak_library``).
"""

import json
from functools import cache

import lameenc

from petcore.adapters.child_serving import Answering, serve
from petcore.adapters.espeak_library import EspeakLibrary
from petcore.ports.voice import SPOKEN_RATE

_SOUND_S_MAX = 300
_RATE = 150  # words a minute
_PITCH = 55  # of 99
_BIT_RATE = 48  # kbit/s
_FAST = 7


def speaking(_: bytes) -> Answering:
    """What speaks. It needs to know nothing before."""
    return spoken


def spoken(question: bytes) -> bytes:
    """The sound. Raises ``VoiceFailed``."""
    text, voices, coding = json.loads(question)
    library = _library()
    library.use(tuple(voices), _RATE, _PITCH)
    sound = library.speak(text, _SOUND_S_MAX * SPOKEN_RATE)
    return _mp3(sound) if coding == "mp3" else sound


@cache
def _library() -> EspeakLibrary:
    return EspeakLibrary()


def _mp3(sound: bytes) -> bytes:
    """Frames without a head, so that pieces can be put one after the other."""
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_bit_rate(_BIT_RATE)
    encoder.set_in_sample_rate(SPOKEN_RATE)
    encoder.set_channels(1)
    encoder.set_quality(_FAST)
    return bytes(encoder.encode(sound) + encoder.flush())


def main() -> None:
    """Speak for whoever started the process."""
    serve(speaking)
