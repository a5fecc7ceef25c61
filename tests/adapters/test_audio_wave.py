"""Recordings that the standard library reads, and the words for those it does not."""

import asyncio
import struct
from array import array
from collections.abc import Callable
from math import pi, sin
from threading import get_ident

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petcore.adapters.audio_wave import WaveAudio
from petcore.errors import BadInput
from petcore.ports.audio import HEARD_RATE, Audio, Recording

SECONDS_MAX = 60
PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
HEAD_AT = 12


def _chunk(name: bytes, body: bytes, size: int | None = None) -> bytes:
    return name + struct.pack("<I", len(body) if size is None else size) + body


def _head(rate: int = HEARD_RATE, channels: int = 1, bits: int = 16, tag: int = PCM) -> bytes:
    width = channels * bits // 8
    return struct.pack("<HHIIHH", tag, channels, rate, rate * width, width, bits)


def _wav(samples: bytes, head: bytes, *between: bytes, size: int | None = None) -> bytes:
    chunks = _chunk(b"fmt ", head) + b"".join(between) + _chunk(b"data", samples, size)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def _tone(rate: int, seconds: float = 0.5, level: float = 0.5) -> list[float]:
    return [level * sin(2 * pi * 440 * n / rate) for n in range(round(rate * seconds))]


def _shorts(levels: list[float]) -> bytes:
    return b"".join(struct.pack("<h", round(level * 32_767)) for level in levels)


async def _read(data: bytes) -> Recording:
    audio: Audio = WaveAudio()
    return await audio.read(data, SECONDS_MAX)


async def _complaint(data: bytes) -> str:
    with pytest.raises(BadInput) as refused:
        await _read(data)
    (detail,) = refused.value.details
    assert detail.loc == ("audio_base64",)
    return detail.msg


def _is_like(recording: Recording, levels: list[float], error: float) -> bool:
    heard = array("h", recording.samples)
    apart = (abs(a / 32_767 - b) for a, b in zip(heard, levels, strict=True))
    return max(apart) < error


@pytest.mark.asyncio
async def test_what_can_be_heard_as_it_is_stays_as_it_is() -> None:
    """Sample for sample, with what came beside it."""
    samples = _shorts(_tone(HEARD_RATE))
    recording = await _read(_wav(samples, _head()))
    assert recording.samples == samples
    assert recording.data == _wav(samples, _head())
    assert recording.container == "wav"
    assert recording.seconds == 0.5


def _bytes_of(levels: list[float]) -> bytes:
    return bytes(round(level * 127) + 128 for level in levels)


def _wide(width: int, levels: list[float]) -> bytes:
    top = 2 ** (8 * width - 1) - 1
    return b"".join(round(level * top).to_bytes(width, "little", signed=True) for level in levels)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("head", "samples"),
    [
        (_head(bits=8), _bytes_of(_tone(HEARD_RATE))),
        (_head(bits=16), _shorts(_tone(HEARD_RATE))),
        (_head(bits=24), _wide(3, _tone(HEARD_RATE))),
        (_head(bits=32), _wide(4, _tone(HEARD_RATE))),
        (_head(bits=32, tag=FLOAT), struct.pack("<8000f", *_tone(HEARD_RATE))),
        (
            _head(bits=16, tag=EXTENSIBLE) + struct.pack("<HHIH", 22, 16, 4, PCM) + bytes(14),
            _shorts(_tone(HEARD_RATE)),
        ),
    ],
    ids=["8", "16", "24", "32", "float", "extensible"],
)
async def test_all_usual_kinds_of_samples_are_read(head: bytes, samples: bytes) -> None:
    """They sound the same, as loud as they are."""
    recording = await _read(_wav(samples, head))
    assert _is_like(recording, _tone(HEARD_RATE), 0.01)
    assert recording.loudness == pytest.approx(-9.03, abs=0.1)


