"""Every answer about a Pomodoro equals that of an oracle that lays out its phases one by one.

Of several running ones the newest by its ``started_at`` is the active one; a pet that is told to
stop it stops all of them, the newest first, and says when that one ended. If something goes wrong
in between, the others may run on until it is told again. So they are over in any cycle from that
end, or from when they were last seen to run, until the answer; and once one of these was told, in
no other. What was stopped is over, whatever the server's clock shows later. One that began before
the pet had stopped them all may be among them though nobody had heard of it yet, if it says to have
stopped more than are known; and of very many not all are stopped. Who is seen to run later was not.

An answer tells of some moment between its question and itself: what was said to be started or
stopped meanwhile may be in it or not. So may what was asked for and has come to no end
(``wishes``): a start accounts for one Pomodoro that nobody has heard of, and of that one the phase
is not judged; a stop for its Pomodoro, and words to the pet for those of its user that were begun
before the words were answered. One that ran out by the server's clock may stay over when that clock
is set back. Nothing else excuses an answer.
"""

from collections import defaultdict
from datetime import UTC, datetime

from petcore.ports.zones import Zones
from simulator.invariants import Hears, Judge, Weighs
from simulator.invariants.deeds import ENDED_MAX, how_many
from simulator.invariants.exchanges import TALK, Exchange
from simulator.invariants.pomodoro_timers import Timer, laid_out
from simulator.invariants.repeats import Repeats
from simulator.invariants.server_clock import ServerClock
from simulator.invariants.wishes import Wish, Wishes
from simulator.kernel.trace import Event, Json

_START, _STOP = (f"POST /api/breaks/pomodoro/{name}" for name in ("start", "stop"))
_REMEMBERED = 256
"""Pomodoros of one user. Nobody asks about one that was started so long ago."""


