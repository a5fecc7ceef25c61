"""Recordings read by the standard library alone: WAV only.

For simulated worlds, which have one thread, and for machines that lack the libraries of
``audio_soundfile``. Not here: MP3.
"""

import struct
import sys
from array import array
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import isnan, log10
from typing import TypeVar

from petcore.errors import BadInput
from petcore.ports.audio import HEARD_RATE, Recording

Aside = Callable[[Callable[[bytes, float], Recording], bytes, float], Awaitable[Recording]]
"""Calls a function with its arguments somewhere else, such as ``asyncio.to_thread``."""

_HEAD = 12
_CHUNKS_MAX = 1_000
_UNKNOWN_LENGTHS = (0, 0xFFFFFFFF)
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_SUBFORMAT = 24
_RATES = range(1_000, 384_001)
_CHANNELS = range(1, 17)
_SILENCE = -120.0
_FULL = 32_768

Numbers = TypeVar("Numbers", "array[int]", "array[float]")


@dataclass(frozen=True, slots=True)
class _Format:
    """What a WAV says of its samples: ``tag`` is their kind, ``bits`` their width."""

    tag: int
    channels: int
    rate: int
    bits: int


class WaveAudio:
    """The ``Audio`` of whoever has nothing else. Without ``aside`` all else waits while it reads,
    which takes up to two seconds.
    """

    def __init__(self, aside: Aside | None = None) -> None:
        self._aside = aside

    async def read(self, data: bytes, seconds_max: float) -> Recording:
        """The recording in ``data``: integers of 8 to 32 bits or floats of 32. Raises ``BadInput``
        at ``audio_base64``.
        """
        if self._aside is None:
            return _read(data, seconds_max)
        return await self._aside(_read, data, seconds_max)

    async def close(self) -> None:
        """It holds nothing."""


def _read(data: bytes, seconds_max: float) -> Recording:
    if not data:
        raise _refused("must hold a recording, it is empty")
    form, body = _read_chunks(data)
    width = form.bits // 8 * form.channels
    frames = len(body) // width
    if frames > seconds_max * form.rate:
        raise _refused(f"must last at most {seconds_max:g} seconds")
    read = _SAMPLES[form.tag, form.bits](body[: frames * width])
    samples = _resampled(_mixed(read, form.channels), form.rate)
    if not samples:
        raise _refused("must hold a recording, there is no sound in it")
    loudness = _loudness(samples)
    return Recording(data, "wav", _ordered(samples).tobytes(), loudness)


def _loudness(samples: "array[int]") -> float:
    """The level of the loudest tenth of a second in dBFS, -120 for digital silence."""
    window = HEARD_RATE // 10
    power = max(
        sum(sample * sample for sample in part) / len(part) / _FULL**2
        for part in (samples[at : at + window] for at in range(0, len(samples), window))
    )
    return max(10 * log10(power), _SILENCE) if power else _SILENCE


def _refused(complaint: str) -> BadInput:
    return BadInput.at("audio_base64", complaint)


def _read_chunks(data: bytes) -> tuple[_Format, memoryview]:
    """What the samples are, and the samples."""
    if data[:4] != b"RIFF" or data[8:_HEAD] != b"WAVE":
        raise _refused("must be a WAV here; MP3 and all else cannot be read on this machine")
    form = None
    for name, body in _chunks(memoryview(data)):
        if name == b"fmt ":
            form = _format(body)
        elif name == b"data" and form is not None:
            return form, body
    raise _refused("is a broken WAV: it ends before its samples")


def _chunks(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """The chunks of a WAV by their names. Samples of unknown length are all the rest."""
    at = _HEAD
    for _ in range(_CHUNKS_MAX):
        if at + 8 > len(data):
            return
        name, (size,) = bytes(data[at : at + 4]), struct.unpack_from("<I", data, at + 4)
        at += 8
        if name == b"data" and size in _UNKNOWN_LENGTHS:
            size = len(data) - at
        if size > len(data) - at:
            return
        yield name, data[at : at + size]
        at += size + size % 2


def _format(body: memoryview) -> _Format:
    if len(body) < struct.calcsize("<HHIIHH"):
        raise _refused("is a broken WAV: its head is too short")
    tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", body)
    if tag == _EXTENSIBLE and len(body) >= _SUBFORMAT + 2:
        (tag,) = struct.unpack_from("<H", body, _SUBFORMAT)
    if (tag, bits) not in _SAMPLES:
        raise _refused("is a WAV of a kind that cannot be read: send PCM of 16 bits")
    if channels not in _CHANNELS or rate not in _RATES:
        raise _refused("is a broken WAV: its head makes no sense")
    return _Format(tag, channels, rate, bits)


def _of_bytes(body: memoryview) -> "array[int]":
    """Of 8 bits, which have no sign."""
    return array("h", ((sample - 128) << 8 for sample in body))


def _of_integers(width: int) -> Callable[[memoryview], "array[int]"]:
    """Of so many bytes, of which the upper two count."""

    def samples(body: memoryview) -> "array[int]":
        upper = bytearray(len(body) // width * 2)
        upper[0::2], upper[1::2] = body[width - 2 :: width], body[width - 1 :: width]
        return _ordered(array("h", bytes(upper)))

    return samples


def _of_floats(body: memoryview) -> "array[int]":
    """Of floats, where 1 is full scale; what is no number is silence."""
    levels = _ordered(array("f", bytes(body)))
    return array("h", (0 if isnan(x) else int(max(-1.0, min(x, 1.0)) * 32_767) for x in levels))


_SAMPLES: dict[tuple[int, int], Callable[[memoryview], "array[int]"]] = {
    (_PCM, 8): _of_bytes,
    (_PCM, 16): _of_integers(2),
    (_PCM, 24): _of_integers(3),
    (_PCM, 32): _of_integers(4),
    (_FLOAT, 32): _of_floats,
}


def _mixed(samples: "array[int]", channels: int) -> "array[int]":
    """All channels as one."""
    if channels == 1:
        return samples
    each = (samples[channel::channels] for channel in range(channels))
    return array("h", (sum(frame) // channels for frame in zip(*each, strict=True)))


def _resampled(samples: "array[int]", rate: int) -> "array[int]":
    """The same at ``HEARD_RATE``: each sample is the mean of the time it stands for."""
    if rate == HEARD_RATE:
        return samples
    sums = array("q", accumulate(samples, initial=0))
    edges = [
        sums[whole] * HEARD_RATE + part * (samples[whole] if part else 0)
        for whole, part in (
            divmod(place * rate, HEARD_RATE)
            for place in range(len(samples) * HEARD_RATE // rate + 1)
        )
    ]
    return array("h", ((end - begin) // rate for begin, end in pairwise(edges)))


def _ordered(samples: Numbers) -> Numbers:
    """The same with the bytes of each in the order of a file, or back in that of the machine."""
    if sys.byteorder == "big":
        samples.byteswap()
    return samples
