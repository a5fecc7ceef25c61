"""Recordings as they come in, good and bad, against what soundfile wrote and against the twin."""

import asyncio
import os
import signal
import struct
import sys
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import suppress
from io import BytesIO

import numpy as np
import numpy.typing as npt
import pytest
import pytest_asyncio

from petcore.adapters.audio_wave import WaveAudio
from petcore.adapters.child import Bounds
from petcore.adapters.mp3_frames import bare_frames
from petcore.errors import BadInput, HearingFailed
from petcore.ports.audio import HEARD_RATE, Audio, Recording

pytest.importorskip("soundfile")
pytest.importorskip("soxr")

import soundfile

from petcore.adapters import audio_soundfile_child
from petcore.adapters.audio_soundfile import SoundfileAudio

in_one_loop = pytest.mark.asyncio(loop_scope="module")

TONE_HZ = 440
SECONDS_MAX = 5.0
# A full sine wave has half the power of full scale.
TONE_DBFS = 20 * np.log10(0.5) - 3.01
UNKNOWN = (0, 0xFFFFFFFF)


def tone(seconds: float = 1.0, rate: int = HEARD_RATE) -> npt.NDArray[np.float64]:
    """A sine of half of full scale."""
    return 0.5 * np.sin(2 * np.pi * TONE_HZ * np.arange(round(seconds * rate)) / rate)


def written(
    sound: npt.NDArray[np.float64],
    rate: int = HEARD_RATE,
    kind: str = "WAV",
    subtype: str | None = "PCM_16",
) -> bytes:
    """The sound as a file."""
    file = BytesIO()
    soundfile.write(file, sound, rate, format=kind, subtype=subtype)
    return file.getvalue()


def mp3(seconds: float, rate: int = 22_050) -> bytes:
    """A tone as MP3."""
    return written(tone(seconds, rate), rate, "MP3", None)


def samples(recording: Recording) -> npt.NDArray[np.float64]:
    """What is heard, 1 is full scale."""
    return np.frombuffer(recording.samples, "<i2") / 32_768


def pitch(recording: Recording) -> float:
    """The loudest frequency in it in Hz."""
    sound = samples(recording)
    return float(np.argmax(np.abs(np.fft.rfft(sound))) * HEARD_RATE / len(sound))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def audio() -> AsyncIterator[SoundfileAudio]:
    """One for all: its process takes a moment to start."""
    audio = SoundfileAudio()
    yield audio
    await audio.close()
    assert audio._child.pid is None


async def read(audio: Audio, data: bytes) -> Recording:
    """As long as it may be."""
    return await audio.read(data, SECONDS_MAX)


async def refusal(audio: Audio, data: bytes) -> str:
    """What is said of what cannot be read."""
    with pytest.raises(BadInput) as caught:
        await read(audio, data)
    (detail,) = caught.value.details
    assert detail.loc == ("audio_base64",)
    return detail.msg


@in_one_loop
@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 44_100, 48_000])
async def test_every_wav_is_heard(audio: SoundfileAudio, subtype: str, rate: int) -> None:
    """The same tone at the same level, as long as it was; what came is kept as it came."""
    data = written(tone(1.0, rate), rate, subtype=subtype)
    recording = await read(audio, data)
    assert recording.container == "wav"
    assert recording.data == data
    assert recording.seconds == pytest.approx(1.0, abs=0.001)
    assert pitch(recording) == pytest.approx(TONE_HZ, abs=2)
    assert recording.loudness == pytest.approx(TONE_DBFS, abs=0.3)


@in_one_loop
@pytest.mark.parametrize("rate", [16_000, 22_050, 44_100])
async def test_an_mp3_is_heard(audio: SoundfileAudio, rate: int) -> None:
    """With or without a tag before it; coding adds a little."""
    data = mp3(1.0, rate)
    tag = b"ID3\x04\0\0" + struct.pack(">I", 20) + bytes(20)
    for tagged in (data, tag + data):
        recording = await read(audio, tagged)
        assert recording.container == "mp3"
        assert 1.0 <= recording.seconds < 1.2
        assert pitch(recording) == pytest.approx(TONE_HZ, abs=2)
        assert recording.loudness == pytest.approx(TONE_DBFS, abs=1)


