"""A break prompt comes when stress has stayed high for ten minutes, and never without that.

Stress is high from 0.75 on. Samples of less confidence than 0.5, and those dated more than five
minutes ahead, are as if they had not been sent. Of the others, in the order in which they were
captured, those count that end with the newest one, are all high, and are nowhere more than six
minutes apart; when the first and the last of them are ten minutes apart, the sample that arrived
last brings a prompt. Until a session's prompt is resolved there is no other; after that, samples of
the next fifteen minutes do not count. Whether a session may ask at all is said at its start;
switching the preference off later forbids it, too.

A poll shows the oldest open prompt of its user, and nothing if there is none.
"""

from bisect import insort
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from simulator.invariants import Judge, Objection, Weighs
from simulator.invariants.exchanges import Exchange
from simulator.invariants.repeats import Repeats
from simulator.invariants.samples import sample_of, session_of

_HIGH = 0.75
_SURE = 0.5
_HELD = timedelta(minutes=10)
_GAP = timedelta(minutes=6)
_AHEAD = timedelta(minutes=5)
_COOL_DOWN = timedelta(minutes=15)

_REMEMBERED = 256
"""Prompts that people have seen. Nobody answers one of last month."""


@dataclass(slots=True, eq=False)
class _Prompt:
    """A prompt that there should be, or, if not ``is_due``, one that the server showed anyway."""

    user_id: str
    at: int
    created_at: datetime
    is_due: bool = True
    is_missed: bool = False
    prompt_id: str | None = None
    resolved_at: int | None = None
    decision: bool | None = None


@dataclass(slots=True)
class _Session:
    """A running study session. ``counted`` holds instant and stress, in order."""

    user_id: str
    started_at: int
    world_began: datetime
    allows: bool
    counted: list[tuple[datetime, float]] = field(default_factory=list)
    prompt: _Prompt | None = None

    def instant(self, at: int) -> datetime:
        """An instant of the trace on the server's clock."""
        return self.world_began + timedelta(milliseconds=at)

    @property
    def is_open(self) -> bool:
        """Whether its prompt waits for an answer."""
        return self.prompt is not None and self.prompt.resolved_at is None

    def high_for(self) -> timedelta:
        """How far the unbroken high samples reach back from the newest one."""
        last = first = None
        for captured_at, stress in reversed(self.counted):
            is_apart = first is not None and first - captured_at > _GAP
            if stress < _HIGH or is_apart or captured_at < self._quiet_until():
                break
            first, last = captured_at, last or captured_at
        return last - first if last and first else timedelta(0)

    def _quiet_until(self) -> datetime:
        if self.prompt is None or self.prompt.resolved_at is None:
            return datetime.min.replace(tzinfo=self.world_began.tzinfo)
        return self.instant(self.prompt.resolved_at) + _COOL_DOWN


