"""One HTTP exchange with an ASGI app, in complete messages of headers and bytes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

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
    """What a client sends."""

    method: str
    path: str
    query: str = ""
    headers: Sequence[Header] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """What comes back."""

    status: int
    headers: Sequence[Header]
    body: bytes


async def exchange(app: ASGIFramework, request: Request) -> Response:
    """Send ``request`` to ``app`` and collect its whole response."""
    parts: list[bytes] = []
    start: list[tuple[int, Sequence[Header]]] = []
    unread: list[ASGIReceiveEvent] = [
        {"type": "http.request", "body": request.body, "more_body": False}
    ]

    async def receive() -> ASGIReceiveEvent:
        if unread:
            return unread.pop()
        await asyncio.Event().wait()  # the client never hangs up
        return {"type": "http.disconnect"}

    async def send(event: ASGISendEvent) -> None:
        if event["type"] == "http.response.start":
            start.append((event["status"], list(event["headers"])))
        elif event["type"] == "http.response.body":
            parts.append(event["body"])

    await app(_scope(request), receive, send)
    status, headers = start[0]
    return Response(status, headers, b"".join(parts))


def _scope(request: Request) -> HTTPScope:
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
        "headers": [(b"host", b"192.168.1.10:5000"), *request.headers],
        "client": ("192.168.1.50", 50000),
        "server": ("192.168.1.10", 5000),
        "state": ConnectionState({}),
        "extensions": {},
    }
