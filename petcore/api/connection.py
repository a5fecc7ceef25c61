"""What an operation hears of a request and what it replies: ASGI's words, without a framework.

Names of headers are in lower case, as ASGI has them. Not here: bodies that come in. To read them
takes limits, patience and an ear for a client that hangs up, which are Quart's business.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hypercorn.typing import ASGISendCallable

Header = tuple[bytes, bytes]

JSON: Header = (b"content-type", b"application/json")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, but for its route and its body."""

    method: str
    query: bytes
    headers: Iterable[Header]


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer."""

    status: int
    headers: tuple[Header, ...]
    body: bytes = b""

    async def send(self, send: ASGISendCallable) -> None:
        """Send all of it."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


def json_reply(status: int, body: str, *headers: Header) -> Reply:
    """The answer that says ``body``, and how long it is."""
    raw = body.encode()
    return Reply(status, (JSON, (b"content-length", b"%d" % len(raw)), *headers), raw)
