"""A server of its own for a test: in this process, watched, with a fresh store.

``PETCORE_TEST_STORE`` says of which kind (``tests/stores.py``); without it, the store is memory.
``PETCORE_TEST_DOOR`` says whether its door is ``open``, as without it, or ``locked``; then every
request gets a token (``tests/contracts/tokens.py``).
Requests go in as raw bytes, as they would come from a socket, so that nothing on the way corrects
them. Time is a ``HandClock``, and ids come from a seed.
"""

import asyncio
import json
import os
from collections.abc import Coroutine, Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from types import TracebackType
from typing import Any, Self, TypeVar, cast
from urllib.parse import unquote

from hypercorn.typing import ASGIFramework, ASGIReceiveEvent, ASGISendEvent, HTTPScope

from petcore.adapters.entropy_seeded import SeededEntropy
from petcore.app import create_app
from petcore.ports.clock import Clock
from petcore.ports.entropy import Entropy
from petcore.ports.eyes import Eyes
from petcore.ports.faculties import Faculties
from petcore.ports.store import Query, Store
from petcore.services.collections import COLLECTIONS
from petcore.services.outbox import OUTBOX_INDEX, Document
from petcore.settings import default_settings
from petcore.wiring import wire
from tests.contracts.contract import JSON_TYPE
from tests.contracts.sight import eyes as eyes_of_twins
from tests.contracts.talk import twins
from tests.contracts.tokens import Tokens
from tests.contracts.watch import Answer, Watch
from tests.stores import fresh_store

KIND = os.environ.get("PETCORE_TEST_STORE", "memory")
DOOR = os.environ.get("PETCORE_TEST_DOOR", "open")

# With a lock the cameras are for nobody who is not named; the gates ask for many users.
_USUAL: Mapping[str, object] = {"requests_per_min": 0, "webcam_users": ("*",)}
_GIVES_TOKENS = {"open": False, "locked": True}

START = datetime(2026, 2, 28, 18, 0, tzinfo=UTC)
Headers = Iterable[tuple[str, str]]
T = TypeVar("T")


class HandClock:
    """A clock that stands still unless a test moves its hands."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now

    def now(self) -> datetime:
        """The instant it shows."""
        return self._now

    def move(self, by: timedelta) -> None:
        """Let time pass."""
        self._now += by


@dataclass(frozen=True)
class Reply:
    """The answer to a request."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


class Served:
    """The server. Close it, or use it in ``with``. What is given replaces clock, ids, store or how
    it talks and sees (which is by twins), and of ``settings`` those that are named. Who names the
    ``door`` brings the tokens himself. After ``patience_s`` seconds it closes no matter what is
    under way.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        entropy: Entropy | None = None,
        store: Store | None = None,
        faculties: Faculties | None = None,
        eyes: Eyes | None = None,
        patience_s: float | None = None,
        **settings: object,
    ) -> None:
        self._patience_s = patience_s
        self.clock = HandClock()
        self._held = ExitStack()
        self.services = wire(
            default_settings(**{"door": DOOR, **_USUAL, **settings}),
            clock=clock or self.clock,
            entropy=entropy or SeededEntropy(Random(1)),
            store=store or self._held.enter_context(fresh_store(KIND)),
            faculties=faculties or twins(),
            eyes=eyes or eyes_of_twins(),
        )
        self._tokens = Tokens(create_app(self.services), self.services)
        gives_tokens = _GIVES_TOKENS[DOOR] and "door" not in settings
        self.app = Watch(self._tokens if gives_tokens else self._tokens.app)
        self._runner = asyncio.Runner()
        self._runner.run(self.services.open())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of store and loop."""
        with self._held:
            self._runner.run(self._close())
            self._runner.close()

    async def _close(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience_s):
                await self.services.close()

    def ask(
        self, method: str, target: str, body: bytes | None = None, headers: Headers = ()
    ) -> Reply:
        """Send a request as it stands; ``target`` is path and query, percent-encoded or not."""
        return self._runner.run(ask(self.app, method, target, body or b"", headers))

    def get(self, target: str, key: str | None = None) -> Reply:
        """GET ``target``."""
        return self.ask("GET", target, headers=_key(key))

    def post(self, path: str, sent: object, key: str | None = None) -> Reply:
        """POST ``sent`` as JSON."""
        body = json.dumps(sent).encode()
        return self.ask("POST", path, body, [("content-type", JSON_TYPE), *_key(key)])

    def dump(self) -> dict[str, list[Any]]:
        """Everything that is stored, but for the devices that are only there to have tokens."""
        return self._runner.run(self._dump())

    def token_of(self, user: str) -> str:
        """A token of the user; the same whenever it is asked for."""
        return self.run(self._tokens.of(user))

    def run(self, doing: Coroutine[None, None, T]) -> T:
        """What comes of ``doing``, which uses the services themselves."""
        return self._runner.run(doing)

    def unsettled(self) -> list[Document]:
        """Documents that still carry another write."""
        return self._runner.run(self._unsettled())

    async def _dump(self) -> dict[str, list[Any]]:
        held = await asyncio.gather(
            *(self.services.store.find(Query(each)) for each in COLLECTIONS)
        )
        return {
            collection.name: [
                document
                for document in documents
                if document.get("name") not in self._tokens.devices
            ]
            for collection, documents in zip(COLLECTIONS, held, strict=True)
        }

    async def _unsettled(self) -> list[Document]:
        waiting = (
            self.services.store.find(Query(collection, order="outbox_len", at_least=1))
            for collection in COLLECTIONS
            if OUTBOX_INDEX in collection.indexes
        )
        return [document for found in await asyncio.gather(*waiting) for document in found]


async def ask(
    app: ASGIFramework, method: str, target: str, body: bytes = b"", headers: Headers = ()
) -> Reply:
    """Send a request to ``app`` as it stands, from within an event loop."""
    answer = Answer()
    incoming: list[ASGIReceiveEvent] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> ASGIReceiveEvent:
        if not incoming:
            await asyncio.Event().wait()
        return incoming.pop()

    async def send(event: ASGISendEvent) -> None:
        answer.take(event)

    await app(scope_of(method, target, body, headers), receive, send)
    return Reply(answer.status, answer.headers, answer.body)


def scope_of(method: str, target: str, body: bytes, headers: Headers) -> HTTPScope:
    """What an ASGI server says of a request."""
    path, _, query = target.partition("?")
    given = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    host = [] if any(name == b"host" for name, _ in given) else [(b"host", b"localhost")]
    if body:
        given.append((b"content-length", str(len(body)).encode()))
    return cast(
        "HTTPScope",
        {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode("latin-1"),
            "root_path": "",
            "headers": [*host, *given],
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 5000),
            "extensions": {},
            "state": {},
        },
    )


def _key(key: str | None) -> Headers:
    return () if key is None else [("idempotency-key", key)]
