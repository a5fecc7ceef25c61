"""HTTP as thin as can be, so that it is the server that has the work, and dies in the middle of it.

Many requests at a time go over as many connections, which are kept.
"""

import asyncio
import json
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote, urlencode, urlsplit

UNAVAILABLE = 503

Json = dict[str, object]
_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_NOTHING: Mapping[str, object] = MappingProxyType({})


class Unanswered(Exception):
    """The connection ended before the answer did: nobody knows what came of the request."""


class Refused(Unanswered):
    """The server says why it cannot answer now, and when to come again; what came of the request
    nobody knows either.
    """


class Line:
    """A way to the server at ``url``."""

    def __init__(self, url: str = "") -> None:
        self._url = urlsplit(url)
        self._idle: list[_Streams] = []

    async def get(self, path: str, query: Mapping[str, object] = _NOTHING, key: str = "") -> Json:
        """The answer to a GET. Raises ``Unanswered``; AssertionError for any other than a 2xx."""
        target = f"{quote(path)}?{urlencode(query)}" if query else quote(path)
        return await self._ask("GET", target, b"", key)

    async def post(self, path: str, sent: Mapping[str, object], key: str = "") -> Json:
        """The answer to a POST. Raises ``Unanswered``; AssertionError for any other than a 2xx."""
        return await self._ask("POST", path, json.dumps(dict(sent)).encode(), key)

    async def hang_up(self) -> None:
        """Close all connections."""
        while self._idle:
            _, writer = self._idle.pop()
            await _close(writer)

    async def _ask(self, method: str, target: str, body: bytes, key: str) -> Json:
        lines = [f"{method} {target} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
        lines += ["Content-Type: application/json"] if body else []
        lines += [f"Idempotency-Key: {key}"] if key else []
        status, answer = await self._exchange("\r\n".join([*lines, "", ""]).encode() + body)
        if status == UNAVAILABLE:
            raise Refused(json.loads(answer)["error"])
        if not 200 <= status < 300:
            raise AssertionError(f"{method} {target} {body!r}: {status} {answer!r}")
        return dict(json.loads(answer))

    async def _exchange(self, request: bytes) -> tuple[int, bytes]:
        try:
            reader, writer = self._idle.pop() if self._idle else await self._connect()
        except OSError as error:
            raise Unanswered from error
        try:
            writer.write(request)
            status, fields = _head(await reader.readuntil(b"\r\n\r\n"))
            length = int(fields["content-length"])
            assert (status == UNAVAILABLE) == ("retry-after" in fields)
            answer = await reader.readexactly(length)
        except (OSError, asyncio.IncompleteReadError) as error:
            await _close(writer)
            raise Unanswered from error
        self._idle.append((reader, writer))
        return status, answer

    async def _connect(self) -> _Streams:
        return await asyncio.open_connection(self._url.hostname, self._url.port)


def _head(head: bytes) -> tuple[int, dict[str, str]]:
    """Status and fields, in lower case."""
    first, *fields = head.decode("latin-1").lower().split("\r\n")
    return int(first.split()[1]), dict(field.split(": ", 1) for field in fields if field)


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    # It may have been cut from the other side.
    await asyncio.gather(writer.wait_closed(), return_exceptions=True)
