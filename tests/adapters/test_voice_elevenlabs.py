"""The voice of ElevenLabs, when its service is not well: what it makes of every fault."""

import asyncio
import json
import logging
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Literal, get_args

import httpx
import pytest
from elevenlabs.client import AsyncElevenLabs

from petcore.adapters.clock_system import pause
from petcore.adapters.mp3_frames import SILENCE
from petcore.adapters.patience import Patience
from petcore.adapters.voice_elevenlabs import ElevenLabsVoice
from petcore.adapters.voice_scripted import samples_of
from petcore.errors import VoiceFailed
from petcore.ports.clock import Pause
from petcore.ports.voice import Coding
from simulator.standins.elevenlabs import (
    FAULTS,
    KEY,
    SPEAKS,
    UNKNOWN_VOICE,
    VOICE,
    ElevenLabs,
    told,
)
from simulator.standins.server import Answerer, Received, Reply, StandIn
from tests.adapters.elevenlabs_faults import (
    ATTEMPTS,
    PATIENCE,
    TEXT,
    nothing_told,
    require_told,
    said_by_others,
)
from tests.adapters.patient import Ahead, Pauses, at_once, stood_in, until
from tests.adapters.voice_conformance import samples_in

MODEL = "eleven_flash_v2_5"

Kind = Literal["again", "at once", "harmless"]
"""Whether the next attempt may be luckier, or none ever will be, or there is sound in spite."""

OUTCOMES: Mapping[str, tuple[Kind, str]] = {
    "slow": ("again", "not a word for"),
    "slow_body": ("again", "not a word for"),
    "unauthorized": ("at once", "refuses the key"),
    "out_of_quota": ("at once", "the quota of the key is used up"),
    "unpaid": ("at once", "wants to be paid"),
    "forbidden": ("at once", "give it the permission"),
    "voice_gone": ("at once", "PETCORE_ELEVENLABS_VOICE_ID"),
    "quota": ("again", "asked too much"),
    "quota_for_long": ("at once", "asked too much"),
    "server_error": ("again", "status 500"),
    "unavailable": ("again", "status 503"),
    "unprocessable": ("at once", "status 422"),
    "moved": ("at once", "status 307"),
    "html_200": ("again", "no sound"),
    "html_as_audio": ("again", "no sound"),
    "json_200": ("again", "no sound"),
    "empty_200": ("again", "no sound"),
    "odd_pcm": ("harmless", ""),
    "other_format": ("again", "no sound"),
    "wrong_audio": ("again", "no sound"),
    "cut_before": ("again", "hung up"),
    "cut_body": ("again", "hung up"),
    "cut_length": ("again", "hung up"),
    "truncated_json": ("again", "no sound"),
    "not_utf8": ("again", "no sound"),
    "wrong_shape": ("again", "no sound"),
    "deep_json": ("again", "no sound"),
    "html_502": ("again", "status 502"),
    "endless_body": ("again", "does not end"),
}
CODINGS: tuple[Coding, ...] = get_args(Coding)


def test_no_fault_is_missing() -> None:
    """Who adds one to the stand-in says what the voice makes of it."""
    assert OUTCOMES.keys() == FAULTS.keys()


