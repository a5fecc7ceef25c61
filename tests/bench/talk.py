"""What the server adds to the services that it talks by, how soon a stream is heard, and whether a
hundred who talk at the same time hold each other up.

The services are stand-ins in processes of their own. Not here: how well speech is understood, and
how long espeak takes (``speech``).
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from statistics import quantiles
from time import perf_counter

from hypercorn.typing import ASGIFramework

from petcore.adapters.clock_system import pause
from petcore.adapters.language_gemini import GeminiLanguage
from petcore.app import create_app
from petcore.ports.language import Talk, ToolCall
from petcore.serving import settle_memory
from petcore.settings import Settings, read_settings
from petcore.wiring import wire
from simulator.network.asgi import Request, exchange
from simulator.standins import elevenlabs, gemini
from tests.bench.figures import Aim, Figure, Report
from tests.bench.rounds import Rounds, Side, run, take_turns
from tests.bench.served import petcore, resident_mb, served
from tests.bench.stalls import watched

_ROUNDS, _ASKED = 9, 20
_FIRST_TOKEN_S, _WORD_S, _SPEECH_S = 0.4, 0.15, 0.3
_SOUND_ROUNDS = 5
_TOGETHER, _CROWDS = 100, 6
_SERVED, _ALONE = "petcore", "the SDK alone"
_STREAM, _UNARY = "stream", "message"
_MODEL = gemini.MODELS[0]
_TRANSCRIPT = "Nova, can you help me focus for the next hour?"
_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class _Services:
    """Where the stand-ins are reached."""

    gemini: str
    elevenlabs: str

    @property
    def settings(self) -> dict[str, str]:
        """What makes a server use them."""
        return {
            "PETCORE_GEMINI_API_KEY": gemini.KEY,
            "PETCORE_GEMINI_URL": self.gemini,
            "PETCORE_ELEVENLABS_API_KEY": elevenlabs.KEY,
            "PETCORE_ELEVENLABS_URL": self.elevenlabs,
        }


def talk() -> Report:
    """All of it."""
    with _services(0, 0, 0) as quick:
        overhead, slowest = _overhead(quick)
        crowds = [*_crowds("Gemini and ElevenLabs", read_settings(**_lower(quick.settings)))]
    crowds += _crowds("offline, espeak", Settings(store="memory:"))
    with _services(_FIRST_TOKEN_S, _WORD_S, _SPEECH_S) as real:
        return Report([overhead, slowest, _first_sound(real), *crowds])


def _lower(settings: dict[str, str]) -> dict[str, object]:
    named = {name.removeprefix("PETCORE_").lower(): value for name, value in settings.items()}
    return {"store": "memory:", **named}


@contextmanager
def _services(first_token_s: float, word_s: float, speech_s: float) -> Iterator[_Services]:
    module = "tests.bench.talk_services"
    with (
        served([module, "gemini", str(first_token_s), str(word_s)]) as language,
        served([module, "elevenlabs", str(speech_s), "0"]) as voice,
    ):
        yield _Services(*(f"http://127.0.0.1:{each.port}" for each in (language, voice)))


# What the server adds


def _overhead(services: _Services) -> tuple[Figure, Figure]:
    with served(petcore("memory:"), services.settings) as server:
        middle, late = run(_compare(server.port, services.gemini))
    return (
        _added("p50", middle),
        _added("p95", late),
    )


def _added(what: str, rounds: Rounds) -> Figure:
    added = rounds.difference(_SERVED, _ALONE)
    absolute = f"{rounds.median(_SERVED):.1f} ms against {rounds.median(_ALONE):.1f} ms of the SDK"
    return Figure(f"text chat, added to the service, {what}", added, absolute, Aim(10), "ms")


async def _compare(port: int, url: str) -> tuple[Rounds, Rounds]:
    """The middle and the slow twentieth of each round."""
    language = GeminiLanguage(gemini.KEY, _MODEL, url, pause)
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    middle: dict[str, list[float]] = {_SERVED: [], _ALONE: []}
    late: dict[str, list[float]] = {_SERVED: [], _ALONE: []}

    async def alone() -> None:
        talk = Talk("You are Nova.", "Nova", None, (), _TRANSCRIPT, ())
        assert [piece async for piece in language.answer(talk, _act)]

    async def through() -> None:
        assert json.loads(_ask(connection, "message", include_audio=False).read())["ok"]

    sides = {_SERVED: through, _ALONE: alone}
    try:
        for number in range(_ROUNDS + 1):
            for name, work in sides.items():
                took = sorted([await _timed(work) for _ in range(_ASKED)])
                if number:
                    middle[name].append(took[len(took) // 2])
                    late[name].append(quantiles(took, n=20)[-1])
    finally:
        connection.close()
        await language.close()
    return Rounds(middle), Rounds(late)


async def _timed(work: Callable[[], Awaitable[None]]) -> float:
    began = perf_counter()
    await work()
    return (perf_counter() - began) * 1000


async def _act(_: ToolCall) -> dict[str, object]:
    return {"ok": False, "error": "there is nothing to do"}


def _ask(connection: HTTPConnection, how: str, *, include_audio: bool) -> HTTPResponse:
    sent = {"user_id": "audrey", "transcript": _TRANSCRIPT, "include_audio": include_audio}
    connection.request("POST", f"/api/chat/{how}", json.dumps(sent), _JSON)
    response = connection.getresponse()
    assert response.status == 200, response.read()
    return response


# The first sound


def _first_sound(services: _Services) -> Figure:
    with served(petcore("memory:"), services.settings) as server:
        rounds = run(_listen(server.port))
    absolute = f"{rounds.median(_STREAM):.2f} s against {rounds.median(_UNARY):.2f} s"
    what = f"first sound, {_FIRST_TOKEN_S:g} s to the first token, {_SPEECH_S:g} s to speak"
    return rounds.ratio(f"{what}, {_STREAM} / {_UNARY}", _STREAM, _UNARY, absolute, Aim(1))


async def _listen(port: int) -> Rounds:
    def side(how: str, sign: bytes) -> Side:
        async def turn() -> float:
            return _heard_after(port, how, sign)

        return turn

    sides = {_STREAM: side("stream", b"event: audio"), _UNARY: side("message", b"{")}
    return await take_turns(sides, _SOUND_ROUNDS)


def _heard_after(port: int, how: str, sign: bytes) -> float:
    """Seconds until a line that begins with ``sign`` has come."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    began = perf_counter()
    response = _ask(connection, how, include_audio=True)
    while not response.readline().startswith(sign):
        pass
    took = perf_counter() - began
    response.read()
    connection.close()
    return took


