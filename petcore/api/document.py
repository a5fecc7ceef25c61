"""Makes a Quart app of the operations of one API document. The one path every request takes.

Every operation is a view of Quart's. Those that read neither a body nor their path have no use for
what Quart does before it calls a view, so they are found by their route and answered at once.
"""

from asyncio import timeout
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from contextvars import ContextVar
from typing import TypeVar, cast

from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope, Scope
from pydantic import BaseModel
from quart import Quart, Response, g, request
from quart.wrappers import BaseRequestWebsocket
from werkzeug.datastructures import Headers
from werkzeug.routing import MapAdapter

from petcore.api import strict
from petcore.api.bodies import Bodies
from petcore.api.connection import JSON, QUIET, Asked, Reply, as_text, json_reply
from petcore.api.entrance import visitor
from petcore.api.error_shape import ErrorShape
from petcore.api.operation import Caller, Operation
from petcore.api.told import TELLING, Telling, each
from petcore.errors import (
    Detail,
    Forbidden,
    StoreUnavailable,
)
from petcore.services.door import Door
from petcore.services.idempotency import Call

T = TypeVar("T")
R = TypeVar("R")

BODY_S = 15
"""How long a client may take to send a body, where an operation says nothing else."""
DEADLINE_S = 30
"""How long the door may take, and an operation that says nothing else."""
_OTHER_USER = (Detail(("user_id",), "must be the user of the token"),)
_OPENED: ContextVar[AsyncExitStack] = ContextVar("petcore_opened")
"""What is to be closed when a request is over, however it ends."""


