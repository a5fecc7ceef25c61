"""Makes a Quart app of the operations of one API document. The one path every request takes.

Here: how an operation is found, the door before it, and how the request is read. Not here: what is
done then, and how it is answered (``petcore.api.answering``).

Every operation is a view of Quart's. Those that read neither a body nor their path have no use for
what Quart does before it calls a view, so they are found by their route and answered at once; but
for answers without an end, since it is Quart that hears when a client has gone.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import TypeVar, cast

from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope, Scope
from pydantic import BaseModel
from quart import Quart, Response, g, request
from quart.wrappers import BaseRequestWebsocket
from werkzeug.routing import MapAdapter

from petcore.api import strict
from petcore.api.answering import OPENED, in_time, perform, respond, show, tell, within
from petcore.api.bodies import Bodies
from petcore.api.connection import QUIET, Asked, Reply, as_text
from petcore.api.entrance import visitor
from petcore.api.error_shape import ErrorShape
from petcore.api.operation import Caller, Operation
from petcore.services.door import Door

T = TypeVar("T")

BODY_S = 15
"""How long a client may take to send a body, where an operation says nothing else."""


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
                OPENED.set(opened)
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
            view_func=_view(operation, target, shape, bodies, door),
            methods=[operation.method],
        )
        if operation.method == "GET" and "<" not in operation.path and not operation.is_endless:
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
        return await perform(operation, target, asked, sent, caller)

    async def answer(asked: Asked) -> Reply:
        try:
            return await in_time(operation, serve(asked))
        except Exception as error:  # noqa: BLE001 -- there is nobody else to answer it
            return shape.reply(error)

    return answer


def _admitting(door: Door, operations: Sequence[Operation[T]]) -> Callable[[], Awaitable[None]]:
    """Asks the door before Quart does anything else, also where there is no operation."""
    public = {operation.id for operation in operations if operation.is_public}

    async def admit() -> None:
        g.asked = Asked.of(cast("HTTPScope", request.scope))
        admitted = _admit(door, g.asked, is_public=request.endpoint in public)
        g.caller = await within(None, "the door", admitted)

    return admit


async def _admit(door: Door, asked: Asked, *, is_public: bool) -> Caller:
    return Caller(await door.enter(visitor(asked), is_public=is_public), asked.client)


def _view(
    operation: Operation[T], target: T, shape: ErrorShape, bodies: Bodies, door: Door
) -> Callable[..., Awaitable[Response]]:
    async def view(**path: str) -> Response:
        sent = await _parse(operation, g.asked, path, bodies)
        if operation.events:
            return await tell(operation, target, g.asked, sent, g.caller, shape)
        if operation.is_endless:
            stay = door.stay(visitor(g.asked))
            return await show(operation, target, g.asked, sent, g.caller, shape, stay.require)
        done = perform(operation, target, g.asked, sent, g.caller)
        return respond(await in_time(operation, done))

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


def _error_handler(shape: ErrorShape) -> Callable[[Exception], Awaitable[Response]]:
    async def handle(error: Exception) -> Response:
        return respond(shape.reply(error))

    return handle


async def _sort_allow(response: Response) -> Response:
    allow = response.headers.get("Allow")
    if allow:
        response.headers["Allow"] = ", ".join(sorted(set(allow.split(", "))))
        # Quart itself answers OPTIONS.
        response.headers.update(as_text(QUIET))
    return response
