"""Recordings read by libsndfile and resampled by soxr: WAV of all kinds, and MP3.

Here: what a recording may be, how much of it is decoded, and its level. Decoding takes a moment,
so it is done in a thread; never more is decoded than may be heard, however small the recording is
before. Not here: what is said in it.
"""

import asyncio
import struct
from collections.abc import Iterator
from io import BytesIO

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from petcore.adapters.mp3_length import with_length
from petcore.errors import BadInput
from petcore.ports.audio import HEARD_RATE, Container, Recording

_Sound = npt.NDArray[np.float32]

_HEAD = 12
_CHUNK_HEAD = 8
_UNKNOWN_LENGTHS = (0, 0xFFFFFFFF)
_LAYER_3 = 0xFFE2
_BLOCK = 65_536  # frames decoded at a time
_RATES = range(1_000, 384_001)
_CHANNELS = range(1, 17)
_SILENCE = -120.0
_FULL = 32_768
_FORMATS: dict[str, Container] = {"WAV": "wav", "WAVEX": "wav", "MP3": "mp3"}
_NAMES: dict[Container, str] = {"wav": "a broken WAV", "mp3": "a broken MP3"}
# What coding adds: an encoder looks ahead, and frames are whole.
_ADDED_S: dict[Container, float] = {"wav": 0.0, "mp3": 0.3}


class SoundfileAudio:
    """The ``Audio`` of a real server."""

    async def read(self, data: bytes, seconds_max: float) -> Recording:
        """The recording in ``data``. Raises ``BadInput`` at ``audio_base64``."""
        return await asyncio.to_thread(_read, data, seconds_max)


def _read(data: bytes, seconds_max: float) -> Recording:
    if not data:
        raise _refused("must hold a recording, it is empty")
    container = _container(data)
    whole = _with_lengths(data) if container == "wav" else with_length(data)
    try:
        with soundfile.SoundFile(BytesIO(whole)) as file:
            # Else it is sent back to where it is after each block, which garbles an MP3.
            file.seekable = lambda: False
            sound, rate = _decoded(file, container, seconds_max), int(file.samplerate)
    except soundfile.LibsndfileError as error:
        raise _refused(f"is {_NAMES[container]}: it cannot be decoded") from error
    samples = _sampled(sound, rate, seconds_max)
    if not len(samples):
        raise _refused("must hold a recording, there is no sound in it")
    return Recording(data, container, samples.astype("<i2").tobytes(), _loudness(samples))


def _container(data: bytes) -> Container:
    if data[:4] == b"RIFF" and data[8:_HEAD] == b"WAVE":
        return "wav"
    if data[:3] == b"ID3" or _begins_a_frame(data):
        return "mp3"
    raise _refused("must be a WAV or an MP3")


def _begins_a_frame(data: bytes) -> bool:
    """Eleven bits that are set, and after two of the version, those of layer III."""
    return int.from_bytes(data[:2]) & 0xFFE6 == _LAYER_3


def _with_lengths(data: bytes) -> bytes:
    """The same WAV with a length that was left open filled in."""
    for at, name, size in _chunks(data):
        left = len(data) - at - _CHUNK_HEAD
        if name == b"data" and size in _UNKNOWN_LENGTHS:
            return data[: at + 4] + struct.pack("<I", left) + data[at + _CHUNK_HEAD :]
        if size > left:
            break
        if name == b"data":
            return data
    raise _refused("is a broken WAV: it ends before its samples")


def _chunks(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Where each chunk begins, its name, and the size that it says it has."""
    at = _HEAD
    while at + _CHUNK_HEAD <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        yield at, name, size
        at += _CHUNK_HEAD + size + size % 2


def _decoded(file: soundfile.SoundFile, container: Container, seconds_max: float) -> _Sound:
    """All of it in one channel, block by block: what the head says is not believed."""
    if _FORMATS.get(file.format) != container:
        raise _refused(f"is {_NAMES[container]}: it cannot be decoded")
    if file.samplerate not in _RATES or file.channels not in _CHANNELS:
        raise _refused(f"is {_NAMES[container]}: its head makes no sense")
    frames_max = (seconds_max + _ADDED_S[container]) * file.samplerate
    blocks: list[_Sound] = []
    frames = 0
    while len(block := file.read(_BLOCK, dtype="float32", always_2d=True)):
        frames += len(block)
        if frames > frames_max:
            raise _refused(f"must last at most {seconds_max:g} seconds")
        blocks.append(np.nan_to_num(block.mean(axis=1), posinf=1.0, neginf=-1.0))
    return np.concatenate(blocks) if blocks else np.empty(0, np.float32)


def _sampled(sound: _Sound, rate: int, seconds_max: float) -> npt.NDArray[np.int16]:
    """The same as 16 bits at ``HEARD_RATE``."""
    if not len(sound):
        return np.empty(0, np.int16)
    heard = np.asarray(soxr.resample(sound.clip(-1, 1), rate, HEARD_RATE), np.float32)
    cut = heard[: round(seconds_max * HEARD_RATE)]
    return (cut * _FULL).round().clip(-_FULL, _FULL - 1).astype(np.int16)


def _loudness(samples: npt.NDArray[np.int16]) -> float:
    """The level of the loudest tenth of a second in dBFS, -120 for digital silence."""
    squares = (samples.astype(np.float64) / _FULL) ** 2
    tenths = range(0, len(squares), HEARD_RATE // 10)
    power = max(float(squares[at : at + HEARD_RATE // 10].mean()) for at in tenths)
    return max(10 * float(np.log10(power)), _SILENCE) if power else _SILENCE


def _refused(complaint: str) -> BadInput:
    return BadInput.at("audio_base64", complaint)