class BreakPrompts(Judge):
    """The judge."""

    name = "break prompts"

    def __init__(self) -> None:
        super().__init__()
        self._repeats = Repeats()
        self._sessions: dict[str, _Session] = {}
        self._preferences: dict[str, tuple[bool, int]] = {}
        self._open: dict[str, list[_Prompt]] = {}
        self._seen: dict[str, _Prompt] = {}
        self.due_at: list[int] = []
        """When stress had been high for ten minutes, in milliseconds since the world began."""

    @property
    def weighs(self) -> Weighs:
        """Every poll and every answer to a prompt is a case."""
        return {
            "POST /api/breaks/preferences/stress-prompts": self._prefer,
            "POST /api/stress/session/start": self._start,
            "POST /api/stress/sample": self._sample,
            "POST /api/stress/session/end": self._end,
            "GET /api/breaks/prompt/poll": self._poll,
            "POST /api/breaks/prompt/ack": self._ack,
        }

    def _prefer(self, exchange: Exchange) -> None:
        if not self._repeats.is_repeat(exchange):
            is_wanted = exchange.asked["enabled"] is True
            self._preferences[str(exchange.asked["user_id"])] = (is_wanted, exchange.at)

    def _start(self, exchange: Exchange) -> None:
        if self._repeats.is_repeat(exchange):
            return
        session = exchange.answer["session"]
        assert isinstance(session, dict)
        user_id = session["user_id"]
        preference, _ = self._preferences.get(user_id, (False, 0))
        wish = exchange.asked.get("allow_prompted_breaks")
        self.demand(
            session["allow_prompted_breaks"] == (preference if wish is None else wish),
            exchange.at,
            f"session {session['session_id']} of {user_id} was started with "
            f"allow_prompted_breaks {wish} and preference {preference}, and answered "
            f"{session['allow_prompted_breaks']}",
        )
        started_at = datetime.fromisoformat(session["started_at"])
        self._sessions[session["session_id"]] = _Session(
            user_id=user_id,
            started_at=exchange.at,
            world_began=started_at - timedelta(milliseconds=exchange.at),
            allows=session["allow_prompted_breaks"],
        )

    def _sample(self, exchange: Exchange) -> None:
        session = self._sessions.get(session_of(exchange))
        if self._repeats.is_repeat(exchange) or session is None:
            return
        sample, now = sample_of(exchange), session.instant(exchange.at)
        if sample.confidence < _SURE or sample.captured_at > now + _AHEAD:
            return
        insort(session.counted, (sample.captured_at, sample.stress_score))
        if session.is_open or not self._may_ask(session) or session.high_for() < _HELD:
            return
        session.prompt = _Prompt(session.user_id, exchange.at, now)
        self.due_at.append(exchange.at)
        self._open.setdefault(session.user_id, []).append(session.prompt)

    def _may_ask(self, session: _Session) -> bool:
        is_wanted, since = self._preferences.get(session.user_id, (True, 0))
        return session.allows and (is_wanted or since <= session.started_at)

    def _end(self, exchange: Exchange) -> None:
        session = self._sessions.pop(session_of(exchange), None)
        if session is not None and session.prompt is not None:
            self._resolve(session.prompt, None, exchange.at)

    def _resolve(self, prompt: _Prompt, decision: bool | None, at: int) -> None:
        if prompt.resolved_at is None:
            prompt.resolved_at, prompt.decision = at, decision
            if prompt.is_due:
                self._open[prompt.user_id].remove(prompt)

    def _ack(self, exchange: Exchange) -> None:
        prompt = self._seen.get(exchange.text("prompt_id"))
        if prompt is None:
            words = f"prompt {exchange.text('prompt_id')} was acknowledged, but no poll showed it"
            return self.demand(False, exchange.at, words)
        self._resolve(prompt, exchange.asked["acknowledged"] is True, exchange.at)
        return self.demand(
            exchange.answer["acknowledged"] is prompt.decision,
            exchange.at,
            f"the decision on prompt {prompt.prompt_id} was {prompt.decision}, and the server "
            f"answered {exchange.answer['acknowledged']}",
        )

    def _poll(self, exchange: Exchange) -> None:
        self.cases += 1
        due = self._open.get(str(exchange.asked["user_id"]))
        is_shown = exchange.answer["show_prompt"] is True
        if due and is_shown:
            self._compare(due[0], exchange)
        elif due:
            self._miss(due[0], exchange)
        elif is_shown:
            self._doubt(exchange)

    def _compare(self, due: _Prompt, exchange: Exchange) -> None:
        """A prompt is due and one is shown: is it this one."""
        shown_id = exchange.text("prompt_id")
        if due.prompt_id is None and shown_id not in self._seen:
            self._see(due, shown_id)
            if exchange.instant("created_at") != due.created_at:
                self._object(
                    exchange,
                    f"shows prompt {shown_id} of {exchange.text('created_at')}; stress had been "
                    f"high for ten minutes at {due.created_at}",
                )
        elif due.prompt_id != shown_id:
            self._doubt(exchange)

    def _miss(self, due: _Prompt, exchange: Exchange) -> None:
        """A prompt is due and none is shown."""
        if due.at < exchange.at and not due.is_missed:
            due.is_missed = True
            self._object(
                exchange,
                f"shows no prompt although stress had been high for ten minutes at "
                f"{due.created_at} and nobody resolved prompt {due.prompt_id or 'of then'}",
            )

    def _doubt(self, exchange: Exchange) -> None:
        """A prompt is shown that should not be."""
        shown_id = exchange.text("prompt_id")
        seen = self._seen.get(shown_id)
        if seen is None:
            created_at = exchange.instant("created_at")
            undue = _Prompt(str(exchange.asked["user_id"]), exchange.at, created_at, is_due=False)
            self._see(undue, shown_id)
            self._object(
                exchange,
                f"shows prompt {shown_id} of {created_at} though stress had not been high for ten "
                f"minutes, or nobody may be asked",
            )
        elif seen.is_due and seen.resolved_at is not None and seen.resolved_at < exchange.at:
            seen.is_due = False
            self._object(exchange, f"shows prompt {shown_id} again, which has been resolved")
        elif seen.is_due and seen.resolved_at is None and not seen.is_missed:
            seen.is_missed = True
            self._object(exchange, f"shows prompt {shown_id}, which is not the oldest open one")

    def _see(self, prompt: _Prompt, prompt_id: str) -> None:
        prompt.prompt_id = prompt_id
        self._seen[prompt_id] = prompt
        if len(self._seen) > _REMEMBERED:
            del self._seen[next(iter(self._seen))]

    def _object(self, exchange: Exchange, what: str) -> None:
        user_id = exchange.asked["user_id"]
        words = f"poll {exchange.id} for {user_id} {what}"
        self.objections.append(Objection(exchange.at, words))
