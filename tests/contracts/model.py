"""What the server should know and say, written from the contract alone.

It knows nothing of the rules on trial and shares no code with them. Not here: requests.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.contracts.contract import Json
from tests.contracts.served import Reply

HELD, GAP = timedelta(minutes=10), timedelta(minutes=6)
COOL_DOWN, AHEAD = timedelta(minutes=15), timedelta(minutes=5)


@dataclass
class Sample:
    """A sample that was accepted."""

    at: datetime
    stress: float
    focus: float
    confidence: float
    counts: bool = True


@dataclass
class Session:
    """A study session as the model knows it."""

    id: str
    user: str
    allows: bool
    started: datetime
    samples: list[Sample] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    ended: Json | None = None


@dataclass
class Prompt:
    """A prompt: open while ``resolved`` is None."""

    id: str
    user: str
    created: datetime
    resolved: datetime | None = None
    answer: bool | None = None


@dataclass
class Pomodoro:
    """A Pomodoro as the model knows it."""

    id: str
    user: str
    started: datetime
    focus: int
    pause: int
    cycles: int
    stopped: datetime | None = None

    def phases(self) -> list[tuple[str, int, datetime, datetime]]:
        """Every phase with its cycle, its start and its end."""
        found, start = [], self.started
        for cycle in range(1, self.cycles + 1):
            for phase, minutes in (("focus", self.focus), ("break", self.pause)):
                end = start + timedelta(minutes=minutes)
                found.append((phase, cycle, start, end))
                start = end
        return found

    def status(self, now: datetime) -> tuple[str, int, int]:
        """Phase, cycle and seconds that a poll at ``now`` must show."""
        for phase, cycle, start, end in self.phases():
            if self.stopped is not None and self.stopped < end:
                return "completed", cycle, 0
            if start <= now < end:
                return phase, cycle, -(-(end - now) // timedelta(seconds=1))
        return "completed", self.cycles, 0

    def runs(self, now: datetime) -> bool:
        """Whether it is neither stopped nor over."""
        return self.status(now)[0] != "completed"


@dataclass
class Kept:
    """An answer that was given under a key."""

    sent: Json
    ask: Callable[[], Reply]
    reply: Reply
    until: datetime


@dataclass
class Model:
    """All that the server should know."""

    schedules: dict[str, Json] = field(default_factory=dict)
    reminded: dict[str, datetime] = field(default_factory=dict)
    preferences: dict[str, tuple[bool, datetime]] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    prompts: dict[str, Prompt] = field(default_factory=dict)
    pomodoros: dict[str, Pomodoro] = field(default_factory=dict)
    said: dict[tuple[str, float, float], str] = field(default_factory=dict)
    keys: dict[tuple[str, str, str | None], Kept] = field(default_factory=dict)

    def due(self, user: str, now: datetime) -> str:
        """The reason that a water poll must give."""
        schedule = self.schedules.get(user)
        if schedule is None:
            return "no_schedule"
        if not schedule["enabled"]:
            return "disabled"
        wall = f"{now.astimezone(ZoneInfo(schedule['timezone'])):%H:%M}"
        start, end = schedule["start_time"], schedule["end_time"]
        inside = start <= wall <= end if start <= end else wall >= start or wall <= end
        if not inside and start != end:
            return "outside_window"
        last = self.reminded.get(user)
        waits = last is not None and now - last < timedelta(minutes=schedule["interval_min"])
        return "not_due" if waits else "due"

    def ahead_min(self, user: str, now: datetime) -> int | None:
        """What a water poll must say of the wall clock at home: by how much it is ahead of UTC."""
        schedule = self.schedules.get(user)
        if schedule is None:
            return None
        wall = now.astimezone(ZoneInfo(schedule["timezone"])).replace(tzinfo=None)
        ahead = wall - now.astimezone(UTC).replace(tzinfo=None)
        return ahead // timedelta(minutes=1)

    def wants_prompt(self, session: Session, now: datetime) -> bool:
        """Whether the samples of a session call for a prompt now that one more has arrived."""
        arrived = session.samples[-1]
        arrived.counts = arrived.confidence >= 0.5 and arrived.at <= now + AHEAD
        if not arrived.counts:
            return False
        enabled, since = self.preferences.get(session.user, (None, session.started))
        if not session.allows or (enabled is False and since > session.started):
            return False
        last = self.prompts[session.prompts[-1]] if session.prompts else None
        if last is not None and last.resolved is None:
            return False
        quiet = None if last is None or last.resolved is None else last.resolved + COOL_DOWN
        return _is_high(
            sample
            for sample in session.samples
            if sample.counts and (quiet is None or sample.at >= quiet)
        )


def _is_high(samples: Iterable[Sample]) -> bool:
    """Ten minutes, up to the newest sample, with each one high and none far from the next."""
    newest_first = sorted(samples, key=lambda each: (each.at, each.stress), reverse=True)
    later = None
    for sample in newest_first:
        if sample.stress < 0.75 or (later is not None and later - sample.at > GAP):
            return False
        later = sample.at
        if newest_first[0].at - sample.at >= HELD:
            return True
    return False


def shown(instant: datetime) -> str:
    """An instant as answers write it."""
    return instant.isoformat()
