"""Metrics of a face during a study session: what the estimator makes of them becomes a sample.

Here: whose clock is believed, and what is stored. Not here: scores (``rules.vitals``), the form in
which metrics are sent, and what a sample leads to (``stress``).

Instants of metrics are their sender's. They are compared with each other and with the sender's own
present, so a clock that is slow does not matter; one that runs ahead is refused, as no sample would
lead to anything.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from petcore.errors import BadInput, Detail
from petcore.ports import Ports
from petcore.rules import vitals
from petcore.rules.instant import from_ms, to_ms
from petcore.services.desktop_pet.baselines import ESTIMATOR, READINGS, Baselines, shown_as
from petcore.services.desktop_pet.shapes import FocusSession
from petcore.services.desktop_pet.stress import Measured, Reading, Stress
from petcore.services.idempotency import Answer, Call

Metric = vitals.Reading
"""One measurement. A ``Reading`` of ``stress`` is a sample as sent."""

_SLACK_MS = 2_000
"""By so much two clocks may disagree on when a session began."""
_EARLY = "early: taken before the session began"
_METRICS = "metrics"


@dataclass(frozen=True, slots=True)
class MetricsSent:
    """Metrics of a study session. ``captured_at`` is the sender's present; it is that of the newest
    of them if that is later, or None is said. ``signal_source`` None takes the session's. ``raw``
    is kept with the sample: the newest of each, at most two levels deep.
    """

    session_id: str
    readings: tuple[Metric, ...]
    captured_at: datetime | None = None
    signal_source: str | None = None
    raw: Mapping[str, object] = field(default_factory=dict)


class Metrics:
    """What is measured instead of scored."""

    def __init__(self, ports: Ports, stress: Stress, baselines: Baselines) -> None:
        self._ports = ports
        self._stress = stress
        self._baselines = baselines

    async def ingest(self, sent: MetricsSent, call: Call) -> Answer:
        """Go on measuring a running session by ``sent``. If something of it was taken and both
        scores are known, there is a sample, and it leads to what every sample leads to.

        Raises ``BadInput`` for instants that are too far ahead of the server's clock, ``NotFound``,
        and ``WrongState`` once the session has ended.
        """
        self._require_past(sent)

        async def measure(session: FocusSession) -> Measured:
            return await self._measure(sent, session)

        return await self._stress.measure(sent.session_id, call, measure)

    async def _measure(self, sent: MetricsSent, session: FocusSession) -> Measured:
        now_ms = self._present_ms(sent)
        known = await self._known(session)
        early, due = _parted(sent.readings, self._began_ms(session, now_ms))
        after, refused = vitals.take(known, due, now_ms)
        estimate = vitals.estimate(after, now_ms)
        told = {
            "captured_at": from_ms(now_ms),
            "focus_score": estimate.focus_score,
            "stress_score": estimate.stress_score,
            "confidence": estimate.confidence,
            "estimator": vitals.VERSION,
            "missing": list(estimate.missing),
            "refused": _told([*early, *((each.name, each.reason) for each in refused)]),
        }
        if len(refused) == sum(metric.name in vitals.METRICS for metric in due):
            return Measured(session, None, told)
        changed: FocusSession = {**session, "vitals": vitals.to_document(after)}
        return Measured(changed, _reading(sent, after, estimate, now_ms), told)

    async def _known(self, session: FocusSession) -> vitals.Vitals:
        """What the estimator knows of this session; at first, of the person's earlier ones."""
        kept = session.get("vitals")
        if kept is not None and vitals.is_written_here(kept):
            return vitals.from_document(kept)
        return await self._baselines.begin(session["user_id"], session["started_at"])

    def _present_ms(self, sent: MetricsSent) -> int:
        """The sender's present; without any instant of his own, the server's."""
        told = [metric.at_ms for metric in sent.readings]
        if sent.captured_at is not None:
            told.append(to_ms(sent.captured_at))
        return max(told, default=to_ms(self._ports.clock.now()))

    def _began_ms(self, session: FocusSession, now_ms: int) -> int:
        """When the session began, on the sender's clock. Metrics that were long under way make
        it seem earlier, never later.
        """
        slow_ms = to_ms(self._ports.clock.now()) - now_ms
        return to_ms(session["started_at"]) - slow_ms - _SLACK_MS

    def _require_past(self, sent: MetricsSent) -> None:
        latest_ms = to_ms(self._ports.clock.now() + self._stress.ahead)
        if sent.captured_at is not None and to_ms(sent.captured_at) > latest_ms:
            raise _ahead(("captured_at",), self._stress.ahead)
        newest = max(sent.readings, key=lambda metric: metric.at_ms, default=None)
        if newest is not None and newest.at_ms > latest_ms:
            raise _ahead((_METRICS, *newest.name.split(".")), self._stress.ahead)


def _ahead(loc: tuple[str, ...], ahead: timedelta) -> BadInput:
    message = f"must not be more than {ahead.total_seconds():.0f} s ahead of the server's clock"
    return BadInput(f"{'.'.join(loc)}: {message}", (Detail(loc, message),))


def _parted(metrics: Iterable[Metric], began_ms: int) -> tuple[list[tuple[str, str]], list[Metric]]:
    """Of those from before the session why they are refused, and the others."""
    early: list[Metric] = []
    due: list[Metric] = []
    for metric in metrics:
        (early if metric.at_ms < began_ms else due).append(metric)
    return [(metric.name, _EARLY) for metric in early], due


def _told(refused: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Each metric and each reason once, however many there were."""
    return [{"metric": name, "reason": reason} for name, reason in dict.fromkeys(refused)]


def _reading(
    sent: MetricsSent, known: vitals.Vitals, estimate: vitals.Estimate, now_ms: int
) -> Reading | None:
    """The sample, if both of its scores are known."""
    if estimate.focus_score is None or estimate.stress_score is None:
        return None
    kept = {ESTIMATOR: vitals.VERSION, READINGS: shown_as(vitals.readings(known))}
    return Reading(
        session_id=sent.session_id,
        focus_score=estimate.focus_score,
        stress_score=estimate.stress_score,
        captured_at=from_ms(now_ms),
        confidence=estimate.confidence,
        signal_source=sent.signal_source,
        raw_metrics={**kept, _METRICS: sent.raw} if sent.raw else kept,
    )
