"""What espeak-ng says, beyond what every voice must do."""

import asyncio
import ctypes
import os
import signal
import sys
from array import array
from collections.abc import AsyncIterator
from functools import cache

import pytest
import pytest_asyncio

from petcore.adapters.child import Bounds
from petcore.errors import VoiceFailed
from petcore.ports.voice import SPOKEN_RATE
from tests.adapters.patient import until

pytest.importorskip("espeakng_loader")
pytest.importorskip("lameenc")

from petcore.adapters.espeak_library import EspeakLibrary
from petcore.adapters.voice_espeak import TEXT_MAX, USUAL_VOICE, EspeakVoice

HELLO = "Hello, it is time to drink some water."
LONG = "The pet talks and talks and talks about the weather. " * 70


BAD_LETTERS = "\u0ae0 hello \u0ae0"

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals")


@pytest_asyncio.fixture
async def voice() -> AsyncIterator[EspeakVoice]:
    """It is ended afterwards."""
    voice = EspeakVoice()
    yield voice
    await voice.close()


@cache
def library() -> EspeakLibrary:
    """In this process, where it can be started once only."""
    return EspeakLibrary()


def seconds(sound: bytes) -> float:
    """How long ``pcm`` lasts."""
    return len(sound) / 2 / SPOKEN_RATE


async def spoken(voice: EspeakVoice, text: str, voice_id: str | None = None) -> float:
    """How long it takes to say."""
    return seconds(await voice.speak(text, voice_id, "pcm"))


@pytest.mark.asyncio
async def test_it_can_be_heard(voice: EspeakVoice) -> None:
    """Neither too low nor overdriven, and as long as people take to say it."""
    sound = array("h", await voice.speak(HELLO, None, "pcm"))
    assert 0.2 < max(sound) / 32_768 < 1
    assert 1.5 < len(sound) / SPOKEN_RATE < 4


@pytest.mark.asyncio
async def test_an_mp3_is_small_and_has_no_head(voice: EspeakVoice) -> None:
    """It begins with a frame: a head would say how long the first piece is of several."""
    coded = await voice.speak(HELLO, None, "mp3")
    plain = await voice.speak(HELLO, None, "pcm")
    assert coded[0] == 0xFF
    assert not any(mark in coded for mark in (b"Xing", b"Info", b"ID3"))
    assert len(coded) < len(plain) / 5


@pytest.mark.asyncio
async def test_a_voice_of_its_own_is_used(voice: EspeakVoice) -> None:
    """Another language says a number in another way, with any variant; one that does not
    exist is the usual one, also when another was used just before.
    """
    number = "1777777"
    usual, french = await spoken(voice, number), await spoken(voice, number, "fr")
    assert french < usual * 0.9
    for unknown in ("en-us+nobody", "xx", "../../x", "en-us+../f3", "+f3", "21m00Tcm4TlvDq8ikWAM"):
        assert await spoken(voice, number, unknown) == pytest.approx(usual, rel=0.05)
        assert await spoken(voice, number, "fr+nobody") == pytest.approx(usual, rel=0.05)
        assert await spoken(voice, number, "FR+f2") == pytest.approx(french, rel=0.05)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "broken", ["vi-vn-x-central", "vi-vn-x-south", "VI-VN-X-South", "vi-vn-x-south+f2"]
)
async def test_a_voice_that_crashes_is_the_usual_one(voice: EspeakVoice, broken: str) -> None:
    """And not one of its language that does not."""
    usual = await spoken(voice, BAD_LETTERS)
    pid = voice._child.pid
    assert await spoken(voice, BAD_LETTERS, broken) == pytest.approx(usual, rel=0.05)
    assert voice._child.pid == pid


def voices() -> list[str]:
    """All that are installed, as persons may name them."""
    folder = EspeakLibrary.data() / "lang"
    return sorted(path.name.lower() for path in folder.rglob("*") if path.is_file())


@pytest.mark.asyncio
async def test_every_voice_speaks(voice: EspeakVoice) -> None:
    """A text of letters of many languages, some of which no voice knows, crashes none of them."""
    text = "\u0ae0 1 \u4f60 \u043f \u1202 \u1ec5"
    assert len(voices()) > 100
    await voice.speak(HELLO, None, "pcm")
    pid = voice._child.pid
    for name in voices():
        assert await spoken(voice, text, name) > 0, name
        assert voice._child.pid == pid


