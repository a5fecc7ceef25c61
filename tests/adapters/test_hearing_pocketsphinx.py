"""The process that listens: what it hears, what it takes for nothing, and how it fails."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio

from petcore.adapters.child import Bounds
from petcore.errors import HearingFailed
from petcore.ports.audio import HEARD_RATE, Recording
from petcore.rules.desktop_pet import understanding
from tests.adapters.sound import recorded
from tests.adapters.sound_noise import nobody_speaks, noise, noisy, of

pytest.importorskip("pocketsphinx")
pytest.importorskip("espeakng_loader")
pytest.importorskip("lameenc")
pytest.importorskip("soundfile")
pytest.importorskip("soxr")

from petcore.adapters import hearing_pocketsphinx_child
from petcore.adapters.audio_soundfile import SoundfileAudio
from petcore.adapters.hearing_pocketsphinx import PocketsphinxHearing
from petcore.adapters.hearing_pocketsphinx_child import Listener
from petcore.adapters.hearing_pocketsphinx_sound import is_speech
from petcore.adapters.voice_espeak import EspeakVoice

GRAMMAR = understanding.GRAMMAR
ORDERS = ("what can you do", "stop the timer", "how much time is left")

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals")


async def said(*texts: str, voice_id: str | None = None) -> list[Recording]:
    """They are spoken and sent as MP3."""
    voice, audio = EspeakVoice(), SoundfileAudio()
    try:
        return [await audio.read(await voice.speak(text, voice_id, "mp3"), 60) for text in texts]
    finally:
        await voice.close()
        await audio.close()


@pytest_asyncio.fixture
async def hearing() -> AsyncIterator[PocketsphinxHearing]:
    """It is ended afterwards."""
    hearing = PocketsphinxHearing(GRAMMAR)
    yield hearing
    await hearing.close()
    assert hearing._child.pid is None


@pytest.mark.asyncio
async def test_orders_are_heard_and_all_else_is_not_taken_for_one(
    hearing: PocketsphinxHearing,
) -> None:
    """Several at once each hear their own, from one process. Silence needs none; noise and other
    words are no order.
    """
    silence = recorded(bytes(HEARD_RATE * 2))
    assert not await hearing.hear(silence)
    assert not await hearing.hear(recorded(b""))
    assert hearing._child.pid is None
    *recordings, weather = await said(*ORDERS, "the weather is nice today")
    assert await asyncio.gather(*map(hearing.hear, recordings)) == list(ORDERS)
    pid = hearing._child.pid
    for seconds in (0.0001, 0.01, 0.3):
        hiss = np.random.default_rng(1).normal(0, 3_000, round(HEARD_RATE * seconds) + 1)
        assert not await hearing.hear(recorded(hiss.astype("<i2").tobytes()))
    taken_for = understanding.understand(await hearing.hear(weather))
    assert taken_for is None or not taken_for.acts
    assert hearing._child.pid == pid


@posix
@pytest.mark.asyncio
async def test_what_goes_wrong_is_said(hearing: PocketsphinxHearing) -> None:
    """A process that dies, or does not come to an end, or is not wanted any more."""
    (order,) = await said(ORDERS[0])
    assert await hearing.hear(order) == ORDERS[0]
    assert hearing._child.pid is not None
    os.kill(hearing._child.pid, signal.SIGSTOP)
    listening = asyncio.create_task(hearing.hear(order))
    await asyncio.sleep(0.01)
    os.kill(hearing._child.pid, signal.SIGKILL)
    with pytest.raises(HearingFailed, match="ended"):
        await listening
    await hearing.close()
    with pytest.raises(HearingFailed, match="any more"):
        await hearing.hear(order)
    for bounds, words in ((Bounds(0.05, 8), "too long"), (Bounds(30, 0), "too many")):
        impatient = PocketsphinxHearing(GRAMMAR, bounds)
        with pytest.raises(HearingFailed, match=words):
            await impatient.hear(order)
        await impatient.close()
    broken = PocketsphinxHearing("no JSGF;;")
    with pytest.raises(HearingFailed, match="started"):
        await broken.hear(order)
    await broken.close()


def test_it_gives_up_long_before_whoever_asked_does() -> None:
    """All of it together: an operation may take a minute, and speaks an answer after this."""
    assert PocketsphinxHearing(GRAMMAR)._child._bounds.deadline_s <= 25


@pytest.mark.parametrize("name", nobody_speaks())
def test_where_nobody_speaks_nothing_is_heard(name: str) -> None:
    """However loud it is: it is not even listened to."""
    assert not is_speech(nobody_speaks()[name].samples)
    assert not is_speech(b"")


@pytest.mark.asyncio
async def test_speech_is_speech() -> None:
    """Short and long, with a noise as loud as a vacuum cleaner, and with silence around it."""
    for recording in await said("stop", "hello", "thank you", "how much time is left", "five"):
        assert is_speech(recording.samples)
        assert is_speech(noisy(recording, 10).samples)
        assert is_speech(bytes(HEARD_RATE) + recording.samples + bytes(4 * HEARD_RATE))


@pytest.fixture(scope="module")
def listener() -> Listener:
    """In this process, for what the pet expects."""
    return Listener(understanding.GRAMMAR)


@pytest.mark.asyncio
async def test_what_is_too_clean_is_understood_too(listener: Listener) -> None:
    """A recording without any noise is given some, or none of these would be understood."""
    orders = ("can you end the pomodoro", "begin studying physics", "start a pomodoro please")
    recordings = await said(*orders)
    assert [listener.hear(recording.samples) for recording in recordings] == list(orders)


def test_a_breath_is_no_word(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither one nor three of them; words beside them are words."""
    breath = of(noise(0.6) * np.hanning(round(0.6 * HEARD_RATE)) ** 4).samples
    monkeypatch.setattr(hearing_pocketsphinx_child, "is_speech", bool)
    heard: list[str] = []
    monkeypatch.setattr(
        hearing_pocketsphinx_child, "_decoded", lambda _decoder, _sound: heard.pop(0)
    )
    for words, expected in (
        ("mm", ""),
        ("uh hmm <sil> um", ""),
        ("<sil>", ""),
        ("uh hello", "uh hello"),
        ("umbrella", "umbrella"),
    ):
        heard[:] = ["", words]
        assert listener.hear(breath) == expected


def test_of_a_long_tale_the_beginning_is_heard(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others wait meanwhile; and it is no order, which nobody speaks for so long."""
    decoded: list[float] = []

    def measured(_decoder: object, sound: bytes) -> str:
        decoded.append(len(sound) / 2 / HEARD_RATE)
        return ""

    monkeypatch.setattr(hearing_pocketsphinx_child, "is_speech", bool)
    monkeypatch.setattr(hearing_pocketsphinx_child, "_decoded", measured)
    listener.hear(of(noise(60)).samples)
    assert decoded == [pytest.approx(20, abs=1)]
    listener.hear(of(noise(10)).samples)
    assert decoded[1:] == [pytest.approx(10, abs=1)] * 2
