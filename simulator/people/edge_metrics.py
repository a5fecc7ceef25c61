"""The edge agent that computes nothing: it posts what the SDK reports, and the server makes scores
of it.
"""

from collections.abc import Iterable

from simulator.people.postings import PRESAGE, Posting
from simulator.signals.metric import Metric
from simulator.signals.sdk_json import sdk_json


class EdgeOfMetrics:
    """Posts all metrics since the last posting, as the SDK shapes them."""

    def __init__(self) -> None:
        self._unposted: list[Metric] = []

    def reset(self) -> None:
        """Forget the session that is over."""
        self._unposted = []

    def take(self, metrics: Iterable[Metric]) -> None:
        """Metrics as they come, in order of time."""
        self._unposted.extend(metrics)

    def posting(self, at_ms: int, captured_at: str) -> Posting | None:
        """What came since the last one; None if nothing did."""
        if not self._unposted:
            return None
        message = sdk_json(self._unposted)
        self._unposted = []
        return Posting(
            "/api/stress/metrics",
            {"captured_at": captured_at, "signal_source": PRESAGE, "metrics": message},
        )
