"""The ASGI app: each API document's Quart app, composed on one port.

The composer asks all url_maps at once. A path belongs to the document that serves it; a method
that no document serves there gets a 405 whose ``Allow`` is the union of all; a path that nobody
knows is answered in the error shape of the document that shares the longest prefix with it.
"""

import logging
from collections.abc import Iterable, Sequence
from itertools import count, takewhile

from hypercorn.typing import (
    ASGIFramework,
    ASGIReceiveCallable,
    ASGISendCallable,
    ASGISendEvent,
    HTTPScope,
    Scope,
)
from quart import Quart
from werkzeug.routing import Map, Rule

from petcore.api import desktop_pet, platform
from petcore.errors import PetcoreError
from petcore.ports.clock import Clock
from petcore.ports.log import REQUEST_ID
from petcore.services import Services

_log = logging.getLogger("petcore.request")


def create_app(services: Services) -> ASGIFramework:
    """The app that serves all documents with ``services``; ASGI lifespan opens and closes them."""
    composer = Composer(
        [
            desktop_pet.create(services.desktop_pet, services.door),
            platform.create(services.platform, services.door),
        ]
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


class Composer:
    """Finds the document that a request is for."""

    def __init__(self, documents: Sequence[Quart]) -> None:
        self._documents = documents
        rules = [(n, rule) for n, app in enumerate(documents) for rule in app.url_map.iter_rules()]
        self._exact = {
            (rule.rule, method): documents[number]
            for number, rule in rules
            if not rule.arguments
            for method in set(rule.methods or ()) - {"OPTIONS"}
        }
        self._rules = [(number, rule.rule) for number, rule in rules]
        self._known = Map(
            [Rule(rule.rule, methods=rule.methods, endpoint=number) for number, rule in rules],
            merge_slashes=False,
        ).bind("localhost")

    async def serve(
        self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Let the right document answer."""
        path, method = scope["path"], scope["method"]
        if not path.startswith("/") or path.startswith("//"):
            # Routers would read such a path as another one, which it is not.
            scope = {**scope, "path": "/-" + path}
            path = scope["path"]
        owner = self._exact.get((path, method))
        if owner is None:
            allowed = set(self._known.allowed_methods(path))
            owner = self._documents[self._owner(path, method, allowed)]
            if allowed and (method == "OPTIONS" or method not in allowed):
                send = _announcing(allowed, send)
        await owner(scope, receive, send)

    def _owner(self, path: str, method: str, allowed: set[str]) -> int:
        if allowed:
            asked = method if method in allowed else min(allowed - {"OPTIONS"})
            return int(self._known.match(path, asked)[0])
        return max(
            range(len(self._documents)),
            key=lambda number: max(
                _shared(path, rule) for owner, rule in self._rules if owner == number
            ),
        )


def _shared(path: str, rule: str) -> int:
    """How many leading segments agree."""
    pairs = zip(path.split("/"), rule.split("/"), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _announcing(allowed: Iterable[str], send: ASGISendCallable) -> ASGISendCallable:
    """``send``, with all methods that any document serves at the path in ``Allow``."""
    value = ", ".join(sorted(allowed)).encode()

    async def announcing(event: ASGISendEvent) -> None:
        if event["type"] == "http.response.start":
            others = [pair for pair in event["headers"] if pair[0].lower() != b"allow"]
            event = {**event, "headers": [*others, (b"allow", value)]}
        await send(event)

    return announcing


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
    """Serve, and write a line about it. Query strings stay out of it: they hold personal names."""
    statuses: list[int] = []

    async def noting(event: ASGISendEvent) -> None:
        if event["type"] == "http.response.start":
            statuses.append(event["status"])
        await send(event)

    began = clock.now()
    await composer.serve(scope, receive, noting)
    ms = (clock.now() - began).total_seconds() * 1000
    status = statuses[0] if statuses else 0
    path = scope["raw_path"].decode("latin-1")
    _log.info("%s %s %d %d ms", scope["method"], path, status, ms)
