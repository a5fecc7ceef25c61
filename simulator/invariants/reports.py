"""The report of a study session equals what its samples come to, each counted once.

It is there from the end of the session on, and stays as it was. A pet that is told to end the
session ends all that run, and tells of one of them: when the others ended is first heard later. One
that began while it did so may be among them or not, and of very many not all are.

A sample that was sent and has come to no end (``wishes``) may be in the report or not, and in all
that is said of it alike; one that does not say when it was captured stands there at an instant that
the server's clock showed while it may have been stored. While an end, or words to the pet that were
said while the session ran, are open, there may be a report or none.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta

from petcore.ports.zones import Zones
from simulator.invariants import Hears, Judge, Weighs, every
from simulator.invariants.deeds import ENDED_MAX, how_many
from simulator.invariants.exchanges import TALK, Exchange
from simulator.invariants.repeats import Repeats
from simulator.invariants.report_sums import Ended, Taken, Undated
from simulator.invariants.samples import (
    Sample,
    is_of_now,
    sample_asked,
    sample_of,
    session_of,
)
from simulator.invariants.server_clock import ServerClock
from simulator.invariants.wishes import END, Wish, Wishes

_START, _SAMPLE = "POST /api/stress/session/start", "POST /api/stress/sample"
_REPORT = "GET /api/stress/report/"
_NOT_FOUND = 404
_EXACT = timedelta()
_REMEMBERED = 20
"""Reports of one user. Nobody looks at older ones."""


@dataclass(slots=True)
class _Running:
    """A session of which nobody was told that it is over. ``asked_at`` is when it was first asked
    for, ``told_at`` when the server said that it had begun: it did so somewhen between the two.
    """

    user_id: str
    asked_at: int
    told_at: int
    samples: list[Sample] = field(default_factory=list)


class Reports(Judge):
    """The judge."""

    name = "reports"

    def __init__(self, zones: Zones, unsure: timedelta = _EXACT) -> None:
        super().__init__()
        self._unsure = unsure
        self._clock = ServerClock(zones)
        self._repeats = Repeats()
        self._wishes = Wishes(_START, _SAMPLE, END, *TALK)
        self._running: dict[str, _Running] = {}
        self._all_ended_at: dict[str, int] = {}
        """When a pet last ended all sessions of each user."""
        self._ended: dict[str, Ended] = {}
        self._ended_of: dict[str, deque[str]] = {}

    @property
    def hears(self) -> Hears:
        """When the world begins, and how the server's clock is set."""
        return self._clock.hears

    @property
    def heeds(self) -> Hears:
        """What is asked."""
        return self._wishes.heeds

    @property
    def weighs(self) -> Weighs:
        """Every report is a case."""
        return {
            _START: self._start,
            _SAMPLE: self._sample,
            END: self._end,
            **self._wishes.weighs,
            every(_REPORT): self._read,
        }

    def _start(self, exchange: Exchange) -> None:
        session = exchange.answer["session"]
        assert isinstance(session, dict)
        if session["session_id"] not in self._ended:
            begun = _Running(session["user_id"], self._wishes.since(exchange), exchange.at)
            self._running.setdefault(session["session_id"], begun)

    def _sample(self, exchange: Exchange) -> None:
        if not self._repeats.is_repeat(exchange) and session_of(exchange) in self._running:
            self._running[session_of(exchange)].samples.append(sample_of(exchange))

    def _end(self, exchange: Exchange) -> None:
        session_id, ended_at = session_of(exchange), exchange.text("ended_at")
        self._sum_up(session_id, ended_at, exchange.at)
        if exchange.by_pet:
            self._end_others(exchange)
        ended = self._ended.get(session_id)
        if ended is not None:
            words = f"session {session_id} ended at {ended.ended_at}, and then at {ended_at}"
            self.demand(ended.ended_at in ("", ended_at), exchange.at, words)
            ended.ended_at = ended_at
            self._compare(ended, session_id, exchange)

    def _end_others(self, exchange: Exchange) -> None:
        """Those that ran when the pet was told, unless there may be too many."""
        since, user_id = self._wishes.since(exchange), str(exchange.asked["user_id"])
        if not self._repeats.is_repeat(exchange):
            self._all_ended_at[user_id] = exchange.at
        if how_many(exchange, "ended") < ENDED_MAX:
            for session_id, running in list(self._running.items()):
                if running.user_id == user_id and running.told_at <= since:
                    self._sum_up(session_id, "", exchange.at)

    def _sum_up(self, session_id: str, ended_at: str, at: int) -> None:
        """The session is over, unless it was before."""
        running = self._running.pop(session_id, None)
        if running is not None:
            taken = Taken(running.samples, *self._sent(session_id, at))
            self._ended[session_id] = Ended(ended_at, at, taken)
            theirs = self._ended_of.setdefault(running.user_id, deque())
            theirs.append(session_id)
            if len(theirs) > _REMEMBERED:
                del self._ended[theirs.popleft()]

    def _sent(self, session_id: str, at: int) -> tuple[list[Sample], list[Undated]]:
        """The samples of which nobody knows whether they were stored by ``at``, and those of them
        that do not say when they were captured.
        """
        dated, undated = [], []
        for wish in self._wishes.open(_SAMPLE):
            sample = sample_asked(wish.asked, self._clock.now(wish.since))
            if sample is None or wish.text("session_id").lower() != session_id:
                continue
            if is_of_now(wish.asked):
                undated.append(self._undated(wish, sample, at))
            else:
                dated.append(sample)
        return dated, undated

    def _undated(self, wish: Wish, sample: Sample, at: int) -> Undated:
        since, until = self._clock.span(wish.since, min(wish.ends_at, at))
        return Undated(until + self._unsure, since - self._unsure, sample)

    def _read(self, exchange: Exchange) -> None:
        if exchange.is_strangers:
            return
        session_id = exchange.operation.removeprefix(_REPORT).lower()
        ended = self._ended.get(session_id)
        if ended is not None and exchange.is_done:
            self._compare(ended, session_id, exchange)
        elif ended is not None and exchange.status == _NOT_FOUND:
            is_early = exchange.asked_at < ended.told_at
            words = f"there is no report of session {session_id}, which ended at {ended.ended_at}"
            self.demand(is_early, exchange.at, words)
        elif (running := self._running.get(session_id)) is not None:
            words = f"there is a report of session {session_id} before its end"
            may_be = self._may_be_over(session_id, running)
            self.demand(may_be or not exchange.is_done, exchange.at, words)

    def _may_be_over(self, session_id: str, running: _Running) -> bool:
        """Whether it may have ended with others, or because of what has come to no end."""
        if running.asked_at <= self._all_ended_at.get(running.user_id, -1):
            return True
        return any(
            wish.may_end(session_id, running.user_id, running.asked_at)
            for wish in self._wishes.open(END, *TALK)
        )

    def _compare(self, ended: Ended, session_id: str, exchange: Exchange) -> None:
        report = exchange.answer["report"]
        assert isinstance(report, dict)
        fault = ended.fault(report)
        words = f"the report of session {session_id} in answer to request {exchange.id}: {fault}"
        self.demand(not fault, exchange.at, words)
