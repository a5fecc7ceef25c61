"""What a pet does because it is told to in words, as if somebody had sent a request for it.

So every judge of a Pomodoro, a session or a schedule judges it too, whoever began it. Such an
exchange happens when the tool is used, which is before the sentence is answered, and bears the key
of what was said with the place of the deed in that turn: said again, it is the same wish.
"""

from collections import Counter
from collections.abc import Mapping

import orjson

from simulator.invariants.exchanges import Exchange, Exchanges
from simulator.kernel.trace import Event, Json, number, words

ACTED = "acted"
"""The kind of the event that tells of a deed."""

ENDED_MAX = 16
"""So many sessions or Pomodoros a pet ends at once; where there are more, nobody is told which."""

_OPERATIONS: Mapping[str, tuple[str, int]] = {
    "start_pomodoro": ("POST /api/breaks/pomodoro/start", 201),
    "stop_pomodoro": ("POST /api/breaks/pomodoro/stop", 200),
    "start_study_session": ("POST /api/stress/session/start", 201),
    "end_study_session": ("POST /api/stress/session/end", 200),
    "set_water_schedule": ("POST /api/water/schedule", 200),
}
"""The tools that change something, and the operations that do the same."""

_KEPT = 4_096
"""Requests and deeds that are remembered. All but the newest are long over."""


def how_many(exchange: Exchange, name: str) -> int:
    """How many there were at once, as the answer says under ``name``; without a word it was one."""
    return int(str(exchange.answer.get(name, 1)))


def acts(tool: str) -> bool:
    """Whether a tool changes something."""
    return tool in _OPERATIONS


class Deeds:
    """Counts them, for each request."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()
        self._first_at: dict[tuple[str, str], int] = {}
        """When each deed, by who wanted it and its key, was first asked for by a request that did
        it.
        """

    def deed(self, event: Event, exchanges: Exchanges) -> Exchange | None:
        """What the pet has done, if this event tells of something that was done."""
        if event["kind"] != ACTED or not acts(words(event, "tool")):
            return None
        asked = exchanges.asked_for(number(event, "id"))
        result = orjson.loads(words(event, "result"))
        if asked is None:
            return None
        self._counts[number(event, "id")] += 1
        if len(self._counts) > _KEPT:
            del self._counts[next(iter(self._counts))]
        if result["ok"] is not True:
            return None
        return self._exchange(asked, event, result, exchanges.wished_at(asked))

    def _exchange(
        self, asked: Event, event: Event, result: Json, wished_at: int | None
    ) -> Exchange:
        operation, status = _OPERATIONS[words(event, "tool")]
        headers = asked["headers"]
        assert isinstance(headers, dict)
        place, who = self._counts[number(event, "id")], words(asked, "who")
        key = f"{headers.get('idempotency-key', '')} deed {place}"
        return Exchange(
            id=number(event, "id"),
            who=who,
            at=number(event, "at"),
            operation=operation,
            asked={**_named(orjson.loads(words(asked, "body")), result), **_arguments(event)},
            headers={"idempotency-key": key},
            status=status,
            answer=result,
            answer_headers={},
            asked_at=number(asked, "at"),
            wished_at=self._wished_at((who, key), number(asked, "at"), wished_at),
            by_pet=True,
        )

    def _wished_at(self, wish: tuple[str, str], asked_at: int, died_at: int | None) -> int | None:
        """When it was first asked for, if that was not just now: what is done is done once."""
        if len(self._first_at) >= _KEPT:
            del self._first_at[next(iter(self._first_at))]
        first_at = min(self._first_at.setdefault(wish, asked_at), died_at or asked_at)
        return None if first_at == asked_at else first_at


def _named(asked: Json, result: Json) -> Json:
    """Whose it is; and of a session that ends, which."""
    user = {"user_id": asked["user_id"]}
    return user if "session_id" not in result else {**user, "session_id": result["session_id"]}


def _arguments(event: Event) -> Json:
    arguments: Json = orjson.loads(words(event, "arguments"))
    return arguments
