"""Recordings as tests make them."""

from petcore.adapters.voice_scripted import samples_of
from petcore.ports.audio import Recording
from tests.wav import wav

_QUIET_DBFS = -120.0
_LOUD_DBFS = -12.0


def recorded(samples: bytes) -> Recording:
    """A WAV of just these samples."""
    return Recording(wav(samples), "wav", samples, _LOUD_DBFS if any(samples) else _QUIET_DBFS)


def spoken(text: str) -> Recording:
    """A recording of the scripted voice, which the scripted hearing and stand-ins understand."""
    return recorded(samples_of(text.encode()))
