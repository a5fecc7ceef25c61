"""Every answer about a Pomodoro equals that of an oracle that lays out its phases one by one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.invariants import Objection
from simulator.invariants.exchanges import Exchange, Exchanges
from simulator.kernel.trace import Event, Json

_STATUS = "GET /api/breaks/pomodoro/status"
_ACTIVE = "GET /api/breaks/pomodoro/active"
_START = "POST /api/breaks/pomodoro/start"
_STOP = "POST /api/breaks/pomodoro/stop"


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
        return self.expected(now)[0] != "completed"

    def _cycle_at(self, instant: datetime) -> int:
        return next((leg.cycle for leg in self.legs if instant < leg.until), self.cycles)


class PomodoroOracle:
    """The judge."""

    name = "pomodoro oracle"

    def __init__(self) -> None:
        self.objections: list[Objection] = []
        self.cases = 0
        self._exchanges = Exchanges()
        self._timers: dict[str, _Timer] = {}

    def see(self, event: Event) -> None:
        """Take note of what happened."""
        exchange = self._exchanges.complete(event)
        if exchange is None or not exchange.is_done:
            return
        if exchange.operation in (_START, _STOP):
            self._write_down(exchange)
        elif exchange.operation == _STATUS:
            self._judge_timer(exchange)
        elif exchange.operation == _ACTIVE:
            self._judge_active(exchange)

    def _write_down(self, exchange: Exchange) -> None:
        session = exchange.answer["session"]
        assert isinstance(session, dict)
        timer = self._timers.setdefault(session["session_id"], _laid_out(session))
        if session["ended_at"] is not None:
            timer.ended_at = datetime.fromisoformat(session["ended_at"])

    def _judge_active(self, exchange: Exchange) -> None:
        now = exchange.instant("server_time_utc")
        user_id = exchange.asked["user_id"]
        running = [
            id for id, timer in self._timers.items() if timer.user_id == user_id and timer.runs(now)
        ]
        if exchange.answer["active"] is True:
            self._demand(exchange.answer["session_id"] in running[-1:], exchange, "a newest timer")
            self._judge_timer(exchange)
        else:
            self._demand(not running, exchange, f"the running timer {running[-1:]}")

    def _judge_timer(self, exchange: Exchange) -> None:
        timer = self._timers.get(exchange.text("session_id"))
        if timer is None:
            return self._demand(False, exchange, "no such timer")
        expected = timer.expected(exchange.instant("server_time_utc"))
        names = ("phase", "cycle_index", "seconds_remaining")
        given = tuple(exchange.answer[name] for name in names)
        return self._demand(given == expected, exchange, f"{expected}, not {given}")

    def _demand(self, kept: bool, exchange: Exchange, expected: str) -> None:
        self.cases += 1
        if not kept:
            words = f"{exchange.operation} was answered wrongly; the oracle says {expected}"
            self.objections.append(Objection(exchange.at, words))


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
