"""A document of its own with operations that tell and show, and a client who listens to them.

Here: a story that can be stopped anywhere, and all that a client can do meanwhile. Not here: any
opinion about it.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Annotated, Self, cast

from hypercorn.typing import ASGIFramework, ASGIReceiveEvent, ASGISendEvent
from pydantic import Field
from quart import Quart

from petcore.api.connection import STOPPING
from petcore.api.desktop_pet.errors import SHAPE
from petcore.api.document import create_document
from petcore.api.operation import Section
from petcore.api.told import told
from petcore.api.wire import Model, UserRequest
from petcore.services.door import Door
from petcore.services.idempotency import Answer, Call
from tests.contracts.contract import JSON_TYPE
from tests.contracts.events import read_events
from tests.contracts.served import scope_of

TELL, SHOW, FORGET = "/tell", "/show", "/forget"
_BODY = b'{"user_id":"audrey"}'
PATIENCE_S = 30
"""A test that waits for longer waits for ever."""


@dataclass(frozen=True)
class Began:
    """The first event."""

    word: str


@dataclass(frozen=True)
class Went:
    """An event that is told in parts of two letters."""

    letters: str


@dataclass(frozen=True)
class Ended:
    """The last event."""

    count: int


class WordEvent(Model):
    """A word."""

    word: str


class EndEvent(Model):
    """A number."""

    count: Annotated[int, Field(ge=0)]


def _pairs(event: Went) -> Iterator[Answer]:
    for at in range(0, len(event.letters), 2):
        yield {"word": event.letters[at : at + 2]}


class Teller:
    """Tells its ``steps``: events, faults, and things to wait for. ``calls`` are those who asked;
    ``closed`` counts the stories that were brought to their end, told or not. ``waits`` is set when
    it waits, ``over`` when it is done.
    """

    def __init__(self, *steps: object) -> None:
        self._steps = steps
        self.calls: list[Call] = []
        self.forgot: list[str] = []
        self.told = 0
        self.closed = 0
        self.waits = asyncio.Event()
        self.over = asyncio.Event()

    async def tell(self, call: Call) -> AsyncGenerator[object, None]:
        """The story."""
        self.calls.append(call)
        try:
            for step in self._steps:
                if isinstance(step, asyncio.Event):
                    self.waits.set()
                    await step.wait()
                elif isinstance(step, BaseException):
                    raise step
                else:
                    self.told += 1
                    yield step
        finally:
            # To close takes its time, and whoever closes has to wait for it.
            for _ in range(50):
                await asyncio.sleep(0)
            self.closed += 1
            self.over.set()


_section = Section[Teller]()


@_section.stream(
    TELL,
    request=UserRequest,
    events=(
        told(Began, "began", WordEvent, lambda event: [{"word": event.word}]),
        told(Went, "went", WordEvent, _pairs),
        told(Ended, "ended", EndEvent, lambda event: [{"count": event.count}]),
    ),
)
async def tell_it(teller: Teller, request: UserRequest, call: Call) -> AsyncGenerator[object, None]:
    """Tell."""
    return teller.tell(call)


@_section.show(SHOW, request=UserRequest)
async def show_it(teller: Teller, request: UserRequest, call: Call) -> AsyncGenerator[bytes, None]:
    """Show."""
    return cast("AsyncGenerator[bytes, None]", teller.tell(call))


@_section.delete(FORGET, request=UserRequest, response=EndEvent)
async def forget_it(teller: Teller, request: UserRequest, call: Call) -> Answer:
    """Forget."""
    teller.forgot.append(request.user_id)
    return {"count": len(teller.forgot)}


def document(
    teller: Teller, door: Door, *, body_s: float | None = None, deadline_s: float | None = None
) -> Quart:
    """Its document, with these limits of its operations."""
    operations = [
        replace(each, body_s=body_s, deadline_s=deadline_s) for each in _section.operations
    ]
    return create_document("teller", operations, SHAPE, teller, door)


class Listener:
    """A client who asks for the story, or with ``shows`` to see it, by a ``token`` if it has one;
    its body comes ``late_s`` seconds after the head. It hears each piece by itself; while ``hears``
    is not set, whoever sends to it waits. The server that it asks stops when ``stopping`` is done.
    """

    def __init__(
        self,
        app: ASGIFramework,
        late_s: float = 0,
        *,
        shows: bool = False,
        token: str | None = None,
        stopping: "asyncio.Future[None] | None" = None,
    ) -> None:
        self._app = app
        self._scope = scope_of("POST", TELL, _BODY, [("content-type", JSON_TYPE)])
        if shows:
            bearer = [("authorization", f"Bearer {token}")] if token else []
            self._scope = scope_of("GET", f"{SHOW}?user_id=audrey", b"", bearer)
        if stopping is not None:
            self._scope["state"][STOPPING] = stopping
        self._late_s = late_s
        self._gone = asyncio.Event()
        self._pieces: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.hears = asyncio.Event()
        self.hears.set()
        self.status = 0
        self.headers: Sequence[tuple[bytes, bytes]] = ()
        self.body = b""

    async def __aenter__(self) -> Self:
        self._asked = asyncio.create_task(self._ask())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.hang_up()

    @property
    def events(self) -> list[tuple[str, object]]:
        """What it has heard."""
        return [(name, json.loads(data)) for name, data in read_events(self.body)]

    async def next(self) -> bytes:
        """The next piece; "" if there is none any more."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._pieces.get() or b""

    async def all(self) -> None:
        """Listen to the end."""
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.shield(self._asked)

    async def hang_up(self) -> None:
        """Leave, and wait until the server has noticed."""
        self._gone.set()
        await self.all()

    async def _ask(self) -> None:
        body: list[ASGIReceiveEvent] = [{"type": "http.request", "body": _BODY, "more_body": False}]

        async def receive() -> ASGIReceiveEvent:
            if body:
                await asyncio.sleep(self._late_s)
                return body.pop()
            await self._gone.wait()
            return {"type": "http.disconnect"}

        await self._app(self._scope, receive, self._hear)
        self._pieces.put_nowait(None)

    async def _hear(self, event: ASGISendEvent) -> None:
        if event["type"] == "http.response.start":
            self.status, self.headers = event["status"], list(event["headers"])
        await self.hears.wait()
        if event["type"] == "http.response.body" and event["body"]:
            self.body += event["body"]
            self._pieces.put_nowait(event["body"])