@pytest.fixture(autouse=True)
def _nothing_is_told(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """In the log, whatever happens."""
    yield from nothing_told(caplog)


@asynccontextmanager
async def asked(
    answer: Answerer,
    *,
    patience: Patience = PATIENCE,
    key: str = KEY,
    pauses: Pauses | None = None,
    far_pause: Pause = pause,
) -> AsyncIterator[tuple[ElevenLabsVoice, StandIn]]:
    """A voice, and the stand-in that it asks."""

    def create(url: str) -> ElevenLabsVoice:
        return ElevenLabsVoice(key, VOICE, MODEL, url, pauses or at_once, patience)

    async with stood_in(create, answer, far_pause) as both:
        yield both


def require_sound(sound: bytes, coding: Coding) -> None:
    """It is all of the text, or of ``odd_pcm`` all but the last byte of it."""
    spoken = samples_of(TEXT.encode())
    if coding == "pcm":
        assert sound in (spoken, spoken[:-2])
    else:
        assert samples_in(sound) // 576 in (len(TEXT), len(TEXT) - 1)


def of_kind(*kinds: Kind) -> list[str]:
    """The faults with such an outcome."""
    return [fault for fault, (kind, _) in OUTCOMES.items() if kind in kinds]


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", of_kind("again", "at once"))
async def test_a_fault_that_lasts(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is met as often as there is hope, and told in words for people: those of the table, and
    none of anybody else.
    """
    kind, why = OUTCOMES[fault]
    attempts = ATTEMPTS if kind == "again" else 1
    pauses = Pauses()
    late = Ahead(monkeypatch).late
    async with asked(ElevenLabs(fault), pauses=pauses, far_pause=late) as (voice, service):
        for coding in CODINGS:
            service.received.clear()
            pauses.asked.clear()
            with pytest.raises(VoiceFailed) as failed:
                await voice.speak(TEXT, None, coding)
            assert len(service.received) == attempts
            assert len(pauses.asked) == attempts - 1
            require_told(failed.value, "ElevenLabs did not speak: ", why)


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", of_kind("again", "harmless"))
async def test_a_fault_that_passes(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody notices it: the second attempt, or the first, brings the whole sound."""
    answer = ElevenLabs(fault)
    async with asked(answer, far_pause=Ahead(monkeypatch).late) as (voice, service):
        for coding in CODINGS:
            answer.lasting = 1
            require_sound(await voice.speak(TEXT, None, coding), coding)
    attempts = 1 if fault in of_kind("harmless") else 2
    assert len(service.received) == attempts * len(CODINGS)


@pytest.mark.asyncio
async def test_what_is_asked() -> None:
    """The text, the model, the voice, the coding and the key; each attempt asks for the same."""
    async with asked(ElevenLabs("server_error", lasting=1)) as (voice, service):
        await voice.speak(TEXT, None, "mp3")
        await voice.speak("Gr\u00fc\u00dfe \ud83d!", VOICE, "pcm")
    first, again, other = service.received
    assert (first.method, first.path) == ("POST", SPEAKS + VOICE)
    assert first.query == "output_format=mp3_22050_32"
    assert json.loads(first.body) == {"text": TEXT, "model_id": MODEL}
    assert first.headers["xi-api-key"] == KEY
    assert again == first
    assert other.query == "output_format=pcm_22050"
    assert json.loads(other.body)["text"] == "Gr\u00fc\u00dfe ?!"


@pytest.mark.asyncio
@pytest.mark.parametrize("key", ["", "another-key"])
async def test_the_key_is_the_one_that_was_given(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """The SDK would take another from the environment, at the moment when it is imported."""
    monkeypatch.setitem(AsyncElevenLabs.__init__.__kwdefaults__ or {}, "api_key", KEY)
    async with asked(ElevenLabs(), key=key) as (voice, service):
        with pytest.raises(VoiceFailed, match="refuses the key"):
            await voice.speak(TEXT, None, "mp3")
    assert [received.headers["xi-api-key"] for received in service.received] == [key]


@pytest.mark.asyncio
async def test_a_refused_key_is_told_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """In one line, for whoever runs the server: only he can change it."""
    async with asked(ElevenLabs("unauthorized")) as (voice, _):
        with pytest.raises(VoiceFailed):
            await voice.speak(TEXT, None, "mp3")
    told = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.getMessage() for record in told] == [
        "ElevenLabs: it refuses the key; check PETCORE_ELEVENLABS_API_KEY (status 401)"
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize("unknown", UNKNOWN_VOICE)
async def test_an_unknown_voice_is_asked_for_once(unknown: str) -> None:
    """However the service says so. From then on the usual one is asked for at once."""
    async with asked(ElevenLabs(unknown=unknown)) as (voice, service):
        for _ in range(2):
            require_sound(await voice.speak(TEXT, "Nobody", "pcm"), "pcm")
    voices = [received.path.removeprefix(SPEAKS) for received in service.received]
    assert voices == ["Nobody", VOICE, VOICE]


@pytest.mark.asyncio
async def test_a_persona_has_its_own_voice() -> None:
    """One that the service knows."""
    answer = ElevenLabs(voices=frozenset({VOICE, "Other_1-x"}))
    async with asked(answer) as (voice, service):
        require_sound(await voice.speak(TEXT, "Other_1-x", "pcm"), "pcm")
    assert [received.path for received in service.received] == [SPEAKS + "Other_1-x"]


@pytest.mark.asyncio
async def test_no_voice_leads_to_another_address() -> None:
    """What cannot be the name of a voice is never put into one."""
    odd = ["../voices", "..", "a/b", "a?b", "a#b", "a%2fb", "a b", "\u00e4", "x" * 129, "a\n"]
    async with asked(ElevenLabs()) as (voice, service):
        for voice_id in odd:
            await voice.speak(TEXT, voice_id, "pcm")
    assert {received.path for received in service.received} == {SPEAKS + VOICE}


@pytest.mark.asyncio
async def test_a_voice_is_not_unknown_for_ever_if_all_are() -> None:
    """An address that is wrong for a while says the same of every voice, so that shows nothing."""
    answer = ElevenLabs("voice_gone", lasting=2, voices=frozenset({VOICE, "Other"}))
    async with asked(answer) as (voice, service):
        with pytest.raises(VoiceFailed):
            await voice.speak(TEXT, "Other", "pcm")
        await voice.speak(TEXT, "Other", "pcm")
    voices = [received.path.removeprefix(SPEAKS) for received in service.received]
    assert voices == ["Other", VOICE, "Other"]


@pytest.mark.asyncio
async def test_unknown_voices_are_forgotten_one_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Personas can name as many as they like; what is remembered of them has an end."""
    monkeypatch.setattr("petcore.adapters.voice_elevenlabs._UNKNOWN_MAX", 2)
    async with asked(ElevenLabs()) as (voice, service):
        for voice_id in ("A", "B", "C", "A"):
            await voice.speak(TEXT, voice_id, "pcm")
            assert len(voice._unknown) <= 2
    assert len(service.received) == 8


@pytest.mark.asyncio
async def test_the_service_says_how_long_to_wait() -> None:
    """Longer than between other attempts; and if that is too long, nobody waits in vain."""
    pauses = Pauses()
    async with asked(ElevenLabs("quota", lasting=2), pauses=pauses) as (voice, _):
        await voice.speak(TEXT, None, "pcm")
    assert pauses.asked == [3.0, 3.0]
    pauses = Pauses()
    async with asked(ElevenLabs("quota_for_long"), pauses=pauses) as (voice, _):
        with pytest.raises(VoiceFailed, match="asked too much"):
            await voice.speak(TEXT, None, "pcm")
    assert pauses.asked == []


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [408, 409, 425, 429, 529])
async def test_a_status_that_may_pass(status: int) -> None:
    """Nothing but the status says so."""
    replies = iter((told(status, {}),))
    good = ElevenLabs()
    async with asked(lambda got: next(replies, None) or good(got)) as (voice, service):
        require_sound(await voice.speak(TEXT, None, "pcm"), "pcm")
    assert len(service.received) == 2


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "retry_after", ["", "soon", "-1", "1.5", "9" * 400, "Sun, 22 Nov 2026 18:00:00 GMT"]
)
async def test_what_no_number_of_seconds_is(retry_after: str) -> None:
    """The usual pause is made."""

    def answer(received: Received) -> Reply:
        reply = FAULTS["quota"](Reply())
        return replace(reply, headers={**reply.headers, "Retry-After": retry_after})

    pauses = Pauses()
    async with asked(answer, pauses=pauses) as (voice, service):
        with pytest.raises(VoiceFailed):
            await voice.speak(TEXT, None, "pcm")
    assert pauses.asked == [1.0, 2.0]
    assert len(service.received) == ATTEMPTS


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "body",
    [
        None,
        7,
        "text",
        [],
        {"detail": None},
        {"detail": "text"},
        {"detail": []},
        {"detail": [7, {"loc": 7}, {"loc": ["body", "text"]}, {}]},
        {"detail": {"code": ["voice_not_found"], "status": {}}},
        {"detail": {"code": "max_character_limit_exceeded", "message": "secret"}},
        {"error": "voice_not_found"},
    ],
)
async def test_a_refusal_of_any_shape(body: object) -> None:
    """It is a refusal, whatever else the service says."""
    async with asked(lambda _: told(400, body)) as (voice, service):
        with pytest.raises(VoiceFailed, match=r"longer than|status 400") as failed:
            await voice.speak(TEXT, "Other", "pcm")
    assert len(service.received) == 1
    assert not said_by_others(failed.value.message)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "audio/mpeg"},
        {"Content-Type": "Audio/L16; rate=22050"},
        {"Content-Type": "application/octet-stream"},
    ],
)
async def test_what_is_called_sound(headers: Mapping[str, str]) -> None:
    """Or nothing at all, for the service need not say."""
    reply = Reply(headers=headers, pieces=(samples_of(TEXT.encode()),))
    async with asked(lambda _: reply) as (voice, _):
        require_sound(await voice.speak(TEXT, None, "pcm"), "pcm")


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", ["", "text/plain", "image/png", "application/json", "x-audio/x"])
async def test_what_is_called_something_else(kind: str) -> None:
    """Samples look like anything, so what the service says of them counts."""
    reply = Reply(headers={"Content-Type": kind}, pieces=(samples_of(TEXT.encode()),))
    async with asked(lambda _: reply) as (voice, _):
        with pytest.raises(VoiceFailed, match="no sound"):
            await voice.speak(TEXT, None, "pcm")


@pytest.mark.asyncio
async def test_frames_are_no_samples() -> None:
    """Played as samples they would be a loud noise."""
    reply = Reply(headers={"Content-Type": "audio/mpeg"}, pieces=(SILENCE * 9,))
    async with asked(lambda _: reply) as (voice, _):
        assert await voice.speak(TEXT, None, "mp3") == SILENCE * 9
        with pytest.raises(VoiceFailed, match="no sound"):
            await voice.speak(TEXT, None, "pcm")


@pytest.mark.asyncio
async def test_it_ends_in_time() -> None:
    """However patient each attempt is, all of them have one deadline."""
    patience = Patience(attempts=99, pause_s=0.0, deadline_s=0.2)
    async with asked(ElevenLabs("slow"), patience=patience) as (voice, _):
        with pytest.raises(VoiceFailed, match=r"no answer within 0\.2 s"):
            await voice.speak(TEXT, None, "pcm")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1:1", "cannot be reached"),
        ("http://[::1", "no address"),
        ("http://a:b:c", "no address"),
    ],
)
async def test_where_nobody_answers(url: str, why: str) -> None:
    """The address is one that nobody listens at, or none."""
    voice = ElevenLabsVoice(KEY, VOICE, MODEL, url, at_once, PATIENCE)
    with pytest.raises(VoiceFailed, match=why):
        await voice.speak(TEXT, None, "pcm")
    await voice.close()


@pytest.mark.asyncio
async def test_its_own_service_is_asked_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """No address means that of the SDK, by https, which has to prove who it is."""
    addresses: list[httpx.URL] = []

    async def refuse(_: httpx.AsyncClient, request: httpx.Request, **options: object) -> None:
        addresses.append(request.url)
        raise httpx.ConnectError("no network in tests")

    monkeypatch.setattr(httpx.AsyncClient, "send", refuse)
    voice = ElevenLabsVoice(KEY, VOICE, MODEL, "", at_once, PATIENCE)
    with pytest.raises(VoiceFailed, match="cannot be reached"):
        await voice.speak(TEXT, None, "pcm")
    await voice.close()
    assert voice._client._tls.verify_mode is ssl.CERT_REQUIRED
    assert {(url.scheme, url.host) for url in addresses} == {("https", "api.elevenlabs.io")}


@pytest.mark.asyncio
async def test_who_is_cancelled_hangs_up() -> None:
    """Nobody is left waiting for an answer that nobody wants."""
    async with asked(ElevenLabs("slow_body")) as (voice, service):
        speaking = asyncio.create_task(voice.speak(TEXT, None, "pcm"))
        await until(lambda: service.connections == 1 and len(service.received) == 1)
        speaking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await speaking
        await until(lambda: service.connections == 0)


@pytest.mark.asyncio
async def test_it_speaks_again_after_it_was_closed() -> None:
    """It holds connections, and nothing else; closed it holds none."""
    async with asked(ElevenLabs()) as (voice, service):
        await voice.speak(TEXT, None, "pcm")
        assert service.connections == 1
        await voice.close()
        await until(lambda: service.connections == 0)
        require_sound(await voice.speak(TEXT, None, "pcm"), "pcm")


@pytest.mark.asyncio
async def test_where_there_is_nothing_to_say_nobody_is_asked() -> None:
    """It would cost, and some of these the service refuses."""
    async with asked(ElevenLabs()) as (voice, service):
        for text in ("", "...", "\U0001f389 !"):
            await voice.speak(text, None, "mp3")
    assert service.received == []
