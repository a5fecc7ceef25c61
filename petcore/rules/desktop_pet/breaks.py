"""Breaks: the Pomodoro timer and the break prompt (document section "Breaks").

A Pomodoro is never ticked. Its phase, cycle and remaining time are a formula of the instant it
started and the instant that asks, so a poll after an hour of silence is as right as any other.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from petcore.rules.desktop_pet import POLL_MAX, next_poll
from petcore.rules.instant import seconds_up

PROMPT_TYPE = "HIGH_STRESS_BREAK"
_PROMPT_SHOWN_POLL = timedelta(seconds=60)
_PROMPT_LIKELY_POLL = timedelta(seconds=15)


class Phase(StrEnum):
    """What a Pomodoro asks of its user."""

    FOCUS = "focus"
    BREAK = "break"
    COMPLETED = "completed"


PHASE_MESSAGE = {
    Phase.FOCUS: "Focus now",
    Phase.BREAK: "Take a break",
    Phase.COMPLETED: "All cycles done",
}


@dataclass(frozen=True, slots=True)
class Pomodoro:
    """``cycles`` rounds of ``focus`` and then ``pause``, from ``started_at`` on.

    ``ended_at`` is set when it was stopped before its time or seen to be over.
    """

    focus: timedelta
    pause: timedelta
    cycles: int
    started_at: datetime
    ended_at: datetime | None = None

    @property
    def planned_end(self) -> datetime:
        """When it is over unless it is stopped: the break after the last cycle is run too."""
        return self.started_at + self.cycles * (self.focus + self.pause)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a Pomodoro stands; ``cycle_index`` counts from 1, seconds remain in the phase."""

    phase: Phase
    cycle_index: int
    seconds_remaining: int

    @property
    def next_poll(self) -> timedelta:
        """How long until the next phase, as far as a poll may be away."""
        if self.phase is Phase.COMPLETED:
            return POLL_MAX
        return next_poll(timedelta(seconds=self.seconds_remaining))


def progress(pomodoro: Pomodoro, now: datetime) -> Progress:
    """Where the Pomodoro stands at ``now``; before its start it stands at its start. What has ended
    is over, also on a clock that was set back to before its end.
    """
    elapsed = max((pomodoro.ended_at or now) - pomodoro.started_at, timedelta(0))
    done, into = divmod(elapsed, pomodoro.focus + pomodoro.pause)
    if done >= pomodoro.cycles:
        return Progress(Phase.COMPLETED, pomodoro.cycles, 0)
    if pomodoro.ended_at is not None:
        return Progress(Phase.COMPLETED, done + 1, 0)
    if into < pomodoro.focus:
        return Progress(Phase.FOCUS, done + 1, seconds_up(pomodoro.focus - into))
    return Progress(Phase.BREAK, done + 1, seconds_up(pomodoro.focus + pomodoro.pause - into))


def ended_at(pomodoro: Pomodoro, now: datetime) -> datetime | None:
    """When the Pomodoro ended, or None while it still runs at ``now``."""
    if pomodoro.ended_at is not None:
        return pomodoro.ended_at
    return pomodoro.planned_end if now >= pomodoro.planned_end else None


def stopped_at(pomodoro: Pomodoro, now: datetime) -> datetime:
    """The end that stopping at ``now`` gives: what has ended stays as it ended."""
    return ended_at(pomodoro, now) or max(now, pomodoro.started_at)


def prompt_reason(held: timedelta) -> str:
    """Why a prompt was queued, for people."""
    return f"High stress detected for {held // timedelta(minutes=1)}+ minutes"


def prompt_poll(is_shown: bool, high_at: datetime | None, now: datetime) -> timedelta:
    """How long until the answer to a prompt poll could change.

    A shown prompt can be resolved elsewhere at any time, so it is asked for again soon.
    ``high_at`` is when stress could be high for long enough at the earliest, None if no session
    may prompt; once it is past, the next sample decides, whenever that comes.
    """
    if is_shown:
        return _PROMPT_SHOWN_POLL
    return POLL_MAX if high_at is None else next_poll(max(high_at - now, _PROMPT_LIKELY_POLL))