@in_one_loop
@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
async def test_an_mp3_may_not_know_its_length(
    audio: SoundfileAudio, rate: int, channels: int
) -> None:
    """Frames of different sizes alone, and one file after the other, are heard to their end; what
    follows the frames is passed over.
    """
    sound = np.column_stack([tone(2.0, rate)] * channels)
    whole = written(sound, rate, "MP3", None)
    for data, seconds in (
        (bare_frames(whole) + b"TAG" + bytes(125), 2),
        (bare_frames(whole) * 2, 4),
    ):
        recording = await read(audio, data)
        assert seconds <= recording.seconds < seconds + 0.5
        assert pitch(recording) == pytest.approx(TONE_HZ, abs=2)
        assert recording.loudness == pytest.approx(TONE_DBFS, abs=1)


@in_one_loop
async def test_a_long_mp3_has_no_seams(audio: SoundfileAudio) -> None:
    """It is decoded block by block; a tone goes on where it was."""
    data = bare_frames(written(tone(4.0, 48_000), 48_000, "MP3", None))
    steps = np.abs(np.diff(samples(await read(audio, data))[2_000:-4_000]))
    assert steps.max() < 1.1 * np.pi * TONE_HZ / HEARD_RATE


@in_one_loop
async def test_channels_are_mixed(audio: SoundfileAudio) -> None:
    """One silent channel of two halves the level, and opposite ones are silence."""
    one = tone()
    half = await read(audio, written(np.column_stack([one, np.zeros_like(one)])))
    assert half.loudness == pytest.approx(TONE_DBFS - 6.02, abs=0.1)
    none = await read(audio, written(np.column_stack([one, -one])))
    assert none.loudness == -120
    assert none.seconds == 1


@in_one_loop
async def test_the_loudest_tenth_counts(audio: SoundfileAudio) -> None:
    """However short it is beside the silence around."""
    quiet = np.zeros(2 * HEARD_RATE)
    quiet[HEARD_RATE : HEARD_RATE + HEARD_RATE // 10] = 0.25
    recording = await read(audio, written(quiet))
    assert recording.loudness == pytest.approx(20 * np.log10(0.25), abs=0.01)
    assert (await read(audio, written(np.zeros(HEARD_RATE)))).loudness == -120


@in_one_loop
@pytest.mark.parametrize("size", UNKNOWN)
async def test_a_wav_may_not_know_its_length(audio: SoundfileAudio, size: int) -> None:
    """Then all that comes after its head are samples."""
    known = written(tone())
    at = known.index(b"data") + 4
    unknown = known[:4] + struct.pack("<I", size) + known[8:at] + struct.pack("<I", size)
    recording = await read(audio, unknown + known[at + 4 :])
    assert recording.samples == (await read(audio, known)).samples
    assert recording.seconds == 1


@in_one_loop
async def test_numbers_that_are_none_are_no_trouble(audio: SoundfileAudio) -> None:
    """A WAV of floats can hold them, and ones beyond full scale."""
    odd = tone()
    odd[100:104] = (np.nan, np.inf, -np.inf, 1e30)
    recording = await read(audio, written(odd, subtype="FLOAT"))
    assert np.abs(samples(recording)[2_000:]).max() == pytest.approx(0.5, abs=0.01)


@in_one_loop
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "must hold a recording, it is empty"),
        (b"OggS" + bytes(100), "must be a WAV or an MP3"),
        (b"fLaC" + bytes(100), "must be a WAV or an MP3"),
        (b"RIFF\x10\0\0\0AVI " + bytes(100), "must be a WAV or an MP3"),
        (b"\xff", "must be a WAV or an MP3"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "must be a WAV or an MP3"),
        (b"\xff\xf1\x50\x80" + bytes(100), "must be a WAV or an MP3"),
        (b"ID3" + bytes(100), "is a broken MP3: it cannot be decoded"),
        (b"\xff\xfb" + bytes(1000), "is a broken MP3: it cannot be decoded"),
        (b"RIFF\0\0\0\0WAVE", "is a broken WAV: it ends before its samples"),
        (b"RIFF\0\0\0\0WAVEdata" + bytes(104), "is a broken WAV: it cannot be decoded"),
        (written(tone())[:-100], "is a broken WAV: it ends before its samples"),
        (written(tone(0)), "must hold a recording, there is no sound in it"),
        (written(tone(SECONDS_MAX) + 0.01)[:-2], "is a broken WAV: it ends before its samples"),
        (written(tone(SECONDS_MAX + 0.001)), "must last at most 5 seconds"),
        (mp3(SECONDS_MAX + 0.5), "must last at most 5 seconds"),
        (b"ID3\x04\0\0\0\0\0\0" + written(tone(), kind="FLAC"), "is a broken MP3"),
    ],
)
async def test_everything_else_is_refused_in_words(
    audio: SoundfileAudio, data: bytes, words: str
) -> None:
    """Different ones for what is none, broken, empty and too long."""
    assert (await refusal(audio, data)).startswith(words)


