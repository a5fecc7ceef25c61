"""All hearings pass one suite."""

from collections.abc import AsyncIterator, Mapping

import pytest
import pytest_asyncio

from petcore.adapters.hearing_elevenlabs import ElevenLabsHearing
from petcore.adapters.hearing_pocketsphinx import PocketsphinxHearing
from petcore.adapters.hearing_scripted import ScriptedHearing
from petcore.ports.audio import Recording
from petcore.ports.hearing import Hearing
from petcore.rules.desktop_pet import understanding
from simulator.standins.elevenlabs import KEY, ElevenLabs
from tests.adapters.hearing_conformance import HearingConformance
from tests.adapters.patient import at_once, stood_in
from tests.adapters.sound import spoken

SENTENCES = ("start a pomodoro", "Gr\u00fc\u00dfe, \u4f60\u597d \U0001f389", "no")


class TestScriptedHearing(HearingConformance):
    """The twin."""

    @pytest.fixture
    def said(self) -> Mapping[str, Recording]:
        """By the scripted voice."""
        return {text: spoken(text) for text in SENTENCES}

    @pytest_asyncio.fixture
    async def hearing(self) -> Hearing:
        """It takes a moment."""
        return ScriptedHearing(lambda _: 0.0, at_once)


class TestElevenLabsHearing(HearingConformance):
    """The real SDK against its stand-in."""

    @pytest.fixture
    def said(self) -> Mapping[str, Recording]:
        """By the scripted voice, which the stand-in understands."""
        return {text: spoken(text) for text in SENTENCES}

    @pytest_asyncio.fixture
    async def hearing(self) -> AsyncIterator[Hearing]:
        """It asks a stand-in that is well."""

        def create(url: str) -> ElevenLabsHearing:
            return ElevenLabsHearing(KEY, "scribe_v2", url, at_once)

        async with stood_in(create, ElevenLabs()) as (hearing, _):
            yield hearing


class TestPocketsphinxHearing(HearingConformance):
    """The offline one, with the pet's own grammar and the offline voice."""

    @pytest_asyncio.fixture
    async def said(self) -> Mapping[str, Recording]:
        """Two orders of the grammar, as MP3."""
        for module in ("espeakng_loader", "lameenc", "pocketsphinx", "soundfile", "soxr"):
            pytest.importorskip(module)
        from petcore.adapters.audio_soundfile import SoundfileAudio  # noqa: PLC0415  with wheels
        from petcore.adapters.voice_espeak import EspeakVoice  # noqa: PLC0415  only

        voice, audio = EspeakVoice(), SoundfileAudio()
        return {
            text: await audio.read(await voice.speak(text, None, "mp3"), 60)
            for text in ("stop the timer", "what can you do")
        }

    @pytest_asyncio.fixture
    async def hearing(self) -> AsyncIterator[Hearing]:
        """It listens in a process of its own, which is ended."""
        pytest.importorskip("pocketsphinx")
        hearing = PocketsphinxHearing(understanding.GRAMMAR)
        yield hearing
        await hearing.close()
