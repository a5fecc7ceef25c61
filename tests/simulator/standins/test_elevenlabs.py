"""The stand-in of ElevenLabs: it speaks, it hears what was spoken, and it is as strict."""

import json
from io import BytesIO
from typing import Literal

import httpx
import pytest
from elevenlabs.client import AsyncElevenLabs
from elevenlabs.core.api_error import ApiError

from petcore.adapters.mp3_frames import bare_frames
from petcore.adapters.voice_scripted import samples_of
from simulator.standins.elevenlabs import (
    FAULTS,
    HEARS,
    KEY,
    SPEAKS,
    UNKNOWN_VOICE,
    VOICE,
    ElevenLabs,
    form_of,
)
from simulator.standins.server import Received, Reply, StandIn
from tests.adapters.sound import spoken

soundfile = pytest.importorskip("soundfile")

Format = Literal["mp3_22050_32", "pcm_22050"]
TEXT = "Gr\u00fc\u00dfe, time to drink! \U0001f389"


def received(request: httpx.Request, key: str = KEY) -> Received:
    """What a server hears of it."""
    headers = {**request.headers, "xi-api-key": key}
    query = request.url.query.decode()
    return Received(request.method, request.url.path, query, headers, request.read())


def to_speak(
    body: object, format: str = "mp3_22050_32", voice: str = VOICE, key: str = KEY
) -> Received:
    """A request for speech."""
    url = f"http://x{SPEAKS}{voice}?output_format={format}"
    return received(httpx.Request("POST", url, json=body), key)


def to_hear(data: bytes, **fields: str) -> Received:
    """A request for words."""
    files = {"file": ("speech.wav", data, "audio/wav")}
    return received(httpx.Request("POST", f"http://x{HEARS}", data=fields, files=files))


def speech(text: str, format: Format) -> bytes:
    """What it speaks."""
    reply = ElevenLabs()(to_speak({"text": text, "model_id": "m"}, format))
    assert reply.status == 200
    return body_of(reply)


def body_of(reply: Reply) -> bytes:
    """All of its pieces."""
    return b"".join(reply.pieces)


def detail_of(reply: Reply) -> object:
    """What an error says."""
    return json.loads(body_of(reply))["detail"]


def heard(data: bytes) -> object:
    """The words that it hears."""
    reply = ElevenLabs()(to_hear(data, model_id="m", language_code="null", entity_detection="null"))
    assert reply.status == 200
    return json.loads(body_of(reply))["text"]


def test_it_speaks_as_the_service_does() -> None:
    """A file of MP3, tag and all, or bare samples; both take longer for more text."""
    mp3 = speech(TEXT, "mp3_22050_32")
    assert mp3.startswith(b"ID3")
    samples, rate = soundfile.read(BytesIO(mp3))
    assert rate == 22_050
    assert len(samples) == pytest.approx(len(TEXT.encode()) * 576, abs=576)
    assert speech(TEXT, "pcm_22050") == samples_of(TEXT.encode())


def test_it_hears_what_was_spoken() -> None:
    """By itself as MP3, as it came or without tags, and by the scripted voice as WAV."""
    mp3 = speech(TEXT, "mp3_22050_32")
    assert heard(mp3) == heard(bare_frames(mp3)) == heard(spoken(TEXT).data) == TEXT


@pytest.mark.parametrize("data", [spoken("").data, spoken("x").data[:44] + bytes(64_000), b""])
def test_it_hears_nothing_in_anything_else(data: bytes) -> None:
    """Silence above all."""
    assert heard(data) == ""


def test_a_form_is_read_to_the_byte() -> None:
    """Files hold every byte, also those that end lines, and look like the edge of a part."""
    data = bytes(range(256)) + b"\r\n--\r\n\r\n--x\r\n" + bytes(range(255, -1, -1)) + b"\r"
    assert form_of(to_hear(data, model_id="m", webhook_metadata="null")) == {
        "file": data,
        "model_id": b"m",
        "webhook_metadata": b"null",
    }


@pytest.mark.parametrize(
    ("request_", "status", "word"),
    [
        (to_speak({"text": "a", "model_id": "m"}, key="other"), 401, "invalid_api_key"),
        (to_speak({"text": "a", "model_id": "m"}, key=""), 401, "invalid_api_key"),
        (to_speak({"text": "a"}), 422, "model_id"),
        (to_speak({"model_id": "m"}), 422, "text"),
        (to_speak({"text": "a", "model_id": "m"}, "mp3_44100_128"), 422, "output_format"),
        (to_hear(b"", language_code="en"), 422, "model_id"),
        (received(httpx.Request("POST", f"http://x{HEARS}", data={"model_id": "m"})), 422, "file"),
        (received(httpx.Request("GET", f"http://x{HEARS}")), 405, "Method"),
        (received(httpx.Request("POST", "http://x/v1/nothing")), 404, "Not Found"),
        (received(httpx.Request("POST", f"http://x{SPEAKS}")), 404, "voice_not_found"),
    ],
)
def test_it_refuses_what_the_service_refuses(request_: Received, status: int, word: str) -> None:
    """And says why, in the service's shape."""
    reply = ElevenLabs()(request_)
    assert reply.status == status
    assert word in str(detail_of(reply))


@pytest.mark.parametrize("unknown", UNKNOWN_VOICE)
def test_it_does_not_know_every_voice(unknown: str) -> None:
    """And says so in each of the service's ways."""
    answer = ElevenLabs(unknown=unknown)
    body = {"text": "a", "model_id": "m"}
    assert answer(to_speak(body)).status == 200
    assert answer(to_speak(body, voice="Nobody")) is UNKNOWN_VOICE[unknown]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(
    "request_",
    [
        to_speak({"text": "abc", "model_id": "m"}),
        to_speak({"text": "abc", "model_id": "m"}, "pcm_22050"),
        to_hear(spoken("abc").data, model_id="m"),
    ],
    ids=["mp3", "pcm", "words"],
)
def test_a_fault_lasts_as_long_as_it_should(fault: str, request_: Received) -> None:
    """For ever, or for the first requests; it spoils every kind of answer."""
    good = ElevenLabs()(request_)
    always, twice = ElevenLabs(fault), ElevenLabs(fault, lasting=2)
    spoilt = [always(request_) for _ in range(4)]
    assert all(reply != good for reply in spoilt)
    assert [twice(request_) == good for _ in range(4)] == [False, False, True, True]


@pytest.mark.asyncio
async def test_it_notices_what_the_sdk_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK's own retry sends the file and no other field: that is why nobody lets it retry."""
    monkeypatch.setattr("elevenlabs.core.http_client._retry_timeout", lambda **_: 0)
    http = httpx.AsyncClient(trust_env=False)
    async with StandIn(ElevenLabs("unavailable", lasting=1)) as service, http:
        sdk = AsyncElevenLabs(api_key=KEY, base_url=service.url, httpx_client=http)
        with pytest.raises(ApiError) as failed:
            await sdk.speech_to_text.convert(model_id="m", file=("a.wav", b"RIFF"))
    assert failed.value.status_code == 422
    assert [sorted(form_of(each)) == ["file"] for each in service.received] == [False, True]
