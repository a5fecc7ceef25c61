"""What is told of an answer while it is spoken, if the voice has nothing to say."""

import pytest

from petcore.adapters.clock_system import SystemClock, pause
from petcore.adapters.voice_scripted import ScriptedVoice
from petcore.ports.voice import Coding
from petcore.services.desktop_pet.sound import Speaker, wav_head
from petcore.services.desktop_pet.stages import Stages
from petcore.services.desktop_pet.told import AudioFormat, Event, Spoke
from petcore.services.turnstile import Turnstile

FORMATS: tuple[AudioFormat, ...] = ("mp3", "wav")


class HoarseVoice(ScriptedVoice):
    """Gives no sound for what is whispered, nor for what are no letters."""

    async def speak(self, text: str, voice_id: str | None, coding: Coding) -> bytes:
        """``text``, if it is loud enough."""
        sound = await super().speak(text, voice_id, coding)
        return sound if text.isupper() else b""


async def spoken(format: AudioFormat, *sentences: str) -> tuple[list[Event], Speaker]:
    """What was told when all was spoken, and who spoke."""
    told: list[Event] = []
    voice = HoarseVoice(lambda _: 0.0, pause)
    speaker = Speaker(voice, None, format, told.append, Stages(SystemClock()), Turnstile())
    for sentence in sentences:
        speaker.say(sentence)
    await speaker.finish()
    return told, speaker


@pytest.mark.asyncio
@pytest.mark.parametrize("format", FORMATS)
async def test_a_voice_without_sound_has_failed(format: AudioFormat) -> None:
    """Nothing is told of it, and there is a warning: not the head of a file without an end."""
    told, speaker = await spoken(format, "hello.", "WELL.")
    assert told == []
    assert speaker.warning is not None
    assert speaker.sound(as_told=True) is None


@pytest.mark.asyncio
@pytest.mark.parametrize("format", FORMATS)
async def test_what_cannot_be_spoken_costs_nothing(format: AudioFormat) -> None:
    """Dots alone have no sound, and the rest is spoken, with one head before it."""
    told, speaker = await spoken(format, "...", "WELL.", "...", "GO.")
    sounds = [event.audio for event in told if isinstance(event, Spoke)]
    assert len(sounds) == 2
    assert speaker.warning is None
    assert speaker.sound(as_told=True) == b"".join(sounds)
    if format == "wav":
        assert sounds[0].startswith(wav_head(None))
        assert not sounds[1].startswith(b"RIFF")


@pytest.mark.asyncio
async def test_of_what_fails_later_the_beginning_was_told() -> None:
    """A stream keeps what it has, a message has no sound that is not whole."""
    told, speaker = await spoken("mp3", "WELL.", "hello.", "GO.")
    assert len(told) == 1
    assert speaker.warning is not None
    assert speaker.sound(as_told=True)
    assert speaker.sound(as_told=False) is None
