"""Puts requests and what the server answered together again, once for all judges."""

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl

import orjson

from simulator.kernel.server_events import MEDIA_TYPE, ServerEvent, server_events
from simulator.kernel.trace import Event, Json, number, words

_STRANGER = "stranger/"
_FAILED = "error"
"""The event that ends a stream when something went wrong."""


class Exchange(NamedTuple):
    """A request that the server answered, whether or not the answer arrived.

    ``at`` is when it answered, ``asked_at`` when it was asked, ``body_ms`` how long the sender took
    for its body. Who sends a body asks with it, else with the query. A header is found under its
    name in small letters. An answer that is no JSON object is read as an empty one; a stream of
    ``events`` as the last of them, and one that is broken as none.

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

    @property
    def is_done(self) -> bool:
        """Whether the server did what was asked."""
        has_failed = bool(self.events) and self.events[-1].name == _FAILED
        return self.status // 100 == 2 and not has_failed  # noqa: PLR2004 -- hundreds of a status

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


class Exchanges:
    """Remembers what was asked until it is answered."""

    def __init__(self) -> None:
        self._asked: dict[int, Event] = {}

    @property
    def unanswered(self) -> tuple[Event, ...]:
        """Requests that neither got lost on their way nor were answered yet."""
        return tuple(self._asked.values())

    def asked_for(self, id: int) -> Event | None:
        """The request of this number, if it is not answered yet."""
        return self._asked.get(id)

    def complete(self, event: Event) -> Exchange | None:
        """The exchange that ``event`` completes at the server, if it does."""
        kind = event["kind"]
        if kind == "request":
            self._asked[number(event, "id")] = event
        elif kind == "lost" and event["leg"] == "request":
            del self._asked[number(event, "id")]
        elif kind == "served":
            return _exchange(self._asked.pop(number(event, "id")), event)
        return None


def _exchange(asked: Event, served: Event) -> Exchange:
    body, said = words(asked, "body"), words(served, "body")
    headers = _json(served["headers"])
    is_stream = str(headers.get("content-type", "")).startswith(MEDIA_TYPE)
    events = _events(said) if is_stream else ()
    return Exchange(
        id=number(asked, "id"),
        who=words(asked, "who"),
        at=number(served, "at"),
        operation=f"{words(asked, 'method')} {words(asked, 'path')}",
        asked=_object(body) if body else _query(words(asked, "query")),
        headers=_json(asked["headers"]),
        status=number(served, "status"),
        answer=events[-1].data if events else _object(said),
        answer_headers=headers,
        asked_at=number(asked, "at"),
        body_ms=number(asked, "body_ms") if "body_ms" in asked else 0,
        body=said,
        events=events,
    )


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