@pytest.mark.asyncio
@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2, 3])
async def test_other_rates_and_channels_become_one(rate: int, channels: int) -> None:
    """The tone stays the tone, and lasts as long."""
    frames = [level for level in _tone(rate) for _ in range(channels)]
    recording = await _read(_wav(_shorts(frames), _head(rate, channels)))
    assert recording.seconds == pytest.approx(0.5, abs=0.001)
    step = rate / HEARD_RATE
    middles = [(place + 0.5) * step - 0.5 for place in range(len(recording.samples) // 2)]
    expected = [0.5 * sin(2 * pi * 440 * middle / rate) for middle in middles]
    assert _is_like(recording, expected, 0.06)


@pytest.mark.asyncio
async def test_channels_are_mixed() -> None:
    """All count the same."""
    frames = struct.pack("<6h", 100, 300, -100, 100, 32_767, 32_767)
    recording = await _read(_wav(frames, _head(channels=2)))
    assert recording.samples == struct.pack("<3h", 200, 0, 32_767)


@pytest.mark.asyncio
async def test_floats_beyond_full_scale_are_cut() -> None:
    """And what is no number is silence."""
    floats = struct.pack("<6f", 2, -2, float("nan"), float("inf"), float("-inf"), 0)
    recording = await _read(_wav(floats, _head(bits=32, tag=FLOAT)))
    expected = struct.pack("<6h", 32_767, -32_767, 0, 32_767, -32_767, 0)
    assert recording.samples == expected


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
async def test_a_head_may_not_know_the_length(size: int) -> None:
    """Whoever records on the fly writes it before the samples; all that follows are samples."""
    samples = _shorts(_tone(HEARD_RATE))
    data = _wav(samples, _head(), size=size)
    assert (await _read(data)).samples == samples
    assert (await _read(data + b"\1")).samples == samples


@pytest.mark.asyncio
async def test_other_chunks_are_passed_over() -> None:
    """Before and behind the samples; one of odd length is padded."""
    samples = _shorts(_tone(HEARD_RATE))
    note = _chunk(b"LIST", b"odd") + b"\0"
    data = _wav(samples, _head(), note, _chunk(b"fact", bytes(4)))
    assert (await _read(data + _chunk(b"data", b"more"))).samples == samples


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("level", "loudness"), [(0.0, -120.0), (0.5, -9.03), (0.05, -29.03), (0.001, -63.1)]
)
async def test_loudness_is_that_of_the_loudest_tenth_of_a_second(
    level: float, loudness: float
) -> None:
    """In dBFS: silence around it makes it no less loud."""
    quiet = [0.0] * (HEARD_RATE // 2)
    sound = _shorts([*quiet, *_tone(HEARD_RATE, 0.1, level), *quiet])
    recording = await _read(_wav(sound, _head()))
    assert recording.loudness == pytest.approx(loudness, abs=0.2)


@pytest.mark.asyncio
async def test_a_minute_is_enough() -> None:
    """Exactly as long as may be is not too long; the rate counts, not the bytes."""
    samples = bytes(2 * SECONDS_MAX * 1_000)
    assert (await _read(_wav(samples, _head(1_000)))).seconds == SECONDS_MAX
    assert "at most 60 seconds" in await _complaint(_wav(samples + b"\0\0", _head(1_000)))


SOUND = _shorts(_tone(HEARD_RATE, 0.01))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "it is empty"),
        (_wav(b"", _head()), "no sound in it"),
        (_wav(b"\1", _head()), "no sound in it"),
        (_wav(b"\1\1", _head(384_000)), "no sound in it"),
        (b"ID3\4\0\0\0\0\0\0" + bytes(100), "must be a WAV here"),
        (b"\xff\xfb\x90\x64" + bytes(100), "must be a WAV here"),
        (b"OggS" + bytes(100), "must be a WAV here"),
        (b"<html>", "must be a WAV here"),
        (b"RIFF\0\0\0\0AVI ", "must be a WAV here"),
        (_wav(SOUND, _head())[:HEAD_AT], "ends before its samples"),
        (_wav(SOUND, _head())[:-1], "ends before its samples"),
        (_wav(SOUND, _head(), size=1_000_000), "ends before its samples"),
        (b"RIFF\0\0\0\0WAVE" + _chunk(b"data", SOUND), "ends before its samples"),
        (_wav(SOUND, _head()[:14]), "head is too short"),
        (_wav(SOUND, b""), "head is too short"),
        (_wav(SOUND, _head(bits=4, tag=2)), "of a kind that cannot be read"),
        (_wav(SOUND, _head(bits=12)), "of a kind that cannot be read"),
        (_wav(SOUND, _head(bits=0)), "of a kind that cannot be read"),
        (_wav(SOUND, _head(tag=EXTENSIBLE)), "of a kind that cannot be read"),
        (_wav(SOUND, _head(channels=0)), "makes no sense"),
        (_wav(SOUND, _head(channels=17)), "makes no sense"),
        (_wav(SOUND, _head(rate=0)), "makes no sense"),
        (_wav(SOUND, _head(rate=999)), "makes no sense"),
        (_wav(SOUND, _head(rate=384_001)), "makes no sense"),
    ],
)
async def test_what_cannot_be_read_is_refused(data: bytes, word: str) -> None:
    """At the field that held it, each with words of its own."""
    assert word in await _complaint(data)


@pytest.mark.asyncio
async def test_it_may_be_read_aside() -> None:
    """With the same outcome, whoever carries it out; else nobody does but whoever asked."""
    threads: list[int] = []

    async def aside(
        read: Callable[[bytes, float], Recording], data: bytes, seconds_max: float
    ) -> Recording:
        def noted() -> Recording:
            threads.append(get_ident())
            return read(data, seconds_max)

        return await asyncio.to_thread(noted)

    audio = WaveAudio(aside)
    good, bad = _wav(SOUND, _head()), _wav(b"", _head())
    assert await audio.read(good, SECONDS_MAX) == await _read(good)
    with pytest.raises(BadInput, match="no sound in it"):
        await audio.read(bad, SECONDS_MAX)
    assert len(threads) == 2
    assert get_ident() not in threads
    assert await WaveAudio(asyncio.to_thread).read(good, SECONDS_MAX) == await _read(good)
    await audio.close()


@given(st.data())
@pytest.mark.asyncio
async def test_no_bytes_make_it_stumble(data: st.DataObject) -> None:
    """A WAV with any bytes changed, or cut anywhere, is read or refused."""
    wav = bytearray(_wav(SOUND, _head(), _chunk(b"LIST", b"note")))
    for _ in range(data.draw(st.integers(0, 6))):
        wav[data.draw(st.integers(0, 59))] = data.draw(st.integers(0, 255))
    cut = bytes(wav[: data.draw(st.integers(0, len(wav)))])
    try:
        recording = await _read(cut)
    except BadInput:
        return
    assert len(recording.samples) % 2 == 0
    assert 0 < recording.seconds <= SECONDS_MAX
    assert -120 <= recording.loudness <= 0
