"""The hearing of ElevenLabs, when its service is not well: what it makes of every fault."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Literal

import pytest
from elevenlabs.client import AsyncElevenLabs

from petcore.adapters.clock_system import pause
from petcore.adapters.hearing_elevenlabs import ElevenLabsHearing
from petcore.adapters.patience import Patience
from petcore.errors import HearingAbsent, HearingFailed
from petcore.ports.audio import Recording
from petcore.ports.clock import Pause
from simulator.standins.elevenlabs import FAULTS, HEARS, KEY, ElevenLabs, form_of, told
from simulator.standins.server import Answerer, Received, Reply, StandIn
from tests.adapters.elevenlabs_faults import ATTEMPTS, PATIENCE, TEXT, nothing_told, require_told
from tests.adapters.patient import Ahead, Pauses, at_once, stood_in, until
from tests.adapters.sound import recorded, spoken

MODEL = "scribe_v2"

Kind = Literal["again", "at once"]
"""Whether the next attempt may be luckier, or none ever will be."""

OUTCOMES: Mapping[str, tuple[Kind, str]] = {
    "slow": ("again", "not a word for"),
    "slow_body": ("again", "not a word for"),
    "unauthorized": ("at once", "refuses the key"),
    "out_of_quota": ("at once", "the quota of the key is used up"),
    "unpaid": ("at once", "wants to be paid"),
    "forbidden": ("at once", "give it the permission"),
    "voice_gone": ("at once", "PETCORE_ELEVENLABS_URL"),
    "quota": ("again", "asked too much"),
    "quota_for_long": ("at once", "asked too much"),
    "server_error": ("again", "status 500"),
    "unavailable": ("again", "status 503"),
    "unprocessable": ("at once", "status 422"),
    "moved": ("at once", "status 307"),
    "html_200": ("again", "cannot be read"),
    "html_as_audio": ("again", "cannot be read"),
    "json_200": ("again", "cannot be read"),
    "empty_200": ("again", "cannot be read"),
    "odd_pcm": ("again", "cannot be read"),
    "other_format": ("again", "cannot be read"),
    "wrong_audio": ("again", "cannot be read"),
    "cut_before": ("again", "hung up"),
    "cut_body": ("again", "hung up"),
    "cut_length": ("again", "hung up"),
    "truncated_json": ("again", "cannot be read"),
    "not_utf8": ("again", "cannot be read"),
    "wrong_shape": ("again", "cannot be read"),
    "deep_json": ("again", "cannot be read"),
    "html_502": ("again", "status 502"),
    "endless_body": ("again", "does not end"),
}


def test_no_fault_is_missing() -> None:
    """Who adds one to the stand-in says what the hearing makes of it."""
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
) -> AsyncIterator[tuple[ElevenLabsHearing, StandIn]]:
    """A hearing, and the stand-in that it asks."""

    def create(url: str) -> ElevenLabsHearing:
        return ElevenLabsHearing(key, MODEL, url, pauses or at_once, patience)

    async with stood_in(create, answer, far_pause) as both:
        yield both


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_that_lasts(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is met as often as there is hope, and told in words for people: those of the table, and
    none of anybody else. A hearing that fails is not one that is absent.
    """
    kind, why = OUTCOMES[fault]
    attempts = ATTEMPTS if kind == "again" else 1
    pauses = Pauses()
    late = Ahead(monkeypatch).late
    async with asked(ElevenLabs(fault), pauses=pauses, far_pause=late) as (hearing, service):
        with pytest.raises(HearingFailed) as failed:
            await hearing.hear(spoken(TEXT))
    assert len(service.received) == attempts
    assert len(pauses.asked) == attempts - 1
    assert not isinstance(failed.value, HearingAbsent)
    require_told(failed.value, "ElevenLabs did not listen: ", why)


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", [name for name, (kind, _) in OUTCOMES.items() if kind == "again"])
async def test_a_fault_that_passes(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody notices it: the second attempt brings all the words, for it sends all the fields."""
    answer, late = ElevenLabs(fault, lasting=1), Ahead(monkeypatch).late
    async with asked(answer, far_pause=late) as (hearing, service):
        assert await hearing.hear(spoken(TEXT)) == TEXT
    first, again = (form_of(received) for received in service.received)
    assert first == again
    assert first["model_id"] == MODEL.encode()


@pytest.mark.asyncio
async def test_what_is_asked() -> None:
    """The samples as a WAV whose head is right whatever came, or the MP3 as it came; the model, the
    key, no language, and none of what nobody said.
    """
    wav = spoken(TEXT)
    unknown_length = Recording(wav.data[:40] + b"\xff" * 4 + wav.data[44:], *_rest(wav))
    mp3 = Recording(b"\xff\xf3\r\n--\r\n\n\r\x00mp3\r\n", "mp3", wav.samples, wav.loudness)
    async with asked(ElevenLabs()) as (hearing, service):
        for recording in (unknown_length, mp3):
            await hearing.hear(recording)
    first, second = service.received
    assert (first.method, first.path, first.query) == ("POST", HEARS, "")
    assert first.headers["xi-api-key"] == KEY
    assert b'filename="speech.wav"\r\nContent-Type: audio/wav\r\n' in first.body
    assert b'filename="speech.mp3"\r\nContent-Type: audio/mpeg\r\n' in second.body
    assert form_of(first)["file"] == wav.data
    assert form_of(second)["file"] == mp3.data
    fields = {name: field for name, field in form_of(first).items() if field != b"null"}
    assert fields == {
        "file": wav.data,
        "model_id": MODEL.encode(),
        "tag_audio_events": b"false",
        "timestamps_granularity": b"none",
    }


def _rest(wav: Recording) -> tuple[Literal["wav"], bytes, float]:
    return "wav", wav.samples, wav.loudness


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answer", "heard"),
    [
        ({"text": ""}, ""),
        ({"text": " \n "}, ""),
        ({"text": " Time to drink. "}, "Time to drink."),
        (
            {"text": "Gr\u00fc\u00dfe \U0001f389", "language_code": "de"},
            "Gr\u00fc\u00dfe \U0001f389",
        ),
        ({"text": "half \ud83d a letter"}, "half ? a letter"),
        ({"text": "words", "words": 7, "language_probability": "much"}, "words"),
    ],
)
async def test_what_counts_as_words(answer: object, heard: str) -> None:
    """Text, whatever stands beside it; no text is no error, and what is heard can be stored."""
    async with asked(lambda _: told(200, answer)) as (hearing, _):
        assert await hearing.hear(spoken(TEXT)) == heard


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "answer",
    [
        {"text": None},
        {"text": ["words"]},
        {"text": {"text": "words"}},
        {"transcripts": [{"text": "words"}]},
        {"message": "queued", "request_id": "r"},
        {},
        [],
        ["words"],
        "words",
        7,
        None,
    ],
)
async def test_what_is_no_answer(answer: object) -> None:
    """JSON of another shape than the one that was asked for."""
    async with asked(lambda _: told(200, answer)) as (hearing, service):
        with pytest.raises(HearingFailed, match="cannot be read"):
            await hearing.hear(spoken(TEXT))
    assert len(service.received) == ATTEMPTS


@pytest.mark.asyncio
@pytest.mark.parametrize("key", ["", "another-key"])
async def test_the_key_is_the_one_that_was_given(
    monkeypatch: pytest.MonkeyPatch, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The SDK would take another from the environment, at the moment when it is imported. That it
    is refused stands in the log, in one line.
    """
    monkeypatch.setitem(AsyncElevenLabs.__init__.__kwdefaults__ or {}, "api_key", KEY)
    async with asked(ElevenLabs(), key=key) as (hearing, service):
        with pytest.raises(HearingFailed, match="refuses the key"):
            await hearing.hear(spoken(TEXT))
    assert [received.headers["xi-api-key"] for received in service.received] == [key]
    told = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.getMessage() for record in told] == [
        "ElevenLabs: it refuses the key; check PETCORE_ELEVENLABS_API_KEY (status 401)"
    ]