@posix
@pytest.mark.asyncio
async def test_a_crash_costs_one_sentence(voice: EspeakVoice) -> None:
    """The next one is spoken, by a new process."""
    speaking = asyncio.create_task(voice.speak(LONG, None, "mp3"))
    waiting = asyncio.create_task(voice.speak(HELLO, None, "mp3"))
    await until(lambda: voice._child.pid is not None)
    assert voice._child.pid is not None
    os.kill(voice._child.pid, signal.SIGSEGV)
    with pytest.raises(VoiceFailed, match=r"ended|started"):
        await speaking
    assert len(await waiting) > 1_000


@pytest.mark.asyncio
async def test_what_goes_wrong_is_said() -> None:
    """Where nobody comes to speak."""
    for bounds, words in ((Bounds(0.001, 8), "too long"), (Bounds(30, 0), "too many")):
        voice = EspeakVoice(bounds)
        with pytest.raises(VoiceFailed, match=words):
            await voice.speak(HELLO, None, "mp3")
        await voice.close()
        with pytest.raises(VoiceFailed, match=r"any more|too many"):
            await voice.speak(HELLO, None, "mp3")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("order", "seconds_min"), [("[[h@l@U]] ", 1.0), ("<break time='9s'/> ", 2.0)]
)
async def test_orders_are_read_out(voice: EspeakVoice, order: str, seconds_min: float) -> None:
    """What looks like an order to a synthesiser takes as long as its letters do: obeyed, phonemes
    would take a third of it, and the pause nine seconds.
    """
    assert seconds_min < await spoken(voice, order * 4) / 4 < 5


@pytest.mark.asyncio
async def test_a_control_character_is_no_order(voice: EspeakVoice) -> None:
    """The one that sets the speed would make it several times as long."""
    plain = await spoken(voice, "20S " + HELLO)
    assert await spoken(voice, "\x0120S " + HELLO) == pytest.approx(plain, rel=0.1)


@pytest.mark.asyncio
@pytest.mark.parametrize("text", ["", "\0\x01", "\ud83d", "\ufdd0\ue000", "\0 \x1b[0m you \udc00"])
async def test_what_is_no_text_does_no_harm(voice: EspeakVoice, text: str) -> None:
    """There is a sound, if a short one."""
    assert 0 < await spoken(voice, text) < 4


@pytest.mark.asyncio
async def test_too_much_is_refused(voice: EspeakVoice) -> None:
    """By its letters, and by how long it takes: an emoji is a whole name."""
    assert await spoken(voice, "a" * 200) > 0
    with pytest.raises(VoiceFailed, match="characters"):
        await spoken(voice, "a" * (TEXT_MAX + 1))
    with pytest.raises(VoiceFailed, match="too long"):
        await spoken(voice, "\U0001f468\U0001f3fe " * (TEXT_MAX // 3))


def test_the_library_stops_when_it_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not first spoken to its end."""
    pieces: list[int] = []
    string_at = ctypes.string_at

    def counted(place: int, size: int) -> bytes:
        pieces.append(size)
        return string_at(place, size)

    monkeypatch.setattr("petcore.adapters.espeak_library.ctypes.string_at", counted)
    library().use((USUAL_VOICE,), 150, 50)
    with pytest.raises(VoiceFailed, match="too long"):
        library().speak(LONG, 1_000)
    assert len(pieces) < 10
    assert library().speak(HELLO, 10 * SPOKEN_RATE)


@pytest.mark.asyncio
async def test_nobody_waits_for_what_nobody_wants(voice: EspeakVoice) -> None:
    """Whoever is cancelled is not spoken for any more, and the next one hears only his own."""
    await voice.speak(HELLO, None, "pcm")
    pid = voice._child.pid
    speaking = asyncio.create_task(voice.speak(LONG, None, "mp3"))
    await asyncio.sleep(0.005)
    speaking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await speaking
    assert 1.5 < await spoken(voice, HELLO) < 4
    assert voice._child.pid != pid


@pytest.mark.asyncio
async def test_without_its_library_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a voice does."""
    monkeypatch.setattr("espeakng_loader.get_library_path", lambda: "/nowhere/libespeak-ng.so")
    with pytest.raises(VoiceFailed, match="loaded"):
        EspeakLibrary()
