"""The ASGI app: each API document's Quart app, composed on one port, and the line that the log
gets of every request.
"""

import logging
from collections.abc import Collection
from itertools import count
from typing import TYPE_CHECKING, cast

from hypercorn.typing import (
    ASGIFramework,
    ASGIReceiveCallable,
    ASGISendCallable,
    ASGISendEvent,
    HTTPScope,
    Scope,
)

from petcore.api import desktop_pet, platform
from petcore.api.composer import Composer, Wrap, as_it_is
from petcore.api.connection import QUIET, as_text
from petcore.errors import PetcoreError
from petcore.ports.clock import Clock
from petcore.ports.log import REQUEST_ID
from petcore.services import Services

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from starlette.responses import Response
    from starlette.types import ASGIApp

_log = logging.getLogger("petcore.request")
_paths = logging.getLogger("petcore.path")

SENT_BY_PAGES = ("Authorization", "Content-Type", "Firmware-Version", "Idempotency-Key")
"""The headers that a page of a configured origin may send."""
READ_BY_PAGES = ("Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
"""The headers of an answer that it may read."""
_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "POST")
_NAMED = frozenset((*_METHODS, "CONNECT", "PATCH", "PUT", "TRACE"))
_SHOWN_MAX = 200
_TOO_MANY = 429


def create_app(services: Services, cors_origins: Collection[str] = ()) -> ASGIFramework:
    """The app that serves all documents with ``services``; ASGI lifespan opens and closes them.
    Pages of ``cors_origins`` may read what it answers, those of no other.
    """
    composer = Composer(
        [
            desktop_pet.create(services.desktop_pet, services.door),
            platform.create(services.platform, services.door),
        ],
        _sharing(cors_origins) if cors_origins else as_it_is,
    )
    numbers = count(1)

    async def app(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] == "lifespan":
            await _live(services, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000, "reason": None})
        elif not _log.isEnabledFor(logging.INFO):
            await composer.serve(scope, receive, send)
        else:
            REQUEST_ID.set(next(numbers))
            await _serve_logged(composer, services.clock, scope, receive, send)

    return app


def _sharing(origins: Collection[str]) -> Wrap:
    # Few share anything; only they wait for the import.
    from starlette.middleware.cors import CORSMiddleware  # noqa: PLC0415

    class Sharing(CORSMiddleware):
        """Answers what browsers ask before they ask, as quietly as all else is answered."""

        def preflight_response(self, request_headers: "Headers") -> "Response":
            response = super().preflight_response(request_headers)
            response.headers.update(dict(as_text(QUIET)))
            return response

    def share(document: ASGIFramework) -> ASGIFramework:
        shared = Sharing(
            # Both speak ASGI, and have different names for its events.
            cast("ASGIApp", document),
            allow_origins=origins,
            allow_methods=_METHODS,
            allow_headers=SENT_BY_PAGES,
            expose_headers=READ_BY_PAGES,
        )
        return cast("ASGIFramework", shared)

    return share


async def _live(services: Services, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Open the services when the server starts, close them when it stops."""
    await receive()
    try:
        await services.open()
    except PetcoreError as error:
        await send({"type": "lifespan.startup.failed", "message": error.message})
        return
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await services.close()
    await send({"type": "lifespan.shutdown.complete"})


async def _serve_logged(
    composer: Composer,
    clock: Clock,
    scope: HTTPScope,
    receive: ASGIReceiveCallable,
    send: ASGISendCallable,
) -> None:
    """Serve, and write a line about it. What was sent stays out of it, but for known routes: a
    name may stand in a query and in a path, too.
    """
    method, path = scope["method"], scope["path"]
    place = composer.find(method, path)
    if place.name != path and _paths.isEnabledFor(logging.DEBUG):
        asked = scope["raw_path"][:_SHOWN_MAX].decode("ascii", "backslashreplace")
        _paths.debug("asked for %s", asked)
    statuses: list[int] = []

    async def noting(event: ASGISendEvent) -> None:
        if event["type"] == "http.response.start":
            statuses.append(event["status"])
        await send(event)

    began = clock.now()
    await place.serve(scope, receive, noting)
    ms = (clock.now() - began).total_seconds() * 1000
    status = statuses[0] if statuses else 0
    named = method if method in _NAMED else "?"
    # The door says once who asks too often: a line of each time is what he could fill the log with.
    level = logging.DEBUG if status == _TOO_MANY else logging.INFO
    _log.log(level, "%s %s %d %d ms", named, place.name, status, ms)
