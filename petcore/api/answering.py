"""Carrying out an operation and answering by what comes of it: by one thing that is complete, or
piece by piece.

Here: what happens once the door has let somebody in and the request is understood; how long that
may take, and what is closed when it is over. Not here: routes, the door, and how a request is read
(``petcore.api.document``); and what the pieces look like (``told``, ``parts``).
"""

from asyncio import Future, timeout
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, aclosing
from contextvars import ContextVar
from typing import TypeVar, cast

from pydantic import BaseModel
from quart import Response, request
from werkzeug.datastructures import Headers

from petcore.api import strict
from petcore.api.begun import rest_of
from petcore.api.connection import (
    BY_WISH,
    JPEG,
    JSON,
    QUIET,
    STOPPING,
    Asked,
    Reply,
    as_text,
    complete,
)
from petcore.api.error_shape import ErrorShape
from petcore.api.operation import Caller, Operation
from petcore.api.parts import SHOWING, Showing
from petcore.api.preferred import is_preferred
from petcore.api.told import TELLING, Telling, each
from petcore.errors import Detail, Forbidden, StoreUnavailable
from petcore.services.idempotency import Answer, Call

T = TypeVar("T")
R = TypeVar("R")

DEADLINE_S = 30
"""How long the door may take, and an operation that says nothing else."""
OPENED: ContextVar[AsyncExitStack] = ContextVar("petcore_opened")
"""What is to be closed when a request is over, however it ends."""

_OTHER_USER = (Detail(("user_id",), "must be the user of the token"),)


async def perform(
    operation: Operation[T], target: T, asked: Asked, sent: BaseModel, caller: Caller
) -> Reply:
    """The answer that is known as a whole."""
    call = _call(operation, asked, sent, caller)
    if operation.acts and asked.method == "HEAD":
        # Of what it would say nothing is known, not even the length.
        return Reply(operation.status, (JSON, *QUIET))
    return _formed(operation, asked, await operation.handler(target, sent, call))


def _formed(operation: Operation[T], asked: Asked, answer: object) -> Reply:
    """The answer as JSON, or its picture alone if that is what the client prefers."""
    if operation.picture is None:
        return complete(operation.status, JSON, operation.render(answer))
    if is_preferred(asked.headers, JPEG[1].decode(), JSON[1].decode()):
        # An operation without events has one answer.
        picture = cast("bytes", cast("Answer", answer)[operation.picture])
        return complete(operation.status, JPEG, picture, BY_WISH)
    return complete(operation.status, JSON, operation.render(answer), BY_WISH)


async def tell(
    operation: Operation[T],
    target: T,
    asked: Asked,
    sent: BaseModel,
    caller: Caller,
    shape: ErrorShape,
) -> Response:
    """The answer that begins now: its first event is known, so nothing is wrong with the request.
    All of it must be told in time, whether or not the client has listened by then.
    """
    call = _call(operation, asked, sent, caller)
    telling = Telling(lambda error: shape.reply(error).body)

    async def tell_all() -> None:
        # An operation with events answers by them.
        events = cast("AsyncIterator[object]", await operation.handler(target, sent, call))
        await each(events, lambda event: telling.say(operation.tell(event)))

    begun = telling.begin(lambda: in_time(operation, tell_all()))
    return await _begin(Reply(operation.status, TELLING), telling, begun)


async def show(
    operation: Operation[T],
    target: T,
    asked: Asked,
    sent: BaseModel,
    caller: Caller,
    shape: ErrorShape,
    require_stay: Callable[[], Awaitable[None]],
) -> Response:
    """The answer that begins now: its first picture is there. It has no end of its own, so
    ``require_stay`` is asked before each picture and raises when it is to be the end.
    """
    call, head = _call(operation, asked, sent, caller), Reply(operation.status, SHOWING)
    if asked.method == "HEAD":
        return respond(head)
    # An operation without an end answers with pictures.
    pictures = cast("AsyncGenerator[bytes, None]", await operation.handler(target, sent, call))
    showing = Showing(_for_who_may_stay(pictures, require_stay), shape.reply)
    _end_in_time(showing)
    return await _begin(head, showing, in_time(operation, showing.begin()))


async def _for_who_may_stay(
    pictures: AsyncGenerator[bytes, None], require_stay: Callable[[], Awaitable[None]]
) -> AsyncGenerator[bytes, None]:
    async with aclosing(pictures):
        async for picture in pictures:
            await require_stay()
            yield picture


async def _begin(head: Reply, body: Telling | Showing, begun: Awaitable[None]) -> Response:
    """The answer that has ``body`` once that has ``begun``. How long it gets is not known."""
    OPENED.get().push_async_callback(body.aclose)
    await begun
    response = respond(head, body)
    response.timeout = None
    return response


def _end_in_time(showing: Showing) -> None:
    """Have it end when the server stops, which waits for all answers."""
    stopping: Future[None] | None = request.scope.get("state", {}).get(STOPPING)
    if stopping is None:
        return

    def end(_: Future[None]) -> None:
        showing.end()

    stopping.add_done_callback(end)
    OPENED.get().callback(stopping.remove_done_callback, end)


def _call(operation: Operation[T], asked: Asked, sent: BaseModel, caller: Caller) -> Call:
    """What the service is told. Raises for a key that is none, and for a user who is another."""
    key = strict.parse_key(asked.headers) if operation.takes_key else None
    _require_own(sent, caller)
    return operation.call(sent, key, caller)


def in_time(operation: Operation[T], work: Coroutine[object, None, R]) -> Awaitable[R]:
    """What comes of ``work`` within the time that the operation has. Raises as ``within``."""
    return within(operation.deadline_s, operation.id, work)


async def within(seconds: float | None, what: str, work: Coroutine[object, None, R]) -> R:
    """What comes of ``work``. Raises ``StoreUnavailable`` if it takes longer; None is what is
    usual. Only a wait is timed: who is refused at the door, say, mostly waits for nothing.
    """
    try:
        awaited = work.send(None)
    except StopIteration as done:
        result: R = done.value
        return result
    seconds = seconds or DEADLINE_S
    deadline = timeout(seconds)
    try:
        async with deadline:
            return await rest_of(work, awaited)
    except TimeoutError:
        if not deadline.expired():
            raise  # it is another one, which the work itself ran into
        raise StoreUnavailable(f"{what} was not done within {seconds:g} s") from None


def _require_own(sent: BaseModel, caller: Caller) -> None:
    """Raise ``Forbidden`` if the request names a user for whom the caller cannot act."""
    if caller.user_id is None:
        return
    named = getattr(sent, "user_id", None)
    if named is not None and named != caller.user_id:
        raise Forbidden("user_id: the token belongs to another user", _OTHER_USER)


class _Complete(Response):
    """Has the headers it was given and no others."""

    automatically_set_content_length = False


def respond(reply: Reply, body: Telling | Showing | None = None) -> Response:
    """The reply in Quart's words; its body comes piece by piece if there is a ``body``."""
    return _Complete(body or reply.body, reply.status, Headers(as_text(reply.headers)))
