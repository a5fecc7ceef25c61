"""Answers that are told while they happen: server-sent events, one after the other.

Here: how an event is written, and how it gets from who tells to who listens. Not here: which events
there are (the sections of a document), and how long telling may take (``petcore.api.answering``).
"""

from asyncio import CancelledError, Queue, Task, create_task, wait
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Self, TypeVar, cast

from pydantic import BaseModel

from petcore.api.connection import QUIET, Header
from petcore.services.idempotency import Answer

E = TypeVar("E")

TELLING: tuple[Header, ...] = ((b"content-type", b"text/event-stream"), *QUIET)
"""The headers of such an answer. How long it gets is not known before."""
ERROR = "error"


@dataclass(frozen=True, slots=True)
class Told:
    """How events of one class are told: under which name, and by which model what they say is
    checked. One of them may be told in several ``parts``, or not at all.
    """

    kind: type
    name: str
    model: type[BaseModel]
    parts: Callable[[object], Iterable[Answer]]

    def render(self, event: object) -> list[bytes]:
        """The event as it is sent, part by part."""
        return [
            written(self.name, self.model.model_validate(part).model_dump_json().encode())
            for part in self.parts(event)
        ]


def told(
    kind: type[E], name: str, model: type[BaseModel], parts: Callable[[E], Iterable[Answer]]
) -> Told:
    """A row of the table that an operation tells by."""
    # It meets events of its own class only.
    return Told(kind, name, model, cast("Callable[[object], Iterable[Answer]]", parts))


def written(name: str, line: bytes) -> bytes:
    """One event; ``line`` is JSON without line breaks."""
    return b"event: %b\ndata: %b\n\n" % (name.encode(), line)


class Telling:
    """What is told, piece by piece. Whoever tells does not wait for whoever listens: a slow client
    holds nobody up but himself. It ends with an error, worded by ``word``, if telling does.

    Close it, however far it was listened to: then nothing more is told.
    """

    def __init__(self, word: Callable[[Exception], bytes]) -> None:
        self._word = word
        self._said: Queue[bytes | Exception | None] = Queue()
        self._next: bytes | None = None
        self._telling: Task[None] | None = None
        self._is_over = False

    def say(self, pieces: Iterable[bytes]) -> None:
        """Have them sent after all that was said before."""
        for piece in pieces:
            self._said.put_nowait(piece)

    async def begin(self, telling: Callable[[], Awaitable[None]]) -> None:
        """Let ``telling`` run, which says what there is to say, and wait until something is said.
        Raises what it raises before that.
        """
        self._telling = create_task(self._run(telling))
        first = await self._said.get()
        if isinstance(first, Exception):
            raise first
        if first is None:
            raise RuntimeError("nothing was told")
        self._next = first

    async def _run(self, telling: Callable[[], Awaitable[None]]) -> None:
        try:
            await telling()
        except CancelledError:
            # If it was not by ``aclose``, somebody listens yet.
            self._said.put_nowait(RuntimeError("it was broken off"))
            raise
        except Exception as error:  # noqa: BLE001 -- whoever listens hears of it
            self._said.put_nowait(error)
        else:
            self._said.put_nowait(None)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        piece, self._next = self._next, None
        if piece is not None:
            return piece
        said = None if self._is_over else await self._said.get()
        if said is None:
            self._is_over = True
            raise StopAsyncIteration
        if isinstance(said, Exception):
            self._is_over = True
            return written(ERROR, self._word(said))
        return said

    async def aclose(self) -> None:
        """Have no more told, and wait until nobody tells. Closing twice is allowed."""
        self._is_over, self._next = True, None
        if self._telling is not None:
            self._telling.cancel()
            await wait([self._telling])


async def each(events: AsyncIterator[object], tell: Callable[[object], None]) -> None:
    """Have every one of the events told, and close what they come from, however it ends."""
    try:
        async for event in events:
            tell(event)
    finally:
        if isinstance(events, AsyncGenerator):
            await events.aclose()
