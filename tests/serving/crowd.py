"""Many clients who ask at the same instant, each over a connection of its own.

Everything is sent before anything is read, so that what can race in the server does.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from tests.serving.line import Json
from tests.serving.process import standing_still

_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True)
class Asked:
    """A request: ``sent`` is the body of a POST or the query of a GET."""

    method: str
    path: str
    sent: Mapping[str, object]
    key: str = ""

    def text(self) -> bytes:
        """As it goes over the wire."""
        is_get = self.method == "GET"
        target = f"{self.path}?{urlencode(self.sent)}" if is_get else self.path
        body = b"" if is_get else json.dumps(dict(self.sent)).encode()
        lines = [f"{self.method} {target} HTTP/1.1", "Host: localhost"]
        lines += [f"Content-Length: {len(body)}", "Content-Type: application/json"] if body else []
        lines += [f"Idempotency-Key: {self.key}"] if self.key else []
        return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass(frozen=True)
class Answered:
    """The answer to a request."""

    status: int
    body: Json

    @property
    def is_served(self) -> bool:
        """Whether it is a 2xx."""
        return 200 <= self.status < 300


class Crowd:
    """So many clients as there are ``connections``."""

    def __init__(self, connections: Sequence[_Streams]) -> None:
        self._connections = connections

    async def ask(self, *asked: Asked) -> list[Answered]:
        """All answers, in the order of the requests. Each client may ask once."""
        pairs = list(zip(asked, self._connections[: len(asked)], strict=True))
        for each, (_, writer) in pairs:
            writer.write(each.text())
        return list(await asyncio.gather(*(_answer(reader) for _, (reader, _) in pairs)))

    async def all_ask(self, method: str, path: str, sent: Json, key: str = "") -> list[Answered]:
        """What all hear who ask for the same."""
        return await self.ask(*[Asked(method, path, sent, key)] * len(self._connections))

    async def one_asks(self, method: str, path: str, sent: Json) -> Json:
        """What one of them hears. Raises AssertionError if it is not a 2xx."""
        (answer,) = await self.ask(Asked(method, path, sent))
        assert answer.is_served, answer
        return answer.body


@asynccontextmanager
async def gathered(url: str, size: int, workers: Collection[object] = ()) -> AsyncIterator[Crowd]:
    """A crowd of ``size`` at the server's door. If ``workers`` are named, each of them has let in
    as many as the others.
    """
    address = urlsplit(url)
    connections: list[_Streams] = []
    try:
        for number, worker in enumerate(workers or (None,), start=1):
            share = size * number // max(len(workers), 1)
            # Whoever comes while all others stand still is let in by this one.
            with standing_still(*(other for other in workers if other != worker)):
                while len(connections) < share:
                    connections += [await asyncio.open_connection(address.hostname, address.port)]
                    if workers:
                        await Crowd(connections[-1:]).one_asks("GET", "/healthz", {})
        yield Crowd(connections)
    finally:
        for _, writer in connections:
            writer.close()
        waiting = (writer.wait_closed() for _, writer in connections)
        await asyncio.gather(*waiting, return_exceptions=True)


async def _answer(reader: asyncio.StreamReader) -> Answered:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    first, *fields = head.split("\r\n")
    named = dict(field.split(": ", 1) for field in fields if field)
    body = await reader.readexactly(int(named["content-length"]))
    return Answered(int(first.split()[1]), json.loads(body))
