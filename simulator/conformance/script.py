"""What the server is like just now: what it has to say, and how it treats who asks.

The story changes it, the answers read it, devices change it by what they ask. Belongs here: state
and the few rules of a prompt, a reminder, a Pomodoro. They are the kit's own, written after the API
document, for a judge does not reuse the rules of the server. Does not: HTTP.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from simulator.conformance.record import FINE, Span
from simulator.kernel.trace import Json

BEGAN: Final = datetime(2026, 2, 28, 18, tzinfo=UTC)
USER_CODE: Final = "BCDF-GHJK"
NEXT_POLL_S: Final = 10
NEXT_POLL_IN_PHASE_S: Final = 20
STEPS_S: Final = (0, -7_200, 7_200, -90_000, 1_800, 86_400)
"""How far ``server_time_utc`` is off while clocks are changed, one answer about a Pomodoro after
another. Back comes first: who counts by such a clock then shows hours in place of minutes.
"""
_MINUTE_MS = 60_000


@dataclass(slots=True)
class Prompt:
    """A break prompt; ``is_open`` until it is answered or withdrawn."""

    id: str
    is_open: bool = True
    is_acknowledged: bool = False


@dataclass(slots=True)
class Pomodoro:
    """A session; ``stopped_ms`` is when it was stopped before its end."""

    id: str
    user_id: str
    began_ms: int
    focus_min: int = 25
    break_min: int = 5
    cycles: int = 4
    stopped_ms: int | None = None

    def phase(self, now_ms: int) -> tuple[str, int, int]:
        """Phase, cycle from 1, and milliseconds that are left of the phase."""
        if self.stopped_ms is not None:
            return "completed", self.cycles, 0
        leg_ms = (self.focus_min + self.break_min) * _MINUTE_MS
        cycle, into_ms = divmod(now_ms - self.began_ms, leg_ms)
        if cycle >= self.cycles:
            return "completed", self.cycles, 0
        focus_ms = self.focus_min * _MINUTE_MS
        if into_ms < focus_ms:
            return "focus", cycle + 1, focus_ms - into_ms
        return "break", cycle + 1, leg_ms - into_ms


@dataclass
class Script:
    """``now_ms`` is the device's time. ``losing`` holds operations whose next answer gets lost."""

    now_ms: Callable[[], int]
    treatment: str = FINE
    refusal: int = 0
    is_due: bool = False
    prompt: Prompt | None = None
    pomodoro: Pomodoro | None = None
    clocks_change: bool = False
    token: str | None = None
    code: str | None = None
    pending: int = 0
    user_id: str = "audrey"
    losing: set[str] = field(default_factory=set)
    kept: dict[tuple[str, str], tuple[int, Json]] = field(default_factory=dict)
    """Answers under the operation and the key that they were given for, the oldest first."""
    nonsense: dict[str, int] = field(default_factory=dict)
    """How many answers of the nonsense each poll has had."""
    treatments: list[Span] = field(default_factory=list)
    _since_ms: int = 0
    _made: int = 0
    _stepped: int = 0

    def treat(self, treatment: str, refusal: int = 0) -> None:
        """From now on everybody so; ``refusal`` is the status of one that refuses."""
        now_ms = self.now_ms()
        self.treatments.append(Span(self.treatment, self._since_ms, now_ms))
        self.treatment, self.refusal, self._since_ms = treatment, refusal, now_ms

    def lose(self, operation: str) -> None:
        """The next answer to it gets lost, though what was asked is done."""
        self.losing.add(operation)

    def remind(self) -> None:
        """The next water poll is due."""
        self.is_due = True

    def open_prompt(self) -> None:
        """A new prompt waits for an answer."""
        self.prompt = Prompt(self.new_id())

    def withdraw_prompt(self) -> None:
        """Its session has ended; nobody needs to answer it."""
        if self.prompt is not None:
            self.prompt.is_open = False

    def start_pomodoro(self) -> None:
        """The app starts a short one: two minutes of focus, one of break, once."""
        self.pomodoro = Pomodoro(self.new_id(), self.user_id, self.now_ms(), 2, 1, 1)

    def stop_pomodoro(self) -> None:
        """Whatever runs is stopped."""
        if self.pomodoro is not None and self.pomodoro.stopped_ms is None:
            self.pomodoro.stopped_ms = self.now_ms()

    def change_clocks(self, changes: bool) -> None:
        """Whether ``server_time_utc`` jumps with every answer about a Pomodoro."""
        self.clocks_change, self._stepped = changes, 0

    def step_clock(self) -> None:
        """Such an answer was given."""
        self._stepped += 1

    def end_token(self) -> None:
        """The token is good no more; without one, the polls are refused all the same."""
        if self.token is None:
            self.treat("refusing", 401)
        else:
            self.token = ""

    def new_id(self) -> str:
        """An id that nobody had yet."""
        self._made += 1
        return f"5e1f0000-0000-4000-8000-{self._made:012d}"

    def instant(self) -> str:
        """``server_time_utc`` of the answer under way."""
        step_s = STEPS_S[self._stepped % len(STEPS_S)] if self.clocks_change else 0
        return (BEGAN + timedelta(milliseconds=self.now_ms(), seconds=step_s)).isoformat()

    @property
    def running(self) -> Pomodoro | None:
        """The Pomodoro that is not over yet."""
        pomodoro = self.pomodoro
        if pomodoro is None or pomodoro.phase(self.now_ms())[0] == "completed":
            return None
        return pomodoro
