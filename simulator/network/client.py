"""JSON over a link: what the people's own programs (phone, edge agent) use to reach the server."""

from collections.abc import Mapping
from functools import lru_cache
from itertools import chain, repeat
from random import Random

import orjson

from simulator.kernel.server_events import MEDIA_TYPE, server_events
from simulator.kernel.stage import Stage
from simulator.kernel.trace import Json
from simulator.network.asgi import Header, Request, Response
from simulator.network.link import Link, Network

_TIMEOUT_MS = 8_000
_PAUSES_MS = (1_000, 2_000, 4_000, 8_000, 16_000, 32_000)
_SERVER_FAILED = 500
_Words = tuple[tuple[str, str], ...]
_LAST = "done"
"""The event that ends a stream when all went well."""


def json_request(
    method: str, target: str, body: Json | None = None, headers: Mapping[str, str] | None = None
) -> Request:
    """A request for ``target``, a path with or without a query, as a JSON client sends it."""
    sent = tuple(headers.items()) if headers else ()
    if body is None:
        return _without_body(method, target, sent)
    path, _, query = target.partition("?")
    raw = orjson.dumps(body)
    of_body = (b"content-type", b"application/json"), (b"content-length", b"%d" % len(raw))
    return Request(method, path, query, (*_as_sent(sent), *of_body), raw)


@lru_cache(maxsize=1024)
def _without_body(method: str, target: str, headers: _Words) -> Request:
    """A pet asks the same again and again."""
    path, _, query = target.partition("?")
    return Request(method, path, query, _as_sent(headers))


def _as_sent(headers: _Words) -> tuple[Header, ...]:
    return tuple([(name.lower().encode(), value.encode()) for name, value in headers])


class Client:
    """Asks until it is answered, with one idempotency key for each thing it wants, and with its
    ``token`` if it has one.
    """

    def __init__(self, network: Network, who: str, token: str | None = None) -> None:
        self._credentials = {"Authorization": f"Bearer {token}"} if token else {}
        self._stage: Stage = network.stage
        self._link: Link = network.link(who)
        self._chance: Random = network.stage.streams.stream(f"client/{who}")
        self._who = who

    async def post(self, path: str, body: Json, timeout_ms: int = _TIMEOUT_MS) -> tuple[int, Json]:
        """Status and JSON of the answer to a POST; tries again as long as nobody answers within
        ``timeout_ms``, or the server fails. A stream of events is read as the last of them.
        """
        key = f"{self._who}-{self._chance.getrandbits(64):016x}"
        return await self._insist(
            json_request("POST", path, body, {"Idempotency-Key": key, **self._credentials}),
            timeout_ms,
        )

    async def get(self, target: str) -> tuple[int, Json]:
        """The same for a GET of a path with its query."""
        return await self._insist(json_request("GET", target, None, self._credentials))

    async def delete(self, target: str) -> tuple[int, Json]:
        """The same for a DELETE of a path with its query."""
        return await self._insist(json_request("DELETE", target, None, self._credentials))

    async def _insist(self, request: Request, timeout_ms: int = _TIMEOUT_MS) -> tuple[int, Json]:
        is_hurried = timeout_ms < _TIMEOUT_MS
        pauses_ms = chain(_PAUSES_MS, repeat(_PAUSES_MS[-1]))
        while True:
            try:
                response = await self._link.send(request, timeout_ms)
            except OSError:
                response = None
            if response is not None and response.status < _SERVER_FAILED:
                answer = _answer(response)
                if answer is not None:
                    return response.status, answer
            pause_ms = next(pauses_ms)
            # Up to a quarter more, so that not all who were cut off come back at the same moment.
            await self._stage.sleep(pause_ms + self._chance.randrange(pause_ms // 4))
            if is_hurried and pause_ms > _TIMEOUT_MS:
                # What takes longer each time than somebody in a hurry waits would never be heard.
                timeout_ms = pause_ms


def _answer(response: Response) -> Json | None:
    """What was answered; None if the server failed in the middle of a stream."""
    kind = dict(response.headers).get(b"content-type", b"").decode()
    if kind.partition(";")[0] != MEDIA_TYPE:
        answer: Json = orjson.loads(response.body)
        return answer
    name, last = server_events(response.body.decode())[-1]
    return last if name == _LAST else None
