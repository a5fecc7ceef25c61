"""One HTTP exchange with an ASGI app, in complete messages of headers and bytes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from hypercorn.typing import (
    ASGIFramework,
    ASGIReceiveEvent,
    ASGISendEvent,
    ConnectionState,
    HTTPScope,
)

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sends. The second half of the body comes ``body_ms`` after the first."""

    method: str
    path: str
    query: str = ""
    headers: Sequence[Header] = ()
    body: bytes = b""
    body_ms: int = 0


class Response(NamedTuple):
    """What comes back."""

    status: int
    headers: Sequence[Header]
    body: bytes


async def exchange(app: ASGIFramework, request: Request, address: str = "192.168.1.50") -> Response:
    """Send ``request`` from ``address`` to ``app`` and collect its whole response."""
    parts: list[bytes] = []
    start: list[tuple[int, Sequence[Header]]] = []
    unread: list[tuple[int, ASGIReceiveEvent]] | None = None

    async def receive() -> ASGIReceiveEvent:
        nonlocal unread
        if unread is None:
            unread = _body(request)
        if unread:
            wait_ms, event = unread.pop()
            await _wait(wait_ms)
            return event
        await asyncio.Event().wait()  # the client never hangs up
        return {"type": "http.disconnect"}

    async def send(event: ASGISendEvent) -> None:
        if event["type"] == "http.response.start":
            start.append((event["status"], tuple(event["headers"])))
        elif event["type"] == "http.response.body":
            parts.append(event["body"])

    await app(_scope(request, address), receive, send)
    status, headers = start[0]
    return Response(status, headers, b"".join(parts))


def _body(request: Request) -> list[tuple[int, ASGIReceiveEvent]]:
    """The parts of the body, the last one first, each with the milliseconds before it."""
    if not request.body_ms:
        return [(0, {"type": "http.request", "body": request.body, "more_body": False})]
    half = len(request.body) // 2
    return [
        (
            request.body_ms,
            {"type": "http.request", "body": request.body[half:], "more_body": False},
        ),
        (0, {"type": "http.request", "body": request.body[:half], "more_body": True}),
    ]


async def _wait(ms: int) -> None:
    if ms:
        over = asyncio.Event()
        asyncio.get_running_loop().call_later(ms / 1000, over.set)
        await over.wait()


@lru_cache(maxsize=1024)
def _with_host(headers: tuple[Header, ...]) -> tuple[Header, ...]:
    """Most say the same again and again, and no host."""
    is_named = any(name == b"host" for name, _ in headers)
    return headers if is_named else ((b"host", b"localhost:5000"), *headers)


def _scope(request: Request, address: str) -> HTTPScope:
    return {
        "type": "http",
        "asgi": {"spec_version": "2.3", "version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": request.method,
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": request.query.encode(),
        "root_path": "",
        "headers": _with_host(tuple(request.headers)),
        "client": (address, 50000),
        "server": ("192.168.1.10", 5000),
        "state": ConnectionState({}),
        "extensions": {},
    }