# A hundred at once


def _crowds(what: str, settings: Settings) -> Iterator[Figure]:
    stall_ms, before_mb, after_mb = run(_crowd(settings))
    yield Figure(
        f"{_TOGETHER} chats with sound at once, {what}: longest stall of the event loop",
        stall_ms,
        f"{_CROWDS} times {_TOGETHER}",
        Aim(50),
        "ms",
    )
    yield Figure(
        f"{_TOGETHER} chats with sound at once, {what}: memory, last / second crowd",
        after_mb / before_mb,
        f"{before_mb:.0f} MB, then {after_mb:.0f} MB",
        Aim(1.2),
    )


async def _crowd(settings: Settings) -> tuple[float, float, float]:
    async with _opened(settings) as app:
        # Who answers for the first time imports, connects and starts what all others find there.
        await _chat(app, "first")
        settle_memory()
        memory: list[float] = []
        async with watched() as stalls:
            for crowd in range(_CROWDS):
                await asyncio.gather(
                    *(_chat(app, f"{crowd}-{number}") for number in range(_TOGETHER))
                )
                memory.append(resident_mb(os.getpid()))
        return max(stalls), memory[1], memory[-1]


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[ASGIFramework]:
    services = wire(settings)
    await services.open()
    try:
        yield create_app(services)
    finally:
        await services.close()


async def _chat(app: ASGIFramework, user: str) -> None:
    sent = {"user_id": user, "transcript": _TRANSCRIPT, "include_audio": True}
    headers = ((b"host", b"127.0.0.1"), (b"content-type", b"application/json"))
    body = json.dumps(sent).encode()
    response = await exchange(app, Request("POST", "/api/chat/message", "", headers, body))
    assert response.status == 200, response
