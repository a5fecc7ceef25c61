"""An MP3 that says how long it may be at most, so that all of it is decoded.

libsndfile guesses how many samples there are from the first frame, unless a head says it, and then
decodes no more than that: of frames of different sizes it would lose most. Not here: decoding.
"""

import struct

from petcore.adapters.mp3_frames import bare_frames

_MPEG_1, _MPEG_2, _MPEG_2_5 = 3, 2, 0
_RATES = (44_100, 48_000, 32_000)
_RATE_OF = {_MPEG_1: 1, _MPEG_2: 2, _MPEG_2_5: 4}
"""By what those rates are divided."""
_MONO = 3
_SMALLEST_FRAME = 24
_ONLY_FRAMES = 1


def with_length(data: bytes) -> bytes:
    """The frames of an MP3 behind a head that names at least as many; ``data`` itself if they are
    less than half of it, so that whoever decodes it may find the others.
    """
    try:
        frames = bare_frames(data)
    except ValueError:
        return data
    if len(frames) * 2 < len(data):
        return data
    return _head(frames[:4], len(frames) // _SMALLEST_FRAME + 1) + frames


def _head(first: bytes, frames: int) -> bytes:
    """A silent frame like the ``first``, of medium size, with the number of frames in it."""
    version, rate = first[1] >> 3 & 3, first[2] >> 2 & 3
    is_1, is_mono = version == _MPEG_1, first[3] >> 6 == _MONO
    kbits_index, kbits, samples_per_bit = (8, 112, 144) if is_1 else (8, 64, 72)
    size = samples_per_bit * kbits * 1_000 // (_RATES[rate] // _RATE_OF[version])
    begin = bytes((0xFF, first[1] | 1, kbits_index << 4 | rate << 2, first[3]))
    side = (17 if is_mono else 32) if is_1 else (9 if is_mono else 17)
    return (begin + bytes(side) + struct.pack(">4sII", b"Xing", _ONLY_FRAMES, frames)).ljust(
        size, b"\0"
    )
