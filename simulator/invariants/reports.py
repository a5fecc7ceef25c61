"""The report of a study session equals what its samples come to, each counted once.

It is there from the end of the session on, and stays as it was.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from math import fsum

from simulator.invariants import EVERY, Judge, Weighs
from simulator.invariants.exchanges import Exchange
from simulator.invariants.repeats import Repeats
from simulator.invariants.samples import Sample, sample_of, session_of
from simulator.kernel.trace import Json

_REPORT = "GET /api/stress/report/"
_NOT_FOUND = 404
_POINTS_MAX = 5_000
_REMEMBERED = 20
"""Reports. Nobody looks at older ones."""

Point = tuple[str, object, object]
"""Instant as text, focus and stress."""


@dataclass(frozen=True, slots=True)
class _Ended:
    """What a session came to, and when it ended."""

    ended_at: str
    figures: Json
    points: list[Point]

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
        known, shown = Counter(self.points), Counter(points)
        if shown - known:
            return f"{next(iter(shown - known))} is a graph point, but no sample"
        if len(self.points) <= _POINTS_MAX and known - shown:
            return f"{next(iter(known - shown))} is a sample, but no graph point"
        if points and self.figures["peak_stress"] not in {stress for _, _, stress in points}:
            return "no graph point shows the peak of stress"
        if points and self.figures["lowest_focus"] not in {focus for _, focus, _ in points}:
            return "no graph point shows the lowest focus"
        return ""


class Reports(Judge):
    """The judge."""

    name = "reports"

    def __init__(self) -> None:
        super().__init__()
        self._repeats = Repeats()
        self._samples: dict[str, list[Sample]] = {}
        self._ended: dict[str, _Ended] = {}

    @property
    def weighs(self) -> Weighs:
        """Every report is a case."""
        return {
            "POST /api/stress/session/start": self._start,
            "POST /api/stress/sample": self._sample,
            "POST /api/stress/session/end": self._end,
            EVERY: self._read_if_asked,
        }

    def _read_if_asked(self, exchange: Exchange) -> None:
        if exchange.operation.startswith(_REPORT) and not exchange.is_strangers:
            self._read(exchange, exchange.operation.removeprefix(_REPORT).lower())

    def _start(self, exchange: Exchange) -> None:
        session = exchange.answer["session"]
        assert isinstance(session, dict)
        if session["session_id"] not in self._ended:
            self._samples.setdefault(session["session_id"], [])

    def _sample(self, exchange: Exchange) -> None:
        if not self._repeats.is_repeat(exchange) and session_of(exchange) in self._samples:
            self._samples[session_of(exchange)].append(sample_of(exchange))

    def _end(self, exchange: Exchange) -> None:
        session_id, ended_at = session_of(exchange), exchange.text("ended_at")
        samples = self._samples.pop(session_id, None)
        if samples is not None:
            self._ended[session_id] = _summed_up(samples, ended_at)
            if len(self._ended) > _REMEMBERED:
                del self._ended[next(iter(self._ended))]
        ended = self._ended.get(session_id)
        if ended is not None:
            words = f"session {session_id} ended at {ended.ended_at}, and then at {ended_at}"
            self.demand(ended_at == ended.ended_at, exchange.at, words)
            self._compare(ended, session_id, exchange)

    def _read(self, exchange: Exchange, session_id: str) -> None:
        ended = self._ended.get(session_id)
        if ended is not None and exchange.is_done:
            self._compare(ended, session_id, exchange)
        elif ended is not None and exchange.status == _NOT_FOUND:
            words = f"there is no report of session {session_id}, which ended at {ended.ended_at}"
            self.demand(False, exchange.at, words)
        elif session_id in self._samples:
            words = f"there is a report of session {session_id} before its end"
            self.demand(not exchange.is_done, exchange.at, words)

    def _compare(self, ended: _Ended, session_id: str, exchange: Exchange) -> None:
        report = exchange.answer["report"]
        assert isinstance(report, dict)
        fault = ended.fault(report)
        words = f"the report of session {session_id} in answer to request {exchange.id}: {fault}"
        self.demand(not fault, exchange.at, words)


def _summed_up(samples: list[Sample], ended_at: str) -> _Ended:
    focus = [sample.focus_score for sample in samples]
    stress = [sample.stress_score for sample in samples]
    return _Ended(
        ended_at,
        figures={
            "sample_count": len(samples),
            "average_focus": _average(focus),
            "average_stress": _average(stress),
            "peak_stress": max(stress, default=0),
            "lowest_focus": min(focus, default=0),
        },
        points=[
            (sample.captured_at.isoformat(), sample.focus_score, sample.stress_score)
            for sample in samples
        ],
    )


def _average(scores: list[float]) -> float:
    return round(fsum(scores) / len(scores), 3) if scores else 0


def _points(shown: object) -> list[Point]:
    assert isinstance(shown, list)
    return [(point["timestamp"], point["focus_score"], point["stress_score"]) for point in shown]
