"""Puts requests and what the server answered together again, once for all judges."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, NotRequired, TypedDict, cast
from urllib.parse import parse_qsl

import orjson

from simulator.kernel.server_events import MEDIA_TYPE, ServerEvent, server_events
from simulator.kernel.trace import Event, Json, number, words

TALK = ("POST /api/chat/message", "POST /api/chat/stream")
"""What is said to a pet in words, in which it may be told to do anything."""
_STRANGER = "stranger/"
_FAILED = "error"
"""The event that ends a stream when something went wrong."""


class Exchange(NamedTuple):
    """A request that the server answered, whether or not the answer arrived.

    ``at`` is when it answered, ``asked_at`` when it was asked, ``body_ms`` how long the sender took
    for its body. Who sends a body asks with it, else with the query. A header is found under its
    name in small letters. An answer that is no JSON object is read as an empty one; a stream of
    ``events`` as the last of them, and one that is broken as none.

    ``wished_at`` is when it was asked for the first time, if somebody died of answering that: then
    this may be what he had already stored under its key.

    ``by_pet`` says that nobody sent this: the pet did it, since it was told to in words.
    ``by_server`` says the same: the server measured it.
    """

    id: int
    who: str
    at: int
    operation: str
    asked: Json
    headers: Json
    status: int
    answer: Json
    answer_headers: Json
    asked_at: int
    body_ms: int = 0
    body: str = ""
    events: tuple[ServerEvent, ...] = ()
    by_pet: bool = False
    by_server: bool = False
    wished_at: int | None = None

    @property
    def is_done(self) -> bool:
        """Whether the server did what was asked."""
        if self.status // 100 != 2:  # noqa: PLR2004 -- hundreds of a status
            return False
        return not self.events or self.events[-1].name != _FAILED

    @property
    def was_sent(self) -> bool:
        """Whether there was a request for it."""
        return not (self.by_pet or self.by_server)

    @property
    def is_stream(self) -> bool:
        """Whether it was answered by a stream of events."""
        return str(self.answer_headers.get("content-type", "")).startswith(MEDIA_TYPE)

    @property
    def is_strangers(self) -> bool:
        """Whether it was asked by somebody who keeps to nothing."""
        return self.who.startswith(_STRANGER)

    @property
    def key(self) -> str | None:
        """Its idempotency key."""
        key = self.headers.get("idempotency-key")
        return key if isinstance(key, str) else None

    def text(self, name: str) -> str:
        """The text ``name`` of the answer."""
        return str(self.answer[name])

    def instant(self, name: str) -> datetime:
        """The instant ``name`` of the answer."""
        return datetime.fromisoformat(self.text(name))


class _Request(TypedDict):
    """The event of a request, as the network notes it. There are too many to ask each field what
    it is.
    """

    id: int
    at: int
    who: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: str
    body_ms: NotRequired[int]


class _Served(TypedDict):
    """The event of its answer, likewise."""

    at: int
    status: int
    headers: Mapping[str, str]
    body: str


class Exchanges:
    """Remembers what was asked until it is answered."""

    def __init__(self) -> None:
        self._asked: dict[object, Event] = {}
        self._dropped: dict[tuple[str, str, object], int] = {}

    @property
    def unanswered(self) -> tuple[Event, ...]:
        """Requests that neither got lost on their way, nor were dropped or answered yet."""
        return tuple(self._asked.values())

    def asked_for(self, id: int) -> Event | None:
        """The request of this number, if it is not answered yet."""
        return self._asked.get(id)

    @property
    def hears(self) -> Mapping[str, Callable[[Event], Exchange | None]]:
        """What to call on which kind of event."""
        return {
            "request": self._ask,
            "lost": self._lose,
            "dropped": self._drop,
            "served": self._answer,
        }

    def complete(self, event: Event) -> Exchange | None:
        """The exchange that ``event`` completes at the server, if it does."""
        hear = self.hears.get(words(event, "kind"))
        return None if hear is None else hear(event)

    def wished_at(self, asked: Event) -> int | None:
        """When what is asked again was asked for the first time, if that was dropped."""
        return self._dropped.get(_wish(asked)) if self._dropped else None

    def _ask(self, event: Event) -> None:
        self._asked[event["id"]] = event

    def _lose(self, event: Event) -> None:
        if event["leg"] == "request":
            del self._asked[event["id"]]

    def _drop(self, event: Event) -> None:
        """Whoever was answering it has died: so the client has heard."""
        asked = self._asked.pop(event["id"])
        self._dropped.setdefault(_wish(asked), number(asked, "at"))

    def _answer(self, event: Event) -> Exchange:
        asked = self._asked.pop(event["id"])
        return _exchange(asked, event, self.wished_at(asked) if self._dropped else None)


def _wish(asked: Event) -> tuple[str, str, object]:
    """What is the same when it is asked again; without a key each time is another."""
    key = _json(asked["headers"]).get("idempotency-key", asked["id"])
    return words(asked, "who"), words(asked, "path"), key


def asked_of(event: Event) -> Json:
    """What was asked with a request: its body, or else its query."""
    return _asked(words(event, "body"), words(event, "query"))


def _exchange(asked: Event, served: Event, wished_at: int | None) -> Exchange:
    request, answer = cast("tuple[_Request, _Served]", (asked, served))
    said, headers = answer["body"], answer["headers"]
    is_stream = headers.get("content-type", "").startswith(MEDIA_TYPE)
    events = _events(said) if is_stream else ()
    # In the order of its fields, for it takes long to find each by its name.
    return Exchange(
        request["id"],
        request["who"],
        answer["at"],
        f"{request['method']} {request['path']}",
        _asked(request["body"], request["query"]),
        request["headers"],
        answer["status"],
        events[-1].data if events else _object(said),
        headers,
        request["at"],
        request.get("body_ms", 0),
        said,
        events,
        wished_at=wished_at,
    )


def _asked(body: str, query: str) -> Json:
    return _object(body) if body else _query(query)


def _events(body: str) -> tuple[ServerEvent, ...]:
    try:
        return server_events(body)
    except ValueError:
        return ()


@lru_cache(maxsize=1024)
def _query(text: str) -> Json:
    """A pet asks the same again and again."""
    return dict(parse_qsl(text))


def _object(body: str) -> Json:
    try:
        return _json(orjson.loads(body))
    except ValueError:
        return {}


def _json(value: object) -> Json:
    return value if isinstance(value, dict) else {}
