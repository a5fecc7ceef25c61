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

    ``told_at`` is when the server said that it was started, ``end_told_at`` when it said that it
    was stopped, in milliseconds since the world began; ``in_doubt`` says that something may have
    stopped it that was never heard of.
    """

    user_id: str
    started_at: datetime
    legs: list[_Leg]
    cycles: int
    told_at: int
    ended_at: datetime | None = None
    end_told_at: int | None = None
    in_doubt: bool = False

    @property
    def runs_until(self) -> datetime:
        """When it is over by itself."""
        return self.legs[-1].until

    def end(self, ended_at: datetime, told_at: int) -> None:
        """It is said to have been stopped; the first time counts."""
        self.ended_at = ended_at
        if self.end_told_at is None:
            self.end_told_at = told_at

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

    def end_standing(self) -> Standing:
        """Where it stands once it was stopped: over, in the cycle in which that was."""
        if self.ended_at is None:
            return self.done
        phase, cycle, _ = self.standing(self.ended_at)
        return _OVER, self.cycles if phase == _OVER else cycle, 0

    @property
    def done(self) -> Standing:
        """Where it stands when all its time is over."""
        return _OVER, self.cycles, 0

    def may_stand_stopped(self, given: Standing, now: datetime) -> bool:
        """Whether ``given`` is that of one which was stopped at some time before ``now``."""
        phase, cycle, seconds = given
        _, latest, _ = self.standing(now)
        reached = range(1, int(str(latest)) + 1)
        return (phase, seconds) == (_OVER, 0) and cycle in (*reached, self.cycles)


def laid_out(session: Json, told_at: int) -> Timer:
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
    return Timer(str(session["user_id"]), started_at, legs, cycles, told_at)
