"""What an edge agent posts of a look at a student: decided by one small object.

Here: the shape of that object, and the one that posts scores. Not here: when it is asked, and who
sends it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from simulator.kernel.trace import Json
from simulator.signals.edge import EdgeAgent
from simulator.signals.metric import Metric

PRESAGE = "presage"
"""The ``signal_source`` of all that an edge agent posts."""


@dataclass(frozen=True, slots=True)
class Posting:
    """Where a look is posted, and what; the id of the session goes before the body."""

    path: str
    body: Json


class Edge(Protocol):
    """Makes postings of metrics."""

    def reset(self) -> None:
        """Forget the session that is over."""
        ...

    def take(self, metrics: Iterable[Metric]) -> None:
        """Metrics as they come, in order of time."""
        ...

    def posting(self, at_ms: int, captured_at: str) -> Posting | None:
        """What to post now, ``at_ms`` after the world began and ``captured_at`` in ISO 8601; None
        if what was seen is not enough.
        """
        ...


class EdgeOfScores:
    """Posts samples whose scores it has worked out itself."""

    def __init__(self) -> None:
        self._agent = EdgeAgent()

    def reset(self) -> None:
        """Forget the session that is over."""
        self._agent.reset()

    def take(self, metrics: Iterable[Metric]) -> None:
        """Metrics as they come, in order of time."""
        self._agent.take(metrics)

    def posting(self, at_ms: int, captured_at: str) -> Posting | None:
        """A sample; None if the scores are not known."""
        sample = self._agent.sample(at_ms)
        if sample is None:
            return None
        return Posting(
            "/api/stress/sample",
            {
                "captured_at": captured_at,
                "focus_score": sample.focus_score,
                "stress_score": sample.stress_score,
                "confidence": sample.confidence,
                "signal_source": PRESAGE,
                "raw_metrics": sample.raw_metrics,
            },
        )
