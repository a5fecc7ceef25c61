"""What a promise comes to: kept, broken or untested, with the evidence; and what delay is none.

Belongs here: what all promises share. Does not: a promise.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from simulator.conformance.record import Record

SLOW_MS = 100
"""A machine that was so late, in milliseconds of the real world, judges no haste of others."""
_SLACK_MS = 2_000
_REAL_SLACK_MS = 250
_REAL_JITTER_MS = 50
_LINES_MAX = 6


class Verdict(StrEnum):
    """``UNTESTED``: it did not come to it, or nobody could see."""

    KEPT = "kept"
    BROKEN = "broken"
    UNTESTED = "untested"


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict and the lines that say why."""

    verdict: Verdict
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Promise:
    """``name`` is what the device promises; ``judge`` looks whether it did. It is pure."""

    name: str
    meaning: str
    judge: Callable[[Record], Finding]


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise broken by a delay or a haste; ``from_ms`` and ``to_ms`` are when that was."""

    words: str
    from_ms: int
    to_ms: int


def slack_ms(scale: int) -> int:
    """What a device may be late, in its own time: two seconds, and what a computer needs."""
    return _SLACK_MS + _REAL_SLACK_MS * scale


def jitter_ms(scale: int) -> int:
    """By how much two moments may have moved towards each other on their way here."""
    return _REAL_JITTER_MS * scale


def finding(
    broken: Iterable[str], kept: Iterable[str] = (), untested: Iterable[str] = ()
) -> Finding:
    """Broken if anything is; untested if something is, or nothing was seen; else kept."""
    wrong, right, open_ = _brief(list(broken)), _brief(list(kept)), _brief(list(untested))
    if wrong:
        return Finding(Verdict.BROKEN, wrong)
    if open_ or not right:
        return Finding(Verdict.UNTESTED, (*open_, *right) or ("it never came to it",))
    return Finding(Verdict.KEPT, right)


def timed(
    record: Record, breaches: Sequence[Breach], kept: Iterable[str], untested: Iterable[str] = ()
) -> Finding:
    """As ``finding``; but what went wrong while this machine was slow is nobody's fault."""
    lags = [at_ms for at_ms, late_ms in record.lags if late_ms > SLOW_MS]
    slack = slack_ms(record.scale)
    broken: list[str] = []
    doubtful: list[str] = []
    for breach in breaches:
        is_doubtful = any(breach.from_ms - slack <= at <= breach.to_ms + slack for at in lags)
        (doubtful if is_doubtful else broken).append(breach.words)
    slow = [f"this machine was too slow to tell: {words}" for words in doubtful]
    return finding(broken, kept, (*untested, *slow))


def clock(ms: int) -> str:
    """A moment of the story, as minutes and seconds."""
    return f"{ms // 60_000}:{ms // 1000 % 60:02d}"


def seconds(ms: int) -> str:
    """A length of time in seconds."""
    return f"{ms / 1000:.1f} s"


def _brief(lines: list[str]) -> tuple[str, ...]:
    more = len(lines) - _LINES_MAX
    return tuple(lines[:_LINES_MAX]) + ((f"and {more} more",) if more > 0 else ())
