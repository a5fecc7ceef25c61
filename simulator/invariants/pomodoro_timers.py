"""A Pomodoro as the API document describes it, phase by phase, and what is known of its end.

Who asked for it, and whether it was answered, is the judge's matter (``pomodoro_oracle``).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.kernel.trace import Json

Standing = tuple[object, object, object]
"""Phase, cycle and seconds remaining."""
_OVER = "completed"


@dataclass(frozen=True, slots=True)
class _Leg:
    phase: str
    cycle: int
    until: datetime


@dataclass(slots=True, eq=False)
class Timer:
    """Focus, break, focus, break, over: a cycle is focus and then a break, the last one included.

    ``asked_at`` is when it was first asked for, ``told_at`` when the server said that it was
    started, ``end_told_at`` when it said that it was stopped, in milliseconds since the world
    began; until ``doubted_at`` something may have stopped it that was never heard of. ``ran_at``:
    when it was asked for the last time where it stands, and ran. ``end_cycles`` are those of which
    one was the last, as far as anybody knows.
    """

    user_id: str
    started_at: datetime
    legs: list[_Leg]
    cycles: int
    asked_at: int
    told_at: int
    ended_at: datetime | None = None
    end_told_at: int | None = None
    doubted_at: int | None = None
    ran_at: int = 0
    end_cycles: tuple[int, ...] = ()

    @property
    def runs_until(self) -> datetime:
        """When it is over by itself."""
        return self.legs[-1].until

    @property
    def in_doubt(self) -> bool:
        """Whether something may have stopped it and it was not seen to run since."""
        return self.doubted_at is not None and self.ran_at <= self.doubted_at

    def end(self, ended_at: datetime, told_at: int) -> None:
        """It is said to have been stopped; the first time counts."""
        self.ended_at, self.end_cycles = ended_at, (self._cycle(ended_at),)
        if self.end_told_at is None:
            self.end_told_at = told_at

    def end_between(self, since: datetime, until: datetime, highest: datetime, at: int) -> None:
        """It was stopped with another one, and nobody says when; or it had run out before, if a
        clock that showed ``highest`` was set back.
        """
        self.end(until, at)
        ran_out = (self.cycles,) if highest >= self.runs_until else ()
        self.end_cycles = *range(self._cycle(since), self._cycle(until) + 1), *ran_out

    def see(self, given: Standing, asked_at: int, *, is_told: bool) -> None:
        """It is said to stand there; if it ``is_told`` that it was stopped, for good."""
        phase, cycle, _ = given
        if phase != _OVER:
            self.ran_at = max(self.ran_at, asked_at)
        elif is_told:
            self.end_cycles = (int(str(cycle)),)

    def is_over(self, now: datetime, asked_at: int) -> bool:
        """Whether somebody who asked then must hear that it is over, if ``now`` is what the clock
        of the server shows.
        """
        is_told = self.end_told_at is not None and self.end_told_at <= asked_at
        return is_told or now >= self.runs_until

    def standing(self, now: datetime) -> Standing:
        """Where it stands at ``now`` if nobody stops it. A clock that was set back may show an
        instant before its start: then it stands at its start.
        """
        now = max(now, self.started_at)
        for leg in self.legs:
            if now < leg.until:
                left_ms = (leg.until - now) // timedelta(milliseconds=1)
                return leg.phase, leg.cycle, (left_ms + 999) // 1000
        return self.done

    def end_standings(self) -> list[Standing]:
        """Where it may stand once it was stopped: over, in the cycle in which that was."""
        return [(_OVER, cycle, 0) for cycle in self.end_cycles]

    @property
    def done(self) -> Standing:
        """Where it stands when all its time is over."""
        return _OVER, self.cycles, 0

    def may_stand_stopped(self, given: Standing, now: datetime) -> bool:
        """Whether ``given`` is that of one which was stopped at some time before ``now``."""
        phase, cycle, seconds = given
        reached = range(1, self._cycle(now) + 1)
        return (phase, seconds) == (_OVER, 0) and cycle in (*reached, self.cycles)

    def _cycle(self, now: datetime) -> int:
        """In which it is if nobody stops it: the last one when all its time is over."""
        return int(str(self.standing(now)[1]))


def laid_out(session: Json, asked_at: int, told_at: int) -> Timer:
    """The one that the server describes."""
    focus, pause, cycles = (
        int(str(session[name])) for name in ("focus_minutes", "break_minutes", "cycles")
    )
    legs: list[_Leg] = []
    started_at = edge = datetime.fromisoformat(str(session["started_at"]))
    for cycle in range(1, cycles + 1):
        for phase, minutes in (("focus", focus), ("break", pause)):
            edge += timedelta(minutes=minutes)
            legs.append(_Leg(phase, cycle, edge))
    return Timer(str(session["user_id"]), started_at, legs, cycles, asked_at, told_at)
