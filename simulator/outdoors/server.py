"""A server somewhere, seen as the app of a world: each request is sent to it, once.

One user's requests go one at a time, so that the order in which answers come is the order in which
the server did what was asked; those of different users go side by side. Tokens are added here, and
nobody else knows them.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import httpx
from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope, Scope

from simulator.kernel.serving import SERVING
from simulator.kernel.stopwatch import Stopwatch
from simulator.network.link import HOME, Link, Network

PATIENCE_S = 20
"""Real seconds that an answer may take before it is given up."""

_PROBE_S, _PROBES = 10.0, 5
_CONNECTIONS = 48
"""At once: a server takes some more from one address."""
_CLOCK = "/api/breaks/pomodoro/active"
"""Who asks this is told the server's time, and changes nothing."""
_OWN = frozenset({b"host", b"content-length", b"authorization"})
_NOT_OK = 400
_LOCKED = (401, 403)

NO_TOKENS: Mapping[str, str] = MappingProxyType({})


class NoServer(Exception):
    """Nobody is there who answers as petcore does; the message says what would do."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a server's clock said when ``watch`` showed ``at_s`` seconds, give or take
    ``unsure_s``.
    """

    now: datetime
    watch: Stopwatch
    at_s: float
    unsure_s: float


class Outdoors(Network):
    """A network whose server sees of each client whose it is."""

    def link(self, who: str, address: str = HOME) -> Link:
        """The way of the client called ``who``, such as pet/audrey."""
        return super().link(who, who.partition("/")[2] or address)


class Somewhere:
    """The server at ``url``. ``scale`` is how fast its time runs, ``tokens`` are those of users;
    ``grumble`` is told of each answer that is none, by the number of its request.
    """

    def __init__(
        self,
        url: str,
        scale: int,
        tokens: Mapping[str, str] = NO_TOKENS,
        grumble: Callable[[int, str], None] = lambda _, __: None,
    ) -> None:
        self._tokens, self._grumble = tokens, grumble
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._client = httpx.AsyncClient(
            base_url=url,
            timeout=PATIENCE_S * scale,  # the loop's seconds are the world's
            limits=httpx.Limits(max_connections=_CONNECTIONS),
            trust_env=False,
            headers={"accept-encoding": "identity"},
        )

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Hand one request on. Raises ``ConnectionError`` if no answer comes of it."""
        if scope["type"] != "http":
            raise TypeError("there are requests only")
        event = await receive()
        body = event["body"] if event["type"] == "http.request" else b""
        user = str((scope["client"] or ("",))[0])
        async with self._turns[user]:
            response = await self._answer(scope, body, user)
        headers = [(name.lower(), value) for name, value in response.headers.raw]
        status = response.status_code
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": response.content, "more_body": False})

    async def _answer(self, scope: HTTPScope, body: bytes, user: str) -> httpx.Response:
        query = scope["query_string"].decode()
        target = scope["raw_path"].decode() + (f"?{query}" if query else "")
        headers = [pair for pair in scope["headers"] if pair[0].lower() not in _OWN]
        headers += _credentials(self._tokens, user)
        try:
            response = await self._client.request(
                scope["method"], target, content=body or None, headers=headers
            )
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise self._trouble(ConnectionRefusedError("nobody listens there")) from None
        except httpx.TimeoutException:
            words = f"there was no answer for {PATIENCE_S} s"
            raise self._trouble(ConnectionResetError(words)) from None
        except (httpx.HTTPError, httpx.InvalidURL):
            words = "the connection broke, or what came was no HTTP"
            raise self._trouble(ConnectionResetError(words)) from None
        return self._legible(response)

    def _legible(self, response: httpx.Response) -> httpx.Response:
        """The answer, if it is one that a client can read at all."""
        if not _is_legible(response):
            words = f"what was answered ({response.status_code}) is no JSON object"
            raise self._trouble(ConnectionResetError(words))
        return response

    def _trouble(self, failure: ConnectionError) -> ConnectionError:
        self._grumble(SERVING.get(0), str(failure))
        return failure


def _is_legible(response: httpx.Response) -> bool:
    try:
        return response.status_code >= _NOT_OK or isinstance(response.json(), dict)
    except ValueError:
        return False


def ask_time(
    url: str, user: str, tokens: Mapping[str, str] = NO_TOKENS, watch: Stopwatch | None = None
) -> Told:
    """What time it is there, by ``watch``; of several answers the one that came the fastest, which
    says it best. Raises ``NoServer``.
    """
    watch = watch or Stopwatch()
    answers = [_ask_time(url, user, tokens, watch) for _ in range(_PROBES)]
    return min(answers, key=lambda told: told.unsure_s)


def _ask_time(url: str, user: str, tokens: Mapping[str, str], watch: Stopwatch) -> Told:
    began_s = watch.seconds
    try:
        response = httpx.get(
            f"{url}{_CLOCK}",
            params={"user_id": user},
            headers=_credentials(tokens, user),
            timeout=_PROBE_S,
            trust_env=False,
        )
    except (httpx.HTTPError, httpx.InvalidURL):
        raise NoServer(f"nobody answers at {url}; start one with `petcore serve`") from None
    took_s = watch.seconds - began_s
    if response.status_code in _LOCKED:
        remedy = "give --tokens" if user not in tokens else "a token of --tokens is not known there"
        raise NoServer(f"the server at {url} wants tokens: {remedy}")
    try:
        now = datetime.fromisoformat(response.json()["server_time_utc"])
    except (ValueError, KeyError, TypeError):
        now = None
    if now is None or now.tzinfo is None or response.status_code >= _NOT_OK:
        raise NoServer(f"what answers at {url} is no petcore: it does not tell the time")
    return Told(now, watch, began_s + took_s / 2, took_s / 2)


def _credentials(tokens: Mapping[str, str], user: str) -> list[tuple[bytes, bytes]]:
    token = tokens.get(user)
    return [] if token is None else [(b"authorization", f"Bearer {token}".encode())]
