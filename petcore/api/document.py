"""Makes a Quart app of the operations of one API document. The one path every request takes.

Every operation is a view of Quart's. Those that read neither a body nor their path have no use for
what Quart does before it calls a view, so they are found by their route and answered at once.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope, Scope
from pydantic import BaseModel
from quart import Quart, Response, request
from quart.wrappers import BaseRequestWebsocket
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import MapAdapter

from petcore.api import strict
from petcore.api.connection import JSON, Asked, Header, Reply, json_reply
from petcore.api.operation import Operation
from petcore.errors import Detail, PetcoreError

T = TypeVar("T")

_log = logging.getLogger("petcore.api")

BODY_BYTES_MAX = 16 * 1024 * 1024
RETRY_AFTER_S = 5
_OUR_FAULT = range(500, 600)
_TRY_LATER = (429, 503)
_RETRY_AFTER: Header = (b"retry-after", b"%d" % RETRY_AFTER_S)
_NO_STORE: Header = (b"cache-control", b"no-store")

_HTTP_CODES = {
    404: "not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    413: "payload_too_large",
    415: "unsupported_media_type",
}


@dataclass(frozen=True, slots=True)
class ErrorShape:
    """How a document words an error: its statuses by code, and its body."""

    statuses: Mapping[str, int]
    body: Callable[[str, str, tuple[Detail, ...]], str]

    def reply(self, error: Exception) -> Reply:
        """What the client hears of ``error``. What is our fault is logged."""
        if isinstance(error, PetcoreError):
            return self._petcore_error(error)
        if isinstance(error, HTTPException):
            return self._http_error(error)
        _log.exception("unexpected error", exc_info=error)
        return self._worded(500, "internal_error", "something went wrong on our side")

    def _petcore_error(self, error: PetcoreError) -> Reply:
        status = self.statuses[error.code]
        if status in _OUR_FAULT:
            _log.error("%s: %s", error.code, error.message)
        return self._worded(status, error.code, error.message, error.details)

    def _http_error(self, error: HTTPException) -> Reply:
        status = error.code or 500
        code = _HTTP_CODES.get(
            status, "internal_error" if status in _OUR_FAULT else "validation_failed"
        )
        return self._worded(status, code, error.description or error.name, (), *_allow(error))

    def _worded(
        self,
        status: int,
        code: str,
        message: str,
        details: tuple[Detail, ...] = (),
        *headers: Header,
    ) -> Reply:
        if status in _TRY_LATER:
            headers = (*headers, _RETRY_AFTER)
        return json_reply(status, self.body(code, message, details), *headers)


class Document(Quart):
    """The app of one API document. ``at_once`` answers requests by method and path."""

    def __init__(self, name: str) -> None:
        super().__init__(name, static_folder=None)
        self.config["MAX_CONTENT_LENGTH"] = BODY_BYTES_MAX
        self.url_map.merge_slashes = False
        self.at_once: dict[tuple[str, str], Callable[[Asked], Awaitable[Reply]]] = {}

    async def asgi_app(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer at once if that can be, else as Quart does."""
        answer = self._at_once(scope) if scope["type"] == "http" else None
        if answer is None:
            await super().asgi_app(scope, receive, send)
        else:
            await (await answer).send(send)

    def _at_once(self, scope: HTTPScope) -> Awaitable[Reply] | None:
        answer = self.at_once.get((scope["method"], scope["path"]))
        if answer is None or scope.get("root_path"):
            return None
        return answer(Asked(scope["method"], scope["query_string"], scope["headers"]))

    def create_url_adapter(self, request: BaseRequestWebsocket | None) -> MapAdapter | None:
        """A route is path and method: of host and query, which may be any bytes, nothing is read.

        Without a request there is no route; that is for apps that know their address.
        """
        if request is None:
            return None
        return self.url_map.bind("localhost", path_info=request.path, default_method=request.method)


def create_document(
    name: str, operations: Iterable[Operation[T]], shape: ErrorShape, target: T
) -> Quart:
    """The app that serves ``operations`` by calling their handlers with ``target``."""
    app = Document(name)
    for operation in operations:
        app.add_url_rule(
            operation.path,
            endpoint=operation.id,
            view_func=_view(operation, target),
            methods=[operation.method],
        )
        if operation.method == "GET" and "<" not in operation.path:
            answer = _answering(operation, target, shape)
            app.at_once |= {(method, operation.path): answer for method in ("GET", "HEAD")}
    app.register_error_handler(Exception, _error_handler(shape))
    app.after_request(_sort_allow)
    return app


def _answering(
    operation: Operation[T], target: T, shape: ErrorShape
) -> Callable[[Asked], Awaitable[Reply]]:
    async def answer(asked: Asked) -> Reply:
        try:
            sent = strict.parse_query(operation.request, asked.query, {})
            return await _perform(operation, target, asked, sent)
        except Exception as error:  # noqa: BLE001 -- there is nobody else to answer it
            return shape.reply(error)

    return answer


def _view(operation: Operation[T], target: T) -> Callable[..., Awaitable[Response]]:
    async def view(**path: str) -> Response:
        asked = Asked(request.method, request.query_string, request.scope["headers"])
        sent = await _parse(operation, asked, path)
        return _response(await _perform(operation, target, asked, sent))

    return view


async def _parse(operation: Operation[T], asked: Asked, path: Mapping[str, str]) -> BaseModel:
    if operation.method == "GET":
        return strict.parse_query(operation.request, asked.query, path)
    strict.require_json(asked.headers)
    return strict.parse_body(operation.request, await request.get_data(True, False, False))


async def _perform(operation: Operation[T], target: T, asked: Asked, sent: BaseModel) -> Reply:
    key = strict.parse_key(asked.headers) if operation.takes_key else None
    if operation.acts and asked.method == "HEAD":
        # Of what it would say nothing is known, not even the length.
        return Reply(operation.status, (JSON, _NO_STORE))
    answer = await operation.handler(target, sent, operation.call(sent, key))
    return json_reply(operation.status, operation.render(answer), _NO_STORE)


def _error_handler(shape: ErrorShape) -> Callable[[Exception], Awaitable[Response]]:
    async def handle(error: Exception) -> Response:
        return _response(shape.reply(error))

    return handle


class _Complete(Response):
    """Has the headers it was given and no others."""

    automatically_set_content_length = False


def _response(reply: Reply) -> Response:
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in reply.headers]
    return _Complete(reply.body, reply.status, Headers(headers))


def _allow(error: HTTPException) -> tuple[Header, ...]:
    if not isinstance(error, MethodNotAllowed):
        return ()
    return ((b"allow", ", ".join(error.valid_methods or ()).encode()),)


async def _sort_allow(response: Response) -> Response:
    allow = response.headers.get("Allow")
    if allow:
        response.headers["Allow"] = ", ".join(sorted(set(allow.split(", "))))
    return response
