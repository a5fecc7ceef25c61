"""What the server says it has done is what was asked for, and it goes on saying so.

Other judges take the answer at its word; this one holds it against the request.
"""

from simulator.invariants import Judge, Weighs
from simulator.invariants.exchanges import Exchange
from simulator.invariants.repeats import Repeats
from simulator.kernel.trace import Json

_SCHEDULE = "POST /api/water/schedule"
_PARTS = {
    _SCHEDULE: "schedule",
    "POST /api/stress/session/start": "session",
    "POST /api/breaks/pomodoro/start": "session",
    "POST /api/breaks/preferences/stress-prompts": "",
}
"""Operations that answer with what was asked: in which part of the answer, "" for all of it."""


class DoneAsAsked(Judge):
    """The judge."""

    name = "done as asked"

    def __init__(self) -> None:
        super().__init__()
        self._repeats = Repeats()
        self._schedules: dict[object, Json] = {}

    @property
    def weighs(self) -> Weighs:
        """Every answer that repeats what was asked is a case, and every reading of a schedule."""
        return {
            **dict.fromkeys(_PARTS, self._compare),
            "GET /api/water/schedule": self._read_schedule,
        }

    def _compare(self, exchange: Exchange) -> None:
        part = _PARTS[exchange.operation]
        done = exchange.answer[part] if part else exchange.answer
        assert isinstance(done, dict)
        for name, wish in exchange.asked.items():
            if wish is not None:
                self._demand(done.get(name) == wish, exchange, name, wish, done.get(name))
        if exchange.operation == _SCHEDULE and not self._repeats.is_repeat(exchange):
            self._schedules[done["user_id"]] = done

    def _read_schedule(self, exchange: Exchange) -> None:
        schedule = self._schedules.get(exchange.asked["user_id"], {})
        for name, fact in schedule.items():
            given = exchange.answer.get(name)
            self._demand(given == fact, exchange, name, fact, given)

    def _demand(
        self, kept: bool, exchange: Exchange, name: str, wanted: object, given: object
    ) -> None:
        self.demand(
            kept,
            exchange.at,
            f"request {exchange.id} of {exchange.who}, {exchange.operation}: {name} should be "
            f"{wanted!r}, the server says {given!r}",
        )
