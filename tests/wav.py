"""Samples as a WAV. Here: one of a channel of 16 bits. Not here: others, which tests of what reads
them write.
"""

from struct import pack

from petcore.ports.audio import HEARD_RATE

_UNKNOWN = b"\xff" * 4


def wav(samples: bytes, rate: int = HEARD_RATE, *, knows_length: bool = True) -> bytes:
    """A file of just these ``samples``, or as it begins where nobody knows yet how many follow."""
    form = pack("<IHHIIHH", 16, 1, 1, rate, 2 * rate, 2, 16)
    size = pack("<I", len(samples)) if knows_length else _UNKNOWN
    whole = pack("<I", 36 + len(samples)) if knows_length else _UNKNOWN
    return b"RIFF" + whole + b"WAVEfmt " + form + b"data" + size + samples
