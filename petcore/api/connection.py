"""What an operation hears of a request and what it replies: ASGI's words, without a framework.

Names of headers are in lower case, as ASGI has them. Not here: bodies that come in. To read them
takes limits, patience and an ear for a client that hangs up, which are Quart's business.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from hypercorn.typing import ASGISendCallable, HTTPScope

Header = tuple[bytes, bytes]

JSON: Header = (b"content-type", b"application/json")
JPEG: Header = (b"content-type", b"image/jpeg")
QUIET: tuple[Header, ...] = (
    # Nothing that is said here is for keeping, for guessing what it is, or for another page.
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
)
BY_WISH: Header = (b"vary", b"Accept")
"""Of an answer that has another form for whoever prefers it."""

STOPPING = "petcore.stopping"
"""Under this name a server keeps in ASGI's state a future that is done when it is to stop, so that
answers without an end come to one. Where nobody keeps it, they go on until their client leaves.
"""


def as_text(headers: Iterable[Header]) -> list[tuple[str, str]]:
    """Headers in the words of frameworks."""
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


class Asked(NamedTuple):
    """A request, but for its route and its body. ``client`` is the address it came from."""

    method: str
    query: bytes
    headers: Iterable[Header]
    client: str = ""

    @classmethod
    def of(cls, scope: HTTPScope) -> "Asked":
        """What ASGI says of a request."""
        client = scope.get("client")
        return cls(
            scope["method"], scope["query_string"], scope["headers"], client[0] if client else ""
        )


class Reply(NamedTuple):
    """A complete answer."""

    status: int
    headers: tuple[Header, ...]
    body: bytes = b""

    async def send(self, send: ASGISendCallable) -> None:
        """Send all of it."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


def complete(status: int, kind: Header, body: bytes, *headers: Header) -> Reply:
    """The answer that says ``body``, of which kind it is, and how long."""
    return Reply(status, _headers(kind, len(body), headers), body)


@lru_cache(maxsize=1024)
def _headers(kind: Header, length: int, others: tuple[Header, ...]) -> tuple[Header, ...]:
    """Most answers are of a few lengths."""
    return kind, (b"content-length", b"%d" % length), *QUIET, *others
