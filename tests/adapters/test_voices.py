"""All voices pass one suite."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from petcore.adapters.voice_elevenlabs import ElevenLabsVoice
from petcore.adapters.voice_scripted import ScriptedVoice
from petcore.ports.voice import Voice
from simulator.standins.elevenlabs import KEY, VOICE, ElevenLabs
from tests.adapters.patient import at_once, stood_in
from tests.adapters.voice_conformance import VoiceConformance


class TestScriptedVoice(VoiceConformance):
    """The twin."""

    @pytest_asyncio.fixture
    async def voice(self) -> Voice:
        """It takes a moment."""
        return ScriptedVoice(lambda _: 0.0, at_once)


class TestElevenLabsVoice(VoiceConformance):
    """The real SDK against its stand-in."""

    @pytest_asyncio.fixture
    async def voice(self) -> AsyncIterator[Voice]:
        """It asks a stand-in that is well."""

        def create(url: str) -> ElevenLabsVoice:
            return ElevenLabsVoice(KEY, VOICE, "eleven_flash_v2_5", url, at_once)

        async with stood_in(create, ElevenLabs()) as (voice, _):
            yield voice

    def own_tasks(self) -> set[asyncio.Task[object]]:
        """The stand-in's, which runs in the same loop."""
        return {task for task in asyncio.all_tasks() if "StandIn" in repr(task.get_coro())}


class TestEspeakVoice(VoiceConformance):
    """The offline one."""

    is_repeatable = False

    @pytest_asyncio.fixture
    async def voice(self) -> AsyncIterator[Voice]:
        """Where there are wheels for it."""
        pytest.importorskip("espeakng_loader")
        pytest.importorskip("lameenc")
        from petcore.adapters.voice_espeak import EspeakVoice  # noqa: PLC0415  as the server does

        voice = EspeakVoice()
        yield voice
        await voice.close()