class PomodoroOracle(Judge):
    """The judge."""

    name = "pomodoro oracle"

    def __init__(self, zones: Zones) -> None:
        super().__init__()
        self._clock = ServerClock(zones)
        self._highest = datetime.min.replace(tzinfo=UTC)
        self._wishes = Wishes(_START, _STOP, *TALK)
        self._timers: dict[str, Timer] = {}
        self._of: defaultdict[str, dict[str, Timer]] = defaultdict(dict)
        self._unheard: defaultdict[str, set[str]] = defaultdict(set)
        self._repeats = Repeats()
        self._more_stopped_at: dict[str, int] = {}
        """When a pet last had stopped more of each user than are known."""

    @property
    def hears(self) -> Hears:
        """How the clock is set."""
        return {**self._clock.hears, "clock": self._step}

    @property
    def heeds(self) -> Hears:
        """What is asked."""
        return self._wishes.heeds

    @property
    def weighs(self) -> Weighs:
        """Every answer about a Pomodoro is a case."""
        return {
            **self._wishes.weighs,
            _START: self._write_down,
            _STOP: self._write_down,
            "GET /api/breaks/pomodoro/status": self._weigh_timer,
            "GET /api/breaks/pomodoro/active": self._weigh_active,
        }

    def _step(self, event: Event) -> None:
        self._highest = max(self._highest, self._clock.now(int(str(event["at"]))))
        self._clock.step(event)

    # What was done.

    def _write_down(self, exchange: Exchange) -> None:
        session = exchange.answer["session"]
        assert isinstance(session, dict)
        timer = self._timers.get(session["session_id"]) or self._lay_out(session, exchange)
        if session["ended_at"] is not None:
            timer.end(datetime.fromisoformat(session["ended_at"]), exchange.at)
            if exchange.by_pet and not self._repeats.is_repeat(exchange):
                self._stop_others(timer, exchange)

    def _lay_out(self, session: Json, exchange: Exchange) -> Timer:
        session_id = str(session["session_id"])
        timer = laid_out(session, self._wishes.since(exchange), exchange.at)
        theirs = self._of[timer.user_id]
        theirs[session_id] = self._timers[session_id] = timer
        self._unheard[timer.user_id].discard(session_id)
        if len(theirs) > _REMEMBERED:
            oldest = next(iter(theirs))
            del theirs[oldest], self._timers[oldest]
        more_at = self._more_stopped_at.get(timer.user_id)
        if more_at is not None and self._begun_at(timer) <= more_at:
            timer.doubted_at = more_at
        return timer

    def _begun_at(self, timer: Timer) -> int:
        """When it began, at the earliest: that may be long before anybody heard of it."""
        return self._clock.first_showed(timer.started_at, timer.asked_at, timer.told_at)

    def _stop_others(self, stopped: Timer, exchange: Exchange) -> None:
        """Those that ran when the pet was told, unless there may be too many; of one that was begun
        since nobody knows.
        """
        assert stopped.ended_at is not None
        told_at, count = self._wishes.since(exchange), how_many(exchange, "stopped")
        theirs = self._of[stopped.user_id].values()
        ran = [
            timer
            for timer in theirs
            if timer.ended_at is None
            and timer.told_at <= told_at
            and timer.started_at <= stopped.ended_at
        ]
        sure = [timer for timer in ran if not self._may_have_ended(timer, exchange)]
        if count > 1 + len(sure):
            self._more_stopped_at[stopped.user_id] = exchange.at
        for timer in ran if count < ENDED_MAX else ():
            self._stop_beside(timer, stopped.ended_at, exchange)
        for timer in theirs:
            if timer.ended_at is None:
                timer.doubted_at = exchange.at

    def _may_have_ended(self, timer: Timer, exchange: Exchange) -> bool:
        """Whether it may be over though this was not done."""
        highest = max(self._highest, self._clock.now(exchange.at))
        others = (wish for wish in self._stops(timer) if not _says(wish, exchange))
        return timer.in_doubt or highest >= timer.runs_until or any(others)

    def _stop_beside(self, timer: Timer, stopped_at: datetime, exchange: Exchange) -> None:
        """With one that ended at ``stopped_at`` by the server's clock, or later; or before, if
        something else may have stopped it.
        """
        wishes, at = self._stops(timer), exchange.at
        said_at = min((wish.since for wish in wishes if _says(wish, exchange)), default=0)
        others = [wish.since for wish in wishes if not _says(wish, exchange)]
        first = 0 if timer.in_doubt else self._clock.first_showed(stopped_at, said_at, at)
        since = max(timer.ran_at, min(first, *others, at))
        _, highest = self._clock.span(timer.ran_at, at)
        timer.end_between(*self._clock.span(since, at), highest, at)

    # What is answered.

    def _weigh_active(self, exchange: Exchange) -> None:
        user_id, now = str(exchange.asked["user_id"]), exchange.instant("server_time_utc")
        said = exchange.answer["session_id"] if exchange.answer["active"] is True else None
        running = {
            id: timer
            for id, timer in self._of[user_id].items()
            if not timer.is_over(now, exchange.asked_at)
        }
        sure = {id: timer for id, timer in running.items() if self._is_sure(timer, exchange, now)}
        newest = max(sure, key=lambda each: sure[each].started_at, default=None)
        if said is None or not (said in running or self._is_unheard(user_id, str(said))):
            is_right = said is None and newest is None
            self._demand(is_right, exchange, f"{newest} is active, not {said}")
        elif newest and said in running and running[said].started_at < sure[newest].started_at:
            self._demand(False, exchange, f"{newest} is active, not {said}")
        else:
            self._weigh_timer(exchange)

    def _is_sure(self, timer: Timer, exchange: Exchange, now: datetime) -> bool:
        """Whether one that is not known to be over must be known to run."""
        return timer.told_at <= exchange.asked_at and not self._may_be_over(timer, now)

    def _may_be_over(self, timer: Timer, now: datetime) -> bool:
        """Whether something may have stopped it, or it ran out on a clock that was set back."""
        ran_out = max(self._highest, now) >= timer.runs_until
        was_stopped = timer.end_told_at is not None
        return timer.in_doubt or ran_out or was_stopped or any(self._stops(timer))

    def _stops(self, timer: Timer) -> list[Wish]:
        """What is open and may have stopped it."""
        return [
            wish
            for wish in self._wishes.open(_STOP, *TALK)
            if wish.may_concern(timer.user_id, self._begun_at(timer))
            or self._timers.get(wish.text("session_id").lower()) is timer
        ]

    def _is_unheard(self, user_id: str, session_id: str) -> bool:
        """Whether it may be one of those that were perhaps started: one for each wish."""
        known = session_id in self._timers
        wishes = [w for w in self._wishes.open(_START, *TALK) if w.text("user_id") == user_id]
        unheard = self._unheard[user_id] | {session_id}
        if known or len(unheard) > len(wishes):
            return False
        self._unheard[user_id] = unheard
        return True

    def _weigh_timer(self, exchange: Exchange) -> None:
        session_id, now = exchange.text("session_id"), exchange.instant("server_time_utc")
        timer = self._timers.get(session_id)
        if timer is None:
            is_unheard = any(session_id in theirs for theirs in self._unheard.values())
            return self._demand(is_unheard, exchange, "there is no such Pomodoro")
        names = ("phase", "cycle_index", "seconds_remaining")
        phase, cycle, seconds = (exchange.answer[name] for name in names)
        given = phase, cycle, seconds
        is_told = timer.end_told_at is not None and timer.end_told_at <= exchange.asked_at
        expected = timer.end_standings() if is_told else [timer.standing(now)]
        is_right = given in expected or (
            not is_told
            and self._may_be_over(timer, now)
            and timer.may_stand_stopped(given, max(self._highest, now))
        )
        timer.see(given, exchange.asked_at, is_told=is_told and is_right)
        return self._demand(is_right, exchange, f"{' or '.join(map(str, expected))}, not {given}")

    def _demand(self, kept: bool, exchange: Exchange, expected: str) -> None:
        self.demand(
            kept,
            exchange.at,
            f"{exchange.operation} was answered wrongly at request {exchange.id}; "
            f"the oracle says: {expected}",
        )


def _says(wish: Wish, exchange: Exchange) -> bool:
    """Whether the deed was done because of this wish."""
    return (wish.who, wish.latest) == (exchange.who, exchange.asked_at)
