"""Recordings as tests make them."""

import struct

from petcore.adapters.voice_scripted import samples_of
from petcore.ports.audio import HEARD_RATE, Recording

_QUIET_DBFS = -120.0
_LOUD_DBFS = -12.0


def recorded(samples: bytes) -> Recording:
    """A WAV of just these samples."""
    size = len(samples)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, HEARD_RATE, HEARD_RATE * 2, 2, 16)
    head = struct.pack("<4sI4s", b"RIFF", 36 + size, b"WAVE")
    data = head + form + struct.pack("<4sI", b"data", size) + samples
    return Recording(data, "wav", samples, _LOUD_DBFS if any(samples) else _QUIET_DBFS)


def spoken(text: str) -> Recording:
    """A recording of the scripted voice, which the scripted hearing and stand-ins understand."""
    return recorded(samples_of(text.encode()))