@pytest.mark.asyncio
async def test_the_service_says_how_long_to_wait() -> None:
    """Longer than between other attempts, which double."""
    pauses = Pauses()
    async with asked(ElevenLabs("quota"), pauses=pauses) as (hearing, _):
        with pytest.raises(HearingFailed):
            await hearing.hear(spoken(TEXT))
    assert pauses.asked == [3.0, 3.0]
    pauses = Pauses()
    async with asked(ElevenLabs("server_error"), pauses=pauses) as (hearing, _):
        with pytest.raises(HearingFailed):
            await hearing.hear(spoken(TEXT))
    assert pauses.asked == [1.0, 2.0]


@pytest.mark.asyncio
async def test_it_ends_in_time() -> None:
    """However patient each attempt is, all of them have one deadline."""
    patience = Patience(attempts=99, pause_s=0.0, deadline_s=0.2)
    async with asked(ElevenLabs("slow"), patience=patience) as (hearing, _):
        with pytest.raises(HearingFailed, match=r"no answer within 0\.2 s"):
            await hearing.hear(spoken(TEXT))


@pytest.mark.asyncio
async def test_who_is_cancelled_hangs_up() -> None:
    """Nobody is left waiting for an answer that nobody wants."""
    async with asked(ElevenLabs("slow")) as (hearing, service):
        listening = asyncio.create_task(hearing.hear(spoken(TEXT)))
        await until(lambda: service.connections == 1 and len(service.received) == 1)
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening
        await until(lambda: service.connections == 0)


@pytest.mark.asyncio
async def test_a_minute_is_sent_whole() -> None:
    """The longest recording that the pet listens to."""
    minute = recorded(bytes(60 * 2 * 16_000))
    received: list[Received] = []

    def answer(request: Received) -> Reply:
        received.append(request)
        return told(200, {"text": "long"})

    async with asked(answer) as (hearing, _):
        assert await hearing.hear(minute) == "long"
    assert form_of(received[0])["file"] == minute.data