class Document(Quart):
    """The app of one API document. ``at_once`` answers requests by method and path."""

    def __init__(self, name: str) -> None:
        super().__init__(name, static_folder=None)
        self.url_map.merge_slashes = False
        self.at_once: dict[tuple[str, str], Callable[[Asked], Awaitable[Reply]]] = {}

    async def asgi_app(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer at once if that can be, else as Quart does."""
        answer = self._at_once(scope) if scope["type"] == "http" else None
        if answer is None:
            async with AsyncExitStack() as opened:
                _OPENED.set(opened)
                await super().asgi_app(scope, receive, send)
        else:
            await (await answer).send(send)

    def _at_once(self, scope: HTTPScope) -> Awaitable[Reply] | None:
        answer = self.at_once.get((scope["method"], scope["path"]))
        if answer is None or scope.get("root_path"):
            return None
        return answer(Asked.of(scope))

    def create_url_adapter(self, request: BaseRequestWebsocket | None) -> MapAdapter | None:
        """A route is path and method: of host and query, which may be any bytes, nothing is read.

        Without a request there is no route; that is for apps that know their address.
        """
        if request is None:
            return None
        return self.url_map.bind("localhost", path_info=request.path, default_method=request.method)


def create_document(
    name: str, operations: Sequence[Operation[T]], shape: ErrorShape, target: T, door: Door
) -> Quart:
    """The app that serves ``operations`` by calling their handlers with ``target``, to whom the
    ``door`` lets in.
    """
    app, bodies = Document(name), Bodies()
    app.config["MAX_CONTENT_LENGTH"] = max(operation.body_max for operation in operations)
    app.before_request(_admitting(door, operations))
    for operation in operations:
        app.add_url_rule(
            operation.path,
            endpoint=operation.id,
            view_func=_view(operation, target, shape, bodies),
            methods=[operation.method],
        )
        if operation.method == "GET" and "<" not in operation.path:
            answer = _answering(operation, target, shape, door)
            app.at_once |= {(method, operation.path): answer for method in ("GET", "HEAD")}
    app.register_error_handler(Exception, _error_handler(shape))
    app.after_request(_sort_allow)
    return app


def _answering(
    operation: Operation[T], target: T, shape: ErrorShape, door: Door
) -> Callable[[Asked], Awaitable[Reply]]:
    async def serve(asked: Asked) -> Reply:
        caller = await _admit(door, asked, is_public=operation.is_public)
        sent = strict.parse_query(operation.request, asked.query, {})
        return await _perform(operation, target, asked, sent, caller)

    async def answer(asked: Asked) -> Reply:
        try:
            return await _in_time(operation, serve(asked))
        except Exception as error:  # noqa: BLE001 -- there is nobody else to answer it
            return shape.reply(error)

    return answer


def _admitting(door: Door, operations: Sequence[Operation[T]]) -> Callable[[], Awaitable[None]]:
    """Asks the door before Quart does anything else, also where there is no operation."""
    public = {operation.id for operation in operations if operation.is_public}

    async def admit() -> None:
        g.asked = Asked.of(cast("HTTPScope", request.scope))
        admitted = _admit(door, g.asked, is_public=request.endpoint in public)
        g.caller = await _within(DEADLINE_S, "the door", admitted)

    return admit


async def _admit(door: Door, asked: Asked, *, is_public: bool) -> Caller:
    return Caller(await door.enter(visitor(asked), is_public=is_public), asked.client)


def _view(
    operation: Operation[T], target: T, shape: ErrorShape, bodies: Bodies
) -> Callable[..., Awaitable[Response]]:
    async def view(**path: str) -> Response:
        sent = await _parse(operation, g.asked, path, bodies)
        if operation.events:
            return await _tell(operation, target, g.asked, sent, g.caller, shape)
        done = _perform(operation, target, g.asked, sent, g.caller)
        return _response(await _in_time(operation, done))

    return view


async def _parse(
    operation: Operation[T], asked: Asked, path: Mapping[str, str], bodies: Bodies
) -> BaseModel:
    if operation.method != "POST":
        return strict.parse_query(operation.request, asked.query, path)
    strict.require_json(asked.headers)
    return strict.parse_body(
        operation.request, await bodies.read(operation.body_max, operation.body_s or BODY_S)
    )


async def _perform(
    operation: Operation[T], target: T, asked: Asked, sent: BaseModel, caller: Caller
) -> Reply:
    call = _call(operation, asked, sent, caller)
    if operation.acts and asked.method == "HEAD":
        # Of what it would say nothing is known, not even the length.
        return Reply(operation.status, (JSON, *QUIET))
    answer = await operation.handler(target, sent, call)
    return json_reply(operation.status, operation.render(answer))


async def _tell(
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
    _OPENED.get().push_async_callback(telling.aclose)

    async def tell() -> None:
        # An operation with events answers by them.
        events = cast("AsyncIterator[object]", await operation.handler(target, sent, call))
        await each(events, lambda event: telling.say(operation.tell(event)))

    await telling.begin(lambda: _in_time(operation, tell()))
    response = _response(Reply(operation.status, TELLING), telling)
    response.timeout = None
    return response


def _call(operation: Operation[T], asked: Asked, sent: BaseModel, caller: Caller) -> Call:
    """What the service is told. Raises for a key that is none, and for a user who is another."""
    key = strict.parse_key(asked.headers) if operation.takes_key else None
    _require_own(sent, caller)
    return operation.call(sent, key, caller)


def _in_time(operation: Operation[T], work: Awaitable[R]) -> Awaitable[R]:
    return _within(operation.deadline_s or DEADLINE_S, operation.id, work)


async def _within(seconds: float, what: str, work: Awaitable[R]) -> R:
    """What comes of ``work``. Raises ``StoreUnavailable`` if it takes too long."""
    deadline = timeout(seconds)
    try:
        async with deadline:
            return await work
    except TimeoutError:
        if not deadline.expired():
            raise  # it is another one, which the work itself ran into
        raise StoreUnavailable(f"{what} was not done within {seconds:g} s") from None


def _require_own(sent: BaseModel, caller: Caller) -> None:
    """Raise ``Forbidden`` if the request names a user for whom the caller cannot act."""
    named = getattr(sent, "user_id", None)
    if caller.user_id is not None and named is not None and named != caller.user_id:
        raise Forbidden("user_id: the token belongs to another user", _OTHER_USER)


def _error_handler(shape: ErrorShape) -> Callable[[Exception], Awaitable[Response]]:
    async def handle(error: Exception) -> Response:
        return _response(shape.reply(error))

    return handle


class _Complete(Response):
    """Has the headers it was given and no others."""

    automatically_set_content_length = False


def _response(reply: Reply, telling: Telling | None = None) -> Response:
    return _Complete(telling or reply.body, reply.status, Headers(as_text(reply.headers)))


async def _sort_allow(response: Response) -> Response:
    allow = response.headers.get("Allow")
    if allow:
        response.headers["Allow"] = ", ".join(sorted(set(allow.split(", "))))
        # Quart itself answers OPTIONS.
        response.headers.update(as_text(QUIET))
    return response
