"""The scripted language, voice and hearing: they do what a script says, and hear themselves."""

import struct
from collections.abc import Generator, Mapping
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petcore.adapters.audio_wave import WaveAudio
from petcore.adapters.hearing_scripted import ScriptedHearing
from petcore.adapters.language_scripted import Fail, Script, ScriptedLanguage, Step, Wait
from petcore.adapters.voice_scripted import ScriptedVoice, samples_of, spoken_in
from petcore.errors import HearingFailed, LanguageFailed, VoiceFailed
from petcore.ports.audio import Recording
from petcore.ports.hearing import Hearing
from petcore.ports.language import Language, Talk, ToolCall
from petcore.ports.voice import SPOKEN_RATE, Voice
from petcore.rules.desktop_pet.chat import is_silent
from tests.wav import wav

TALK = Talk("You are Nova.", "Nova", None, (), "start a timer", ())
CALL = ToolCall("start_pomodoro", {"cycles": 2})

Steps = Generator[Step, Mapping[str, object] | None, None]
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


class Time:
    """A ``Pause`` that only counts."""

    def __init__(self) -> None:
        self.passed = 0.0

    async def pause(self, seconds: float) -> None:
        """Let time pass."""
        self.passed += seconds


async def _act(call: ToolCall) -> Mapping[str, object]:
    return {"ok": True, "tool": call.name}


async def _write(script: Script, time: Time) -> list[str]:
    language: Language = ScriptedLanguage(script, time.pause)
    pieces = [piece async for piece in language.answer(TALK, _act)]
    await language.close()
    return pieces


def _recording(samples: bytes) -> Recording:
    return Recording(wav(samples), "wav", samples, -20.0)


@pytest.mark.asyncio
async def test_a_script_writes_waits_and_acts() -> None:
    """What came of a tool is sent back to it, and nothing else is."""
    seen: list[object] = []

    def script(talk: Talk) -> Steps:
        seen.append((yield talk.transcript))
        seen.append((yield Wait(1.5)))
        seen.append((yield CALL))
        seen.append((yield "!"))

    time = Time()
    assert await _write(script, time) == ["start a timer", "!"]
    assert seen == [None, None, {"ok": True, "tool": "start_pomodoro"}, None]
    assert time.passed == 1.5


@pytest.mark.asyncio
async def test_a_script_fails_in_the_middle() -> None:
    """What was written before has been written; what would follow does not happen."""
    followed: list[str] = []

    def script(_: Talk) -> Steps:
        yield "Well"
        yield Fail("the model is tired")
        followed.append("after")

    answer = ScriptedLanguage(script, Time().pause).answer(TALK, _act)
    assert await anext(answer) == "Well"
    with pytest.raises(LanguageFailed, match="the model is tired"):
        await anext(answer)
    assert followed == []


@pytest.mark.asyncio
@pytest.mark.parametrize("step", [None, "", CALL, Wait(1)])
async def test_an_empty_answer_is_none(step: Step | None) -> None:
    """As with any language."""

    def script(_: Talk) -> Steps:
        if step is not None:
            yield step

    with pytest.raises(LanguageFailed):
        await _write(script, Time())


@pytest.mark.asyncio
async def test_whoever_stops_listening_ends_the_script() -> None:
    """It is closed, so it lets go of what it holds."""
    closed: list[bool] = []

    def script(_: Talk) -> Steps:
        try:
            yield "One. "
            yield "Two."
        finally:
            closed.append(True)

    steps = script(TALK)
    answer = ScriptedLanguage(lambda _: steps, Time().pause).answer(TALK, _act)
    assert await anext(answer) == "One. "
    assert closed == []
    await answer.aclose()
    assert closed == [True]


@pytest.mark.asyncio
async def test_voice_and_hearing_take_their_time() -> None:
    """As long as is said of the text, which is the same for both."""
    time = Time()
    voice: Voice = ScriptedVoice(lambda text: len(text) / 10, time.pause)
    hearing: Hearing = ScriptedHearing(len, time.pause)
    spoken = await voice.speak("Hello", None, "pcm")
    assert time.passed == 0.5
    assert await hearing.hear(_recording(spoken)) == "Hello"
    assert time.passed == 5.5
    await voice.close()
    await hearing.close()


@pytest.mark.asyncio
async def test_voice_and_hearing_fail_when_they_are_told_to() -> None:
    """Before any time has passed."""

    def mute(_: str) -> float:
        raise VoiceFailed("hoarse")

    def deaf(_: str) -> float:
        raise HearingFailed("too loud")

    time = Time()
    with pytest.raises(VoiceFailed):
        await ScriptedVoice(mute, time.pause).speak("Hello", None, "mp3")
    with pytest.raises(HearingFailed):
        await ScriptedHearing(deaf, time.pause).hear(_recording(b""))
    assert time.passed == 0


@pytest.mark.asyncio
@pytest.mark.parametrize("text", ["a", "Hé, start a pomodoro \U0001f431", "\x00\x00", "x" * 1200])
async def test_what_is_spoken_is_heard(text: str) -> None:
    """Through a WAV, and never as silence. What is spoken in parts is heard as one."""
    voice, hearing = ScriptedVoice(len, Time().pause), ScriptedHearing(len, Time().pause)
    spoken = await voice.speak(text, "any voice", "pcm")
    recording = await WaveAudio().read(wav(spoken + spoken), 60)
    assert await hearing.hear(recording) == text + text
    assert not is_silent(recording.loudness)


@given(texts)
def test_samples_are_the_bytes(text: str) -> None:
    """There and back."""
    assert spoken_in(samples_of(text.encode())) == text.encode()


def test_speech_swings() -> None:
    """Whoever takes a constant level away does not take the words away."""
    samples = struct.unpack("<100h", samples_of(b"a" * 100))
    assert sum(samples) == 0
    assert min(samples) < -10_000 < 10_000 < max(samples)


@given(st.binary(max_size=64))
def test_any_samples_are_words_or_none(samples: bytes) -> None:
    """What nobody spoke is not heard as what somebody spoke."""
    even = samples[: len(samples) // 2 * 2]
    spoken = spoken_in(even)
    assert spoken is None or len(spoken) == len(even) // 2


@pytest.mark.asyncio
@pytest.mark.parametrize("samples", [b"", bytes(3200), b"\xff\x7f" * 100, b"\x01\x20" * 9])
async def test_noise_is_no_words(samples: bytes) -> None:
    """Nor is silence."""
    assert await ScriptedHearing(len, Time().pause).hear(_recording(samples)) == ""


@pytest.mark.asyncio
async def test_halves_of_characters_are_heard_as_something() -> None:
    """A recording may be cut anywhere."""
    cut = samples_of("é".encode()[:1])
    assert await ScriptedHearing(len, Time().pause).hear(_recording(cut)) == "\ufffd"


@pytest.mark.asyncio
@pytest.mark.parametrize("text", ["", "Hi", "A whole sentence, spoken slowly."])
async def test_an_mp3_is_valid_and_lasts_longer_for_more_text(text: str) -> None:
    """It decodes, to silence, at the rate of all that is spoken."""
    soundfile = pytest.importorskip("soundfile")
    spoken = await ScriptedVoice(len, Time().pause).speak(text, None, "mp3")
    longer = await ScriptedVoice(len, Time().pause).speak(text + "!", None, "mp3")
    sound, rate = soundfile.read(BytesIO(spoken), dtype="int16")
    assert rate == SPOKEN_RATE
    assert not sound.any()
    assert len(soundfile.read(BytesIO(longer))[0]) == len(sound) + 576
    assert len(soundfile.read(BytesIO(spoken + longer))[0]) > len(sound)
