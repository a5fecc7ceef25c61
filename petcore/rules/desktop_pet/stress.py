"""Focus / Stress: the report of a study session and the high-stress detector.

Both are functions of the set of samples alone: samples may arrive late and in any order, and the
answer is the one that the right order would have given. Instants of samples are the sender's; they
are compared with each other and, against clocks that run ahead, once with the instant of their
arrival, but a sender whose clock is slow loses nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import fsum

GRAPH_POINTS_MAX = 5_000
_KEPT_PER_BUCKET = 4


@dataclass(frozen=True, slots=True, order=True)
class Sample:
    """One reading of the edge: scores and confidence are 0..1."""

    captured_at: datetime
    stress_score: float
    focus_score: float
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Report:
    """What a session came to. Averages have three decimals; without samples all is zero."""

    sample_count: int
    average_focus: float
    average_stress: float
    peak_stress: float
    lowest_focus: float
    graph_points: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class HighStressPolicy:
    """When stress counts as high for long enough to ask for a break.

    ``threshold`` (0..1) must be reached by every counted sample for ``held``. Two counted samples
    further apart than ``gap`` do not belong together. Samples below ``confidence`` (0..1), and
    those dated more than ``ahead`` in the future, neither count nor break. After a prompt is
    resolved, ``cool_down`` passes before ``held`` starts anew.
    """

    threshold: float = 0.75
    held: timedelta = timedelta(minutes=10)
    gap: timedelta = timedelta(minutes=6)
    confidence: float = 0.5
    ahead: timedelta = timedelta(minutes=5)
    cool_down: timedelta = timedelta(minutes=15)

    @property
    def lookback(self) -> timedelta:
        """How far before the newest counted sample the detector must see to be sure."""
        return self.held + self.gap


@dataclass(frozen=True, slots=True)
class Stress:
    """What the detector finds: is it high, and when could it be so at the earliest."""

    is_high: bool
    high_at: datetime


def report(samples: Iterable[Sample]) -> Report:
    """The report over ``samples`` in any order."""
    ordered = sorted(samples)
    if not ordered:
        return Report(0, 0.0, 0.0, 0.0, 0.0, ())
    return Report(
        sample_count=len(ordered),
        average_focus=_average([sample.focus_score for sample in ordered]),
        average_stress=_average([sample.stress_score for sample in ordered]),
        peak_stress=max(sample.stress_score for sample in ordered),
        lowest_focus=min(sample.focus_score for sample in ordered),
        graph_points=_thinned(ordered),
    )


def counts(sample: Sample, arrived_at: datetime, policy: HighStressPolicy) -> bool:
    """Whether the detector looks at ``sample`` at all. Decided once, when it arrives."""
    is_sure = sample.confidence >= policy.confidence
    return is_sure and sample.captured_at <= arrived_at + policy.ahead


def detect(
    counted: Iterable[Sample], now: datetime, policy: HighStressPolicy, since: datetime | None
) -> Stress:
    """Look at counted samples in any order, but not at those before ``since`` if that is given."""
    run = _high_run(
        sorted(sample for sample in counted if since is None or sample.captured_at >= since), policy
    )
    if not run:
        return Stress(False, max(now, since or now) + policy.held)
    high_at = run[0].captured_at + policy.held
    return Stress(run[-1].captured_at >= high_at, high_at)


def quiet_until(resolved_at: datetime, policy: HighStressPolicy) -> datetime:
    """The instant from which samples count again after a prompt was resolved."""
    return resolved_at + policy.cool_down


def may_prompt(
    session_allows: bool,
    started_at: datetime,
    preference: bool | None,
    preference_at: datetime | None,
) -> bool:
    """Whether a session may ask for breaks.

    Its own flag decides, which was set from the preference where the start did not say; but
    switching the preference off after the start stops it.
    """
    switched_off = preference is False and preference_at is not None and preference_at > started_at
    return session_allows and not switched_off


def _average(values: Sequence[float]) -> float:
    return round(fsum(values) / len(values), 3)


def _thinned(ordered: Sequence[Sample]) -> tuple[Sample, ...]:
    """All samples, or so many that a graph still shows every peak and every low."""
    if len(ordered) <= GRAPH_POINTS_MAX:
        return tuple(ordered)
    buckets = GRAPH_POINTS_MAX // _KEPT_PER_BUCKET
    edges = [len(ordered) * number // buckets for number in range(buckets + 1)]
    kept = (index for start, end in pairwise(edges) for index in _extremes(ordered, start, end))
    return tuple(ordered[index] for index in kept)


def _extremes(ordered: Sequence[Sample], start: int, end: int) -> list[int]:
    """Where the lowest and highest focus and stress stand, from ``start`` to before ``end``."""
    focus: Callable[[int], float] = lambda index: ordered[index].focus_score  # noqa: E731
    stress: Callable[[int], float] = lambda index: ordered[index].stress_score  # noqa: E731
    places = range(start, end)
    return sorted({pick(places, key=key) for pick in (min, max) for key in (focus, stress)})


def _high_run(counted: Sequence[Sample], policy: HighStressPolicy) -> Sequence[Sample]:
    """The unbroken high samples that end with the newest one."""
    start = len(counted)
    while start and counted[start - 1].stress_score >= policy.threshold:
        is_apart = start < len(counted) and (
            counted[start].captured_at - counted[start - 1].captured_at > policy.gap
        )
        if is_apart:
            break
        start -= 1
    return counted[start:]
