"""The two chat requests of the API document, as it writes them, at a server as it is started.

Offline, and through the real SDKs against local servers that speak as the services do.
"""

import asyncio
import io
import json
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

from petcore.adapters.voice_scripted import samples_of
from simulator.standins import elevenlabs, gemini
from simulator.standins.elevenlabs import ElevenLabs
from simulator.standins.gemini import Gemini
from simulator.standins.server import StandIn
from tests.contracts.contract import Json, facts
from tests.serving.process import DEADLINE_S, JSON_LOG, Serving, serving
from tests.wav import wav

soundfile = pytest.importorskip("soundfile")

(CHAT,) = (fact for fact in facts()["operations"] if fact["id"] == "P17")
TEXT, SPEECH = (exchange["request_example"] for exchange in CHAT["exchanges"])
SIGHT = "opencv" if find_spec("cv2") else "absent"
PERSONA = {"user_id": TEXT["user_id"], "pet_name": TEXT["wake_name"]}


@asynccontextmanager
async def asking(
    folder: Path, environment: Mapping[str, str]
) -> AsyncIterator[tuple[Serving, httpx.AsyncClient]]:
    """A server, and who asks it; the pet has the document's name."""
    with serving(folder, log_level="info", environment={**JSON_LOG, **environment}) as server:
        async with httpx.AsyncClient(
            base_url=server.url, timeout=DEADLINE_S, trust_env=False
        ) as http:
            assert (await http.post("/api/chat/persona", json=PERSONA)).status_code == 200
            yield server, http


@asynccontextmanager
async def services(language: Gemini, voice: ElevenLabs) -> AsyncIterator[dict[str, str]]:
    """The settings of a server that talks by these."""
    async with StandIn(language) as gemini_, StandIn(voice) as elevenlabs_:
        yield {
            "PETCORE_GEMINI_API_KEY": gemini.KEY,
            "PETCORE_GEMINI_URL": gemini_.url,
            "PETCORE_ELEVENLABS_API_KEY": elevenlabs.KEY,
            "PETCORE_ELEVENLABS_URL": elevenlabs_.url,
        }


async def answered(http: httpx.AsyncClient, sent: Json) -> Json:
    """The answer of P17, whose sound can be played."""
    response = await http.post("/api/chat/message", json=sent)
    assert response.status_code == 200, response.text
    answer: Json = response.json()
    assert answer["pet_name"] == TEXT["wake_name"]
    assert answer["warnings"] == []
    sound = soundfile.info(io.BytesIO(b64decode(answer["reply_audio_base64"])))
    assert sound.format == "MP3"
    assert sound.duration > 0.2
    return answer


async def documented(http: httpx.AsyncClient, spoken: bytes) -> tuple[Json, Json]:
    """Both answers: to the text, in a conversation that is there, and to ``spoken``."""
    opened = {name: value for name, value in TEXT.items() if name != "conversation_id"}
    conversation_id = (await answered(http, opened))["conversation_id"]
    text = await answered(http, {**TEXT, "conversation_id": conversation_id})
    assert text["conversation_id"] == conversation_id
    assert text["transcript"] == TEXT["transcript"]
    speech = {**SPEECH, "audio_base64": b64encode(spoken).decode()}
    return text, await answered(http, speech)


@pytest.mark.asyncio
async def test_the_documented_requests_offline(tmp_path: Path) -> None:
    """No key, no network: the pet understands what is said aloud, and acts."""
    pytest.importorskip("pocketsphinx")
    pytest.importorskip("espeakng_loader")
    from petcore.adapters.voice_espeak import EspeakVoice  # noqa: PLC0415  which may be absent

    voice = EspeakVoice()
    spoken = await voice.speak("What can you do?", None, "mp3")
    await voice.close()
    async with asking(tmp_path, {}) as (server, http):
        text, speech = await documented(http, spoken)
        ready = (await http.get("/readyz")).json()
        log = [str(line["event"]) for line in server.log]
        assert await asyncio.to_thread(server.stop) == 0
    assert ready == {
        "ok": True,
        "language": "offline",
        "voice": "espeak",
        "hearing": "pocketsphinx",
        "sight": SIGHT,
    }
    assert "25 minutes" in text["reply_text"]
    assert speech["transcript"] == "what can you do"
    assert "Pomodoro" in speech["reply_text"]
    assert (
        "the pet talks by: language offline, voice espeak, hearing pocketsphinx; "
        f"it sees by: {SIGHT}"
    ) in log


@pytest.mark.asyncio
async def test_the_documented_requests_through_the_services(tmp_path: Path) -> None:
    """Gemini writes, ElevenLabs speaks and hears; the log has nothing that was said, and no key."""
    language = Gemini()
    words = "Nova, what is on today?"
    async with (
        services(language, ElevenLabs()) as keys,
        asking(tmp_path, keys) as (server, http),
    ):
        text, speech = await documented(http, wav(samples_of(words.encode())))
        ready = (await http.get("/readyz")).json()
        log = server.err
        assert await asyncio.to_thread(server.stop) == 0
    assert ready == {
        "ok": True,
        "language": "gemini",
        "voice": "elevenlabs",
        "hearing": "elevenlabs",
        "sight": SIGHT,
    }
    assert "focus for the next hour" in text["reply_text"]
    assert speech["transcript"] == words
    assert "today" in speech["reply_text"]
    assert len(language.asked) == 3
    for secret in (gemini.KEY, elevenlabs.KEY, "focus for the next hour", "on today", "You said"):
        assert secret not in log


@pytest.mark.asyncio
async def test_a_service_that_is_down(tmp_path: Path) -> None:
    """Without a language there is no answer, without a voice no sound; another turn goes well."""
    language = Gemini(spoil=gemini.FAULTS["server_error"], times=3)
    async with (
        services(language, ElevenLabs("unauthorized", 1)) as keys,
        asking(tmp_path, keys) as (server, http),
    ):
        said = {"user_id": "audrey", "transcript": "Hello!", "include_audio": True}
        failed = await http.post("/api/chat/message", json=said)
        silent = (await http.post("/api/chat/message", json=said)).json()
        whole = (await http.post("/api/chat/message", json=said)).json()
        memory = (await http.get("/api/chat/memory", params={"user_id": "audrey"})).json()
        assert await asyncio.to_thread(server.stop) == 0
    assert (failed.status_code, failed.json()["code"]) == (502, "language_failed")
    assert (silent["reply_audio_base64"], len(silent["warnings"])) == (None, 1)
    assert whole["reply_audio_base64"]
    assert [turn["transcript"] for turn in memory["turns"]] == ["Hello!", "Hello!"]
    assert json.dumps(memory).count("You said") == 2