@in_one_loop
@pytest.mark.parametrize(("at", "value"), [(22, 0), (22, 900), (24, 3), (24, 4_000_000_000)])
async def test_a_head_without_sense_is_refused(audio: SoundfileAudio, at: int, value: int) -> None:
    """No channels, too many; samples too seldom, too often."""
    data = bytearray(written(tone(0.1)))
    struct.pack_into("<H" if at == 22 else "<I", data, at, value)
    assert (await refusal(audio, bytes(data))).startswith("is a broken WAV")


@in_one_loop
async def test_as_long_as_may_be_is_heard(audio: SoundfileAudio) -> None:
    """To the sample, and in an MP3, which is always a little longer, cut."""
    assert (await read(audio, written(tone(SECONDS_MAX)))).seconds == SECONDS_MAX
    for rate in (8_000, 22_050, 44_100):
        bare = bare_frames(mp3(SECONDS_MAX, rate))
        assert (await read(audio, bare)).seconds == SECONDS_MAX
    assert (await audio.read(bare, 2 * SECONDS_MAX)).seconds > SECONDS_MAX


def test_a_small_file_cannot_fill_the_memory() -> None:
    """An hour of sound in a few megabytes is not decoded to its end."""
    hour = b"mp3 5.0\n" + bare_frames(mp3(4.0, 8_000)) * 900
    tracemalloc.start()
    try:
        with pytest.raises(BadInput, match="must last at most 5 seconds"):
            audio_soundfile_child.read(hour)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3 * len(hour) + (8 << 20)


def hostile() -> bytes:
    """Frames whose insides are not what their heads say."""
    data = bytearray(bare_frames(mp3(2.0)))
    chance = np.random.default_rng(5)
    for at in range(100, len(data) - 8):
        if data[at] != 0xFF and data[at - 1] != 0xFF and chance.random() < 0.3:
            data[at] = chance.integers(255)
    return bytes(data)


@in_one_loop
async def test_nothing_of_it_is_printed(
    audio: SoundfileAudio, capfd: pytest.CaptureFixture[str]
) -> None:
    """What a decoder has to say of a client's bytes goes nowhere, though it has much to say."""
    with suppress(BadInput):
        audio_soundfile_child.read(b"mp3 5.0\n" + hostile())
    assert "mpg123" in capfd.readouterr().err
    with suppress(BadInput):
        await read(audio, hostile())
    assert capfd.readouterr() == ("", "")


