"""Puts requests and what the server answered together again, for judges who judge answers."""

import json
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs

from simulator.invariants import number, words
from simulator.kernel.trace import Event, Json


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request that the server answered, whether or not the answer arrived."""

    id: int
    who: str
    at: int
    operation: str
    asked: Json
    status: int
    answer: Json

    @property
    def is_done(self) -> bool:
        """Whether the server did what was asked."""
        return self.status // 100 == 2  # noqa: PLR2004 -- the hundreds of a status

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

    def complete(self, event: Event) -> Exchange | None:
        """The exchange that ``event`` completes at the server, if it does."""
        if event["kind"] == "request":
            self._asked[number(event, "id")] = event
        elif event["kind"] == "lost" and event["leg"] == "request":
            del self._asked[number(event, "id")]
        elif event["kind"] == "served":
            return _exchange(self._asked.pop(number(event, "id")), event)
        return None


def _exchange(asked: Event, served: Event) -> Exchange:
    body = words(asked, "body")
    query = {name: values[0] for name, values in parse_qs(words(asked, "query")).items()}
    return Exchange(
        id=number(asked, "id"),
        who=words(asked, "who"),
        at=number(served, "at"),
        operation=f"{words(asked, 'method')} {words(asked, 'path')}",
        asked=json.loads(body) if body else query,
        status=number(served, "status"),
        answer=json.loads(words(served, "body")),
    )
