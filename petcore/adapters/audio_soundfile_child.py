"""The process in which libsndfile decodes a recording and soxr resamples it.

A question is a line of the container and how many seconds it may last, and the recording; the
answer a line of its level, and its samples. Never more is decoded than may be heard, however small
the recording is before. Here: what a recording may be, how much of it is decoded, and its level.
Not here: which container it is (``audio_soundfile``), and what is said in it.
"""

import struct
from collections.abc import Iterator
from io import BytesIO

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from petcore.adapters.child_serving import Answering, serve
from petcore.adapters.mp3_length import with_length
from petcore.errors import BadInput
from petcore.ports.audio import HEARD_RATE

_Sound = npt.NDArray[np.float32]

_HEAD = 12
_CHUNK_HEAD = 8
_CHUNKS_MAX = 1_000
_UNKNOWN_LENGTHS = (0, 0xFFFFFFFF)
_BLOCK = 65_536  # frames decoded at a time
_RATES = range(1_000, 384_001)
_CHANNELS = range(1, 17)
_SILENCE = -120.0
_FULL = 32_768
_FORMATS: dict[str, str] = {"WAV": "wav", "WAVEX": "wav", "MP3": "mp3"}
# What coding adds: an encoder looks ahead, and frames are whole.
_ADDED_S: dict[str, float] = {"wav": 0.0, "mp3": 0.3}


def reading(_: bytes) -> Answering:
    """What reads. It needs to know nothing before."""
    return read


def read(question: bytes) -> bytes:
    """The level and the samples. Raises ``BadInput`` at ``audio_base64``."""
    head, _, data = question.partition(b"\n")
    container, seconds_max = head.decode().split()
    with np.errstate(all="ignore"):  # a float may be any number
        samples = _samples(data, container, float(seconds_max))
        if not len(samples):
            raise _refused("must hold a recording, there is no sound in it")
        return f"{_loudness(samples)}\n".encode() + samples.astype("<i2").tobytes()


def _samples(data: bytes, container: str, seconds_max: float) -> npt.NDArray[np.int16]:
    whole = _with_lengths(data) if container == "wav" else with_length(data)
    try:
        with soundfile.SoundFile(BytesIO(whole)) as file:
            # Else it is sent back to where it is after each block, which garbles an MP3.
            file.seekable = lambda: False
            sound, rate = _decoded(file, container, seconds_max), int(file.samplerate)
    except soundfile.LibsndfileError as error:
        raise _refused(f"is a broken {container.upper()}: it cannot be decoded") from error
    return _sampled(sound, rate, seconds_max)


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
    for _ in range(_CHUNKS_MAX):
        if at + _CHUNK_HEAD > len(data):
            return
        name, size = struct.unpack_from("<4sI", data, at)
        yield at, name, size
        at += _CHUNK_HEAD + size + size % 2


def _decoded(file: soundfile.SoundFile, container: str, seconds_max: float) -> _Sound:
    """All of it in one channel, block by block: what the head says is not believed."""
    if _FORMATS.get(file.format) != container:
        raise _refused(f"is a broken {container.upper()}: it cannot be decoded")
    if file.samplerate not in _RATES or file.channels not in _CHANNELS:
        raise _refused(f"is a broken {container.upper()}: its head makes no sense")
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


def main() -> None:
    """Read for whoever started the process."""
    serve(reading)
