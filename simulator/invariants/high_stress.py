"""When stress has been high for long enough, as the API document has it: sessions, their samples
and the prompts that come of them. Who saw which prompt is the judge's matter (``break_prompts``).
"""

import sys
from bisect import insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

SOME_DAY = sys.maxsize
"""Later than any moment of a world."""

_EVER = datetime.min.replace(tzinfo=UTC)

Scored = tuple[datetime, float]
"""When a sample was captured, and its stress."""
Span = tuple[datetime, datetime]
"""What the server's clock showed at the earliest and at the latest."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What can be set about it, and what the document says."""

    threshold: float = 0.75
    confidence: float = 0.5
    held_s: int = 600
    gap_s: int = 360
    ahead_s: int = 300
    cool_down_s: int = 900


@dataclass(slots=True, eq=False)
class Prompt:
    """A prompt that there should be, or, if not ``is_due``, one that the server showed anyway.

    It came at some time from ``since`` until ``at``, in milliseconds since the world began, and was
    resolved by ``resolved_at``, when the clock of the server showed something of ``resolved``. From
    ``stored_by`` on it was there for sure; that is ``SOME_DAY`` while nobody has heard of it. At
    some time from ``open_at`` on it was still open: a poll that was asked then shows it again.
    """

    user_id: str
    since: int
    at: int
    session: "Session | None" = None
    is_due: bool = True
    is_missed: bool = False
    prompt_id: str | None = None
    resolved_at: int | None = None
    resolved: Span = (_EVER, _EVER)
    decision: bool | None = None
    stored_by: int = 0
    open_at: int = 0

    def arrive(self, at: int) -> None:
        """At ``at`` it was there."""
        self.stored_by = min(self.stored_by, at)

    def show(self, asked_at: int) -> None:
        """A poll that was asked at ``asked_at`` shows it again."""
        self.open_at = max(self.open_at, asked_at)

    def was_there(self, at: int) -> bool:
        """Whether it was there before ``at``, for sure."""
        return max(self.at, self.stored_by) < at


@dataclass(slots=True, eq=False)
class Session:
    """A running study session. ``counted`` holds instant and stress, in order; ``perhaps`` when
    there may have come a prompt that need not have come, ``in_doubt`` says that it may have ended.
    """

    id: str
    user_id: str
    told_at: int
    started_at: datetime
    allows: bool
    policy: Policy
    counted: list[Scored] = field(default_factory=list)
    prompt: Prompt | None = None
    perhaps: list[tuple[int, int]] = field(default_factory=list)
    in_doubt: bool = False

    @property
    def is_open(self) -> bool:
        """Whether its prompt waits for an answer."""
        return self.prompt is not None and self.prompt.resolved_at is None

    @property
    def cool_down(self) -> timedelta:
        """How long samples do not count after a prompt."""
        return timedelta(seconds=self.policy.cool_down_s)

    @property
    def quiet_until(self) -> Span:
        """Samples from before the one do not count after a prompt was resolved; from the other on
        they do.
        """
        if self.prompt is None or self.prompt.resolved_at is None:
            return _EVER, _EVER
        earliest, latest = self.prompt.resolved
        return earliest + self.cool_down, latest + self.cool_down

    def counts(self, confidence: float, captured_at: datetime, now: datetime) -> bool:
        """Whether a sample that arrives at ``now`` is looked at."""
        is_ahead = captured_at > now + timedelta(seconds=self.policy.ahead_s)
        return confidence >= self.policy.confidence and not is_ahead

    def add(self, sample: Scored) -> None:
        """One more that counts."""
        insort(self.counted, sample)

    def must_ask(self, doubtful: Sequence[Scored]) -> bool:
        """Whether stress is high for long enough, whatever became of the ``doubtful`` samples."""
        quiet_until = self.quiet_until[1]
        return all(self._is_high(quiet_until, some) for some in _some_of(doubtful))

    def may_ask(self, doubtful: Sequence[Scored], quiet_until: datetime) -> bool:
        """Whether it is, if some of the ``doubtful`` samples were stored."""
        return any(self._is_high(quiet_until, some) for some in _some_of(doubtful))

    def _is_high(self, quiet_until: datetime, more: Sequence[Scored]) -> bool:
        """Whether the unbroken high samples reach back far enough from the newest one."""
        last = first = None
        gap = timedelta(seconds=self.policy.gap_s)
        counted = sorted((*self.counted, *more)) if more else self.counted
        for captured_at, stress in reversed(counted):
            is_apart = first is not None and first - captured_at > gap
            is_low = stress < self.policy.threshold
            if is_low or is_apart or captured_at < quiet_until:
                break
            first, last = captured_at, last or captured_at
        return bool(last and first and last - first >= timedelta(seconds=self.policy.held_s))


def _some_of(doubtful: Sequence[Scored]) -> Iterator[Sequence[Scored]]:
    """None of them, the first ones, each, and all: a sender does not send the later ones first."""
    yield from (doubtful[:count] for count in range(len(doubtful) + 1))
    yield from ([each] for each in doubtful[1:])
