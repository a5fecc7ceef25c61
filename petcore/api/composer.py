"""One app of several documents: whose a request is.

The composer asks all url_maps at once. A path belongs to the document that serves it; a method
that no document serves there gets a 405 whose ``Allow`` is the union of all; a path that nobody
knows is answered in the error shape of the document that shares the longest prefix with it.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, takewhile
from typing import cast

from hypercorn.typing import (
    ASGIFramework,
    ASGIReceiveCallable,
    ASGISendCallable,
    ASGISendEvent,
    HTTPScope,
)
from quart import Quart
from werkzeug.routing import Map, Rule

Wrap = Callable[[ASGIFramework], ASGIFramework]


def as_it_is(document: ASGIFramework) -> ASGIFramework:
    """Put nothing before a document."""
    return document


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request leads: who answers at which ``path``, and the methods that are served there,
    if any. ``name`` is for the log: the route, or what is known of the path.
    """

    document: ASGIFramework
    path: str
    name: str
    allowed: Collection[str] = ()

    def serve(
        self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> Awaitable[None]:
        """Answer there."""
        if scope["path"] != self.path:
            scope = {**scope, "path": self.path}
        method = scope["method"]
        if self.allowed and (method == "OPTIONS" or method not in self.allowed):
            send = _announcing(self.allowed, send)
        return self.document(scope, receive, send)


class Composer:
    """Finds the document that a request is for. ``wrap`` puts something before each of them."""

    def __init__(self, documents: Sequence[Quart], wrap: Wrap = as_it_is) -> None:
        self._documents = [wrap(cast("ASGIFramework", app)) for app in documents]
        rules = [(n, rule) for n, app in enumerate(documents) for rule in app.url_map.iter_rules()]
        self._exact = {
            (rule.rule, method): Place(self._documents[number], rule.rule, rule.rule)
            for number, rule in rules
            if not rule.arguments
            for method in set(rule.methods or ()) - {"OPTIONS"}
        }
        self._rules = [(number, rule.rule) for number, rule in rules]
        self._beginnings = {begun for _, rule in rules for begun in _beginnings(rule.rule)}
        self._known = Map(
            [Rule(rule.rule, methods=rule.methods, endpoint=number) for number, rule in rules],
            merge_slashes=False,
        ).bind("localhost")

    def serve(
        self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> Awaitable[None]:
        """Let the right document answer."""
        return self.find(scope["method"], scope["path"]).serve(scope, receive, send)

    def find(self, method: str, path: str) -> Place:
        """Where a request leads; everywhere somebody answers."""
        return self._exact.get((path, method)) or self._find(method, path)

    def _find(self, method: str, path: str) -> Place:
        if not path.startswith("/") or path.startswith("//"):
            # Routers would read such a path as another one, which it is not.
            path = "/-" + path
        allowed = set(self._known.allowed_methods(path))
        if not allowed:
            return Place(self._documents[self._nearest(path)], path, self._known_of(path))
        asked = method if method in allowed else min(allowed - {"OPTIONS"})
        rule, _ = self._known.match(path, asked, return_rule=True)
        return Place(self._documents[int(rule.endpoint)], path, rule.rule, allowed)

    def _nearest(self, path: str) -> int:
        return max(
            range(len(self._documents)),
            key=lambda number: max(
                _shared(path, rule) for owner, rule in self._rules if owner == number
            ),
        )

    def _known_of(self, path: str) -> str:
        """The beginning of a path that routes have, too. The rest may be anything, also a name."""
        *_, known = takewhile(self._beginnings.__contains__, _beginnings(path))
        return path if known == path else f"{known}/..."


def _shared(path: str, rule: str) -> int:
    """How many leading segments agree."""
    pairs = zip(path.split("/"), rule.split("/"), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _beginnings(path: str) -> Iterable[str]:
    """What a path begins with, segment by segment, the shortest first and the path the last."""
    return accumulate(path.split("/"), "{}/{}".format)


def _announcing(allowed: Iterable[str], send: ASGISendCallable) -> ASGISendCallable:
    """``send``, with all methods that any document serves at the path in ``Allow``."""
    value = ", ".join(sorted(allowed)).encode()

    async def announcing(event: ASGISendEvent) -> None:
        if event["type"] == "http.response.start":
            others = [pair for pair in event["headers"] if pair[0].lower() != b"allow"]
            event = {**event, "headers": [*others, (b"allow", value)]}
        await send(event)

    return announcing
