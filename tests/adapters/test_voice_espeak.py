"""What espeak-ng says, beyond what every voice must do."""

import asyncio
from array import array
from collections.abc import Callable

import pytest

from petcore.errors import VoiceFailed
from petcore.ports.voice import SPOKEN_RATE

pytest.importorskip("espeakng_loader")
pytest.importorskip("lameenc")

from petcore.adapters.espeak_library import EspeakLibrary
from petcore.adapters.voice_espeak import TEXT_MAX, USUAL_VOICE, EspeakVoice, _library, _thread

HELLO = "Hello, it is time to drink some water."
LONG = "The pet talks and talks and talks about the weather. " * 70


def seconds(sound: bytes) -> float:
    """How long ``pcm`` lasts."""
    return len(sound) / 2 / SPOKEN_RATE


async def spoken(text: str, voice_id: str | None = None) -> float:
    """How long it takes to say."""
    return seconds(await EspeakVoice().speak(text, voice_id, "pcm"))


@pytest.mark.asyncio
async def test_it_can_be_heard() -> None:
    """Neither too low nor overdriven, and as long as people take to say it."""
    sound = array("h", await EspeakVoice().speak(HELLO, None, "pcm"))
    assert 0.2 < max(sound) / 32_768 < 1
    assert 1.5 < len(sound) / SPOKEN_RATE < 4


@pytest.mark.asyncio
async def test_an_mp3_is_small_and_has_no_head() -> None:
    """It begins with a frame: a head would say how long the first piece is of several."""
    voice = EspeakVoice()
    coded = await voice.speak(HELLO, None, "mp3")
    plain = await voice.speak(HELLO, None, "pcm")
    assert coded[0] == 0xFF
    assert not any(mark in coded for mark in (b"Xing", b"Info", b"ID3"))
    assert len(coded) < len(plain) / 5


@pytest.mark.asyncio
async def test_a_voice_of_its_own_is_used() -> None:
    """Another language says a number in another way, with any variant; one that does not
    exist is the usual one, also when another was used just before.
    """
    number = "1777777"
    usual, french = await spoken(number), await spoken(number, "fr")
    assert french < usual * 0.9
    for unknown in ("en-us+nobody", "xx", "../../x", "en-us+../f3", "+f3", "21m00Tcm4TlvDq8ikWAM"):
        assert await spoken(number, unknown) == pytest.approx(usual, rel=0.05)
        assert await spoken(number, "fr+nobody") == pytest.approx(usual, rel=0.05)
        assert await spoken(number, "FR+f2") == pytest.approx(french, rel=0.05)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("order", "seconds_min"), [("[[h@l@U]] ", 1.0), ("<break time='9s'/> ", 2.0)]
)
async def test_orders_are_read_out(order: str, seconds_min: float) -> None:
    """What looks like an order to a synthesiser takes as long as its letters do: obeyed, phonemes
    would take a third of it, and the pause nine seconds.
    """
    assert seconds_min < await spoken(order * 4) / 4 < 5


@pytest.mark.asyncio
async def test_a_control_character_is_no_order() -> None:
    """The one that sets the speed would make it several times as long."""
    plain = await spoken("20S " + HELLO)
    assert await spoken("\x0120S " + HELLO) == pytest.approx(plain, rel=0.1)


@pytest.mark.asyncio
@pytest.mark.parametrize("text", ["", "\0\x01", "\ud83d", "\ufdd0\ue000", "\0 \x1b[0m you \udc00"])
async def test_what_is_no_text_does_no_harm(text: str) -> None:
    """There is a sound, if a short one."""
    assert 0 < await spoken(text) < 4


@pytest.mark.asyncio
async def test_too_much_is_refused() -> None:
    """By its letters, and by how long it takes: an emoji is a whole name."""
    assert await spoken("a" * 200) > 0
    with pytest.raises(VoiceFailed, match="characters"):
        await spoken("a" * (TEXT_MAX + 1))
    with pytest.raises(VoiceFailed, match="too long"):
        await spoken("\U0001f468\U0001f3fe " * (TEXT_MAX // 3))


@pytest.mark.asyncio
async def test_the_library_stops_when_it_is_too_long() -> None:
    """It is not first spoken to its end."""
    asked: list[bool] = []

    def is_wanted() -> bool:
        asked.append(True)
        return True

    def speak() -> None:
        library = _library()
        library.use((USUAL_VOICE,), 150, 50)
        library.speak(LONG, 1_000, is_wanted)

    with pytest.raises(VoiceFailed, match="too long"):
        await asyncio.get_running_loop().run_in_executor(_thread(), speak)
    assert len(asked) < 10


@pytest.mark.asyncio
async def test_nobody_waits_for_what_nobody_wants(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is cancelled stops the library as well, and the next one hears only his own."""
    lengths: list[float] = []
    speak = EspeakLibrary.speak

    def overheard(
        self: EspeakLibrary, text: str, samples_max: int, is_wanted: Callable[[], bool]
    ) -> bytes:
        sound = speak(self, text, samples_max, is_wanted)
        lengths.append(seconds(sound))
        return sound

    monkeypatch.setattr(EspeakLibrary, "speak", overheard)
    whole = await spoken(LONG)
    speaking = asyncio.create_task(spoken(LONG))
    await asyncio.sleep(0.005)
    speaking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await speaking
    assert 1.5 < await spoken(HELLO) < 4
    assert lengths[0] == whole
    assert len(lengths) == 2 or lengths[1] < whole / 2  # or it was never begun


@pytest.mark.asyncio
async def test_without_its_library_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a voice does."""
    monkeypatch.setattr("espeakng_loader.get_library_path", lambda: "/nowhere/libespeak-ng.so")
    with pytest.raises(VoiceFailed, match="loaded"):
        EspeakLibrary()
