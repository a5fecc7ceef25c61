"""What the samples of a study session come to, once it has ended, and what is wrong with a report.

Of some samples nobody knows whether they were stored. The first report that is told decides; it may
be any of them, and it goes on saying the same.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from math import fsum
from typing import NamedTuple, TypeVar

from simulator.invariants.samples import Sample
from simulator.kernel.trace import Json

_POINTS_MAX = 5_000

_Sent = TypeVar("_Sent")
Point = tuple[str, object, object]
"""Instant as text, focus and stress."""


class Undated(NamedTuple):
    """A sample that says no instant: it is of one from ``since`` until ``until``."""

    until: datetime
    since: datetime
    sample: Sample

    def may_be(self, point: Point) -> bool:
        """Whether this is what ``point`` shows."""
        scores = self.sample.focus_score, self.sample.stress_score
        return point[1:] == scores and self.since <= datetime.fromisoformat(point[0]) <= self.until


@dataclass(frozen=True, slots=True)
class _Sum:
    """What samples come to; ``points`` are those whose instant is known, ``undated`` the others."""

    figures: Json
    points: list[Point]
    undated: Sequence[Undated] = ()

    def told(self, report: Json) -> "_Sum":
        """The same, once somebody was told ``report``: what has an instant there keeps it."""
        if not self.undated or "graph_points" not in report:
            return self
        return self._dated(_points(report["graph_points"]))

    def _dated(self, shown: list[Point]) -> "_Sum":
        """With an instant for each that may be one of those ``shown`` of which nobody knows."""
        points, undated = self.points.copy(), []
        left = list((Counter(shown) - Counter(points)).elements())
        for each in sorted(self.undated):
            place = next((point for point in left if each.may_be(point)), None)
            if place is None:
                undated.append(each)
            else:
                left.remove(place)
                points.append(place)
        return replace(self, points=points, undated=undated)

    def fault(self, report: Json) -> str:
        """What is wrong with ``report``; nothing if all is right. A pet tells figures alone."""
        for name, figure in self.figures.items():
            if report[name] != figure:
                return f"{name} is {report[name]}, the samples come to {figure}"
        if "graph_points" not in report:
            return ""
        points = _points(report["graph_points"])
        if any(later[0] < earlier[0] for earlier, later in pairwise(points)):
            return "the graph points are not in the order of their time"
        return self._fault_of_points(points)

    def _fault_of_points(self, points: list[Point]) -> str:
        dated = self._dated(points)
        known, shown = Counter(dated.points), Counter(points)
        if shown - known:
            return f"{next(iter(shown - known))} is a graph point, but no sample"
        is_whole = len(self.points) + len(self.undated) <= _POINTS_MAX
        if is_whole and known - shown:
            return f"{next(iter(known - shown))} is a sample, but no graph point"
        if is_whole and dated.undated:
            return f"{dated.undated[0].sample} is a sample, but no graph point"
        if points and self.figures["peak_stress"] not in {stress for _, _, stress in points}:
            return "no graph point shows the peak of stress"
        if points and self.figures["lowest_focus"] not in {focus for _, focus, _ in points}:
            return "no graph point shows the lowest focus"
        return ""


@dataclass(frozen=True, slots=True)
class Taken:
    """The samples that were stored before the end, and those that perhaps were: they say when they
    were captured, or not.
    """

    stored: list[Sample]
    dated: list[Sample]
    undated: list[Undated]

    def sums(self, report: Json) -> list[_Sum]:
        """What they may come to, once somebody was told ``report``."""
        dated = [*_some_of(self.dated), self._shown(report)]
        return [
            _summed_up([*self.stored, *some], others)
            for others in _some_of(self.undated)
            for some in dated
        ]

    def _shown(self, report: Json) -> list[Sample]:
        """Those that the graph shows. There may be any of them, and too many to try all."""
        points = _points(report.get("graph_points", []))
        left = Counter(points) - Counter(map(_point, self.stored))
        some = []
        for sample in self.dated:
            if left[_point(sample)] > 0:
                left[_point(sample)] -= 1
                some.append(sample)
        return some


@dataclass(slots=True)
class Ended:
    """What a session may have come to, and when it ended; "" if nobody was told. ``told_at`` is
    when the server said so, in milliseconds since the world began.
    """

    ended_at: str
    told_at: int
    taken: Taken
    sums: list[_Sum] = field(default_factory=list)

    def fault(self, report: Json) -> str:
        """What is wrong with ``report``; nothing if all is right. It goes on saying the same."""
        self.sums = self.sums or self.taken.sums(report)
        faults = [each.fault(report) for each in self.sums]
        self.sums = [
            each.told(report) for each, fault in zip(self.sums, faults, strict=True) if not fault
        ] or self.sums
        return faults[0] if all(faults) else ""


def _some_of(sent: list[_Sent]) -> Iterator[list[_Sent]]:
    """None of them, each, the first ones, and all."""
    yield from (sent[:count] for count in range(len(sent) + 1))
    yield from ([each] for each in sent[1:])


def _summed_up(dated: list[Sample], undated: Sequence[Undated] = ()) -> _Sum:
    samples = [*dated, *(each.sample for each in undated)]
    focus = [sample.focus_score for sample in samples]
    stress = [sample.stress_score for sample in samples]
    return _Sum(
        figures={
            "sample_count": len(samples),
            "average_focus": _average(focus),
            "average_stress": _average(stress),
            "peak_stress": max(stress, default=0),
            "lowest_focus": min(focus, default=0),
        },
        points=[_point(sample) for sample in dated],
        undated=undated,
    )


def _average(scores: list[float]) -> float:
    return round(fsum(scores) / len(scores), 3) if scores else 0


def _point(sample: Sample) -> Point:
    return sample.captured_at.isoformat(), sample.focus_score, sample.stress_score


def _points(shown: object) -> list[Point]:
    assert isinstance(shown, list)
    return [(point["timestamp"], point["focus_score"], point["stress_score"]) for point in shown]
