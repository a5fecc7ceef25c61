"""Makes a Quart app of the operations of one API document. The one path every request takes."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel
from quart import Quart, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from petcore.api import strict
from petcore.api.operation import Operation
from petcore.errors import Detail, PetcoreError

T = TypeVar("T")

_log = logging.getLogger("petcore.api")

BODY_BYTES_MAX = 16 * 1024 * 1024
RETRY_AFTER_S = 5
_OUR_FAULT = range(500, 600)
_TRY_LATER = (429, 503)

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

    def response(self, status: int, code: str, msg: str, details: tuple[Detail, ...]) -> Response:
        """The error as this document shows it."""
        response = Response(
            self.body(code, msg, details), status=status, content_type="application/json"
        )
        if status in _TRY_LATER:
            response.headers["Retry-After"] = str(RETRY_AFTER_S)
        return response


def create_document(
    name: str, operations: Iterable[Operation[T]], shape: ErrorShape, target: T
) -> Quart:
    """The app that serves ``operations`` by calling their handlers with ``target``."""
    app = Quart(name, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = BODY_BYTES_MAX
    app.url_map.merge_slashes = False
    for operation in operations:
        app.add_url_rule(
            operation.path,
            endpoint=operation.id,
            view_func=_view(operation, target),
            methods=[operation.method],
        )
    _answer_errors(app, shape)
    app.after_request(_sort_allow)
    return app


def _view(operation: Operation[T], target: T) -> Callable[..., Awaitable[Response]]:
    async def view(**path: str) -> Response:
        asked = await _parse(operation, path)
        key = strict.parse_key(request.headers) if operation.takes_key else None
        if operation.acts and request.method == "HEAD":
            return _unsaid(operation)
        answer = await operation.handler(target, asked, operation.call(asked, key))
        return _json(operation.render(answer), operation.status)

    return view


async def _parse(operation: Operation[T], path: Mapping[str, str]) -> BaseModel:
    if operation.method == "GET":
        return strict.parse_query(operation.request, request.query_string, path)
    strict.require_json(request.headers)
    return strict.parse_body(operation.request, await request.get_data(True, False, False))


def _unsaid(operation: Operation[T]) -> Response:
    """The answer to a HEAD on an operation that acts: of what it would say, nothing is known."""
    response = _json("", operation.status)
    del response.headers["Content-Length"]
    return response


def _json(body: str, status: int) -> Response:
    response = Response(body, status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _answer_errors(app: Quart, shape: ErrorShape) -> None:
    async def petcore_error(error: PetcoreError) -> Response:
        status = shape.statuses[error.code]
        if status in _OUR_FAULT:
            _log.error("%s: %s", error.code, error.message)
        return shape.response(status, error.code, error.message, error.details)

    async def http_error(error: HTTPException) -> Response:
        status = error.code or 500
        code = _HTTP_CODES.get(
            status, "internal_error" if status in _OUR_FAULT else "validation_failed"
        )
        response = shape.response(status, code, error.description or error.name, ())
        if isinstance(error, MethodNotAllowed):
            response.headers["Allow"] = ", ".join(error.valid_methods or ())
        return response

    async def unexpected(error: Exception) -> Response:
        _log.exception("unexpected error", exc_info=error)
        return shape.response(500, "internal_error", "something went wrong on our side", ())

    app.register_error_handler(PetcoreError, petcore_error)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, unexpected)


async def _sort_allow(response: Response) -> Response:
    allow = response.headers.get("Allow")
    if allow:
        response.headers["Allow"] = ", ".join(sorted(set(allow.split(", "))))
    return response
