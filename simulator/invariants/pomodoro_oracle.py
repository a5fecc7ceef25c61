"""Every answer about a Pomodoro equals that of an oracle that lays out its phases one by one.

A cycle is focus and then a break, the last cycle included. Of several running ones the newest is
the active one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.invariants import Judge, Weighs
from simulator.invariants.exchanges import Exchange
from simulator.kernel.trace import Json

_REMEMBERED = 256
"""Pomodoros. Nobody asks about one that was started so long ago."""


@dataclass(frozen=True, slots=True)
class _Leg:
    phase: str
    cycle: int
    until: datetime


@dataclass(slots=True)
class _Timer:
    """One Pomodoro as the document describes it: focus, break, focus, break, over."""

    user_id: str
    legs: list[_Leg]
    cycles: int
    ended_at: datetime | None = None

    def expected(self, now: datetime) -> tuple[str, int, int]:
        """Phase, cycle and seconds remaining at ``now``."""
        if self.ended_at is not None and now >= self.ended_at:
            return "completed", self._cycle_at(self.ended_at), 0
        for leg in self.legs:
            if now < leg.until:
                left_ms = (leg.until - now) // timedelta(milliseconds=1)
                return leg.phase, leg.cycle, (left_ms + 999) // 1000
        return "completed", self.cycles, 0

    def runs(self, now: datetime) -> bool:
        """Whether it is not over at ``now``."""
        return now < (self.ended_at or self.legs[-1].until)

    def _cycle_at(self, instant: datetime) -> int:
        return next((leg.cycle for leg in self.legs if instant < leg.until), self.cycles)


class PomodoroOracle(Judge):
    """The judge."""

    name = "pomodoro oracle"

    def __init__(self) -> None:
        super().__init__()
        self._timers: dict[str, _Timer] = {}

    @property
    def weighs(self) -> Weighs:
        """Every answer about a Pomodoro is a case."""
        return {
            "POST /api/breaks/pomodoro/start": self._write_down,
            "POST /api/breaks/pomodoro/stop": self._write_down,
            "GET /api/breaks/pomodoro/status": self._weigh_timer,
            "GET /api/breaks/pomodoro/active": self._weigh_active,
        }

    def _write_down(self, exchange: Exchange) -> None:
        session = exchange.answer["session"]
        assert isinstance(session, dict)
        timer = self._timers.setdefault(session["session_id"], _laid_out(session))
        if session["ended_at"] is not None:
            timer.ended_at = datetime.fromisoformat(session["ended_at"])
        if len(self._timers) > _REMEMBERED:
            del self._timers[next(iter(self._timers))]

    def _weigh_active(self, exchange: Exchange) -> None:
        now = exchange.instant("server_time_utc")
        user_id = exchange.asked["user_id"]
        newest = next(
            (
                session_id
                for session_id, timer in reversed(self._timers.items())
                if timer.user_id == user_id and timer.runs(now)
            ),
            None,
        )
        said = exchange.answer["session_id"] if exchange.answer["active"] is True else None
        if said != newest:
            self._demand(False, exchange, f"{newest} is active, not {said}")
        elif said is None:
            self.cases += 1
        else:
            self._weigh_timer(exchange)

    def _weigh_timer(self, exchange: Exchange) -> None:
        timer = self._timers.get(exchange.text("session_id"))
        if timer is None:
            return self._demand(False, exchange, "there is no such Pomodoro")
        expected = timer.expected(exchange.instant("server_time_utc"))
        names = ("phase", "cycle_index", "seconds_remaining")
        given = tuple(exchange.answer[name] for name in names)
        return self._demand(given == expected, exchange, f"{expected}, not {given}")

    def _demand(self, kept: bool, exchange: Exchange, expected: str) -> None:
        self.demand(
            kept,
            exchange.at,
            f"{exchange.operation} was answered wrongly at request {exchange.id}; "
            f"the oracle says: {expected}",
        )


def _laid_out(session: Json) -> _Timer:
    focus, pause, cycles = (
        int(str(session[name])) for name in ("focus_minutes", "break_minutes", "cycles")
    )
    legs: list[_Leg] = []
    edge = datetime.fromisoformat(str(session["started_at"]))
    for cycle in range(1, cycles + 1):
        for phase, minutes in (("focus", focus), ("break", pause)):
            edge += timedelta(minutes=minutes)
            legs.append(_Leg(phase, cycle, edge))
    return _Timer(str(session["user_id"]), legs, cycles)