@in_one_loop
async def test_numbers_beyond_all_bounds_are_no_trouble(
    audio: SoundfileAudio, capfd: pytest.CaptureFixture[str]
) -> None:
    """Their sum is none: it is read, and nobody is warned."""
    huge = np.column_stack([np.full(HEARD_RATE, 3e38), np.full(HEARD_RATE, 3e38)])
    for subtype in ("FLOAT", "DOUBLE"):
        data = written(huge, subtype=subtype)
        assert (await read(audio, data)).loudness == pytest.approx(0, abs=0.1)
        assert audio_soundfile_child.read(b"wav 5.0\n" + data)
    assert capfd.readouterr() == ("", "")


@in_one_loop
async def test_a_head_has_an_end(audio: SoundfileAudio) -> None:
    """Nobody walks through a million chunks to find the samples, the twin neither."""
    whole = written(tone(0.1))
    for count, is_read in ((900, True), (1_100, False), (700_000, False)):
        data = whole[:36] + b"note\0\0\0\0" * count + whole[36:]
        for each in (audio, WaveAudio()):
            if is_read:
                assert (await each.read(data, SECONDS_MAX)).seconds == pytest.approx(0.1)
            else:
                words = "is a broken WAV: it ends before its samples"
                assert await refusal(each, data) == words


@in_one_loop
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
async def test_what_crashes_the_decoder_is_broken(audio: SoundfileAudio) -> None:
    """That is said of this recording, and the next one is read."""
    data = mp3(1.0)
    await read(audio, data)
    assert audio._child.pid is not None
    os.kill(audio._child.pid, signal.SIGSTOP)
    reading = asyncio.create_task(read(audio, data))
    await asyncio.sleep(0.01)
    os.kill(audio._child.pid, signal.SIGKILL)
    with pytest.raises(BadInput, match="is a broken MP3: it cannot be decoded"):
        await reading
    assert (await read(audio, data)).seconds > 1


@in_one_loop
async def test_nobody_may_have_come_to_read() -> None:
    """That is no fault of the recording."""
    data = mp3(1.0)
    for bounds, words in ((Bounds(0.001, 8), "too long"), (Bounds(30, 0), "too many")):
        impatient = SoundfileAudio(bounds)
        with pytest.raises(HearingFailed, match=words):
            await impatient.read(data, SECONDS_MAX)
        await impatient.close()
        await impatient.close()
    closed = SoundfileAudio()
    await closed.close()
    with pytest.raises(HearingFailed, match="any more"):
        await closed.read(data, SECONDS_MAX)


@in_one_loop
@pytest.mark.parametrize("seed", range(20))
async def test_garbage_is_refused_and_nothing_else(audio: SoundfileAudio, seed: int) -> None:
    """Whatever becomes of the bytes of a file, it is read or refused."""
    chance = np.random.default_rng(seed)
    for whole in (written(tone(0.3)), mp3(0.3)):
        data = bytearray(whole)
        for at in chance.integers(4, len(data), 30):
            data[at] = chance.integers(256)
        with suppress(BadInput):
            assert (await read(audio, bytes(data))).seconds <= SECONDS_MAX


@in_one_loop
@pytest.mark.parametrize(
    "data",
    [
        b"",
        written(tone(SECONDS_MAX + 1)),
        written(tone())[:-1],
        b"RIFF\0\0\0\0WAVE",
        written(tone(0)),
    ],
)
async def test_the_twin_says_the_same(audio: SoundfileAudio, data: bytes) -> None:
    """Word for word, where both can tell."""
    assert await refusal(WaveAudio(), data) == await refusal(audio, data)


@in_one_loop
@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT"])
async def test_the_twin_hears_the_same(audio: SoundfileAudio, subtype: str) -> None:
    """As far as 16 bits and one rate can tell."""
    data = written(tone(), subtype=subtype)
    real, twin = await read(audio, data), await WaveAudio().read(data, SECONDS_MAX)
    assert np.abs(samples(real) - samples(twin)).max() < 3 / 32_768
    assert twin.loudness == pytest.approx(real.loudness, abs=0.05)
