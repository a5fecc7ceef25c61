"""The edge agent: makes the document's samples of the SDK's metrics, and of nothing else.

The SDK has no focus and no stress; whoever wants them must compute them, as here (``indices``). An
unstable or unsure metric is passed on among the raw ones and lowers the confidence, but moves no
score. What never came is not made up: then there is no sample.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from simulator.signals.indices import FOCUS, STRESS, focus_index, stress_index
from simulator.signals.metric import Metric
from simulator.signals.smoothing import Smoothed, Usual

_SURE_FROM = 30
"""The least confidence (0..100) of a metric that moves a score. Our choice."""

_TAUS_S = {
    "cardio.pulse_rate": 50,
    "cardio.hrv.rmssd": 60,
    "breathing.rate": 75,
    "breathing.sway": 360,
    "face.blinking": 300,
    "face.talking": 360,
}
"""How slowly each reading is followed, in seconds. Our choice: stress may turn within minutes,
attention is counted in events that are minutes apart."""

_SIGHT_US = 30_000_000
"""A face that was not reported for longer than this was out of sight: no blinks were counted, and
breathing is not compared with what it was before."""

_EXPRESSION = "face.expression."
_WINDOW_US = 60_000_000
"""Microexpressions are counted over the last minute: each report of an expression is one, since the
SDK reports a score of an emotion only when it leaps up. They are moments, so they have no newest
value among the raw metrics."""

_TRUST = {
    "cardio.pulse_rate": (0.35, 30, 120),
    "cardio.hrv.rmssd": (0.2, 90, 240),
    "breathing.rate": (0.2, 45, 120),
    "face.blinking": (0.25, 30, 120),
}
"""What a sample's confidence hangs on: weight, for how many seconds the newest metric is fresh, and
after how many it says nothing any more. Our choice."""

_STRANGER = 0.9
"""Confidence in a person of whom nothing is known yet, as a part of that in a familiar one."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What the document's ``POST /api/stress/sample`` carries.

    ``captured_ms`` is the instant that ``sample`` was asked for. Scores and confidence are 0..1
    with three decimals. ``raw_metrics`` has the document's keys and the newest metrics in the
    SDK's own groups, ``raw_metrics["cardio"]["pulse_rate"]`` say, each with value, stable,
    confidence (0..100) and timestamp (microseconds since the Unix epoch).
    """

    captured_ms: int
    focus_score: float
    stress_score: float
    confidence: float
    raw_metrics: dict[str, object]


class EdgeAgent:
    """One person's edge. What is usual for the person outlives sessions, all else does not."""

    def __init__(self) -> None:
        self._smoothed = {name: Smoothed(tau_s) for name, tau_s in _TAUS_S.items()}
        self._usual = {
            name: Usual(term.usual, term.quantile) for name, term in (STRESS | FOCUS).items()
        }
        self._lag_us: int | None = None
        self._forget()

    def reset(self) -> None:
        """A session begins: forget the last one, but keep what it taught of the person."""
        self._forget()
        for usual in self._usual.values():
            usual.settle()

    def _forget(self) -> None:
        self._newest: dict[str, Metric] = {}
        self._newest_us = 0
        self._flashes_us: deque[int] = deque(maxlen=100)
        self._blinks = 0
        self._seen_us = 0
        self._breaths: tuple[float | None, int] = None, 0
        for smoothed in self._smoothed.values():
            smoothed.forget()

    def take(self, metrics: Iterable[Metric]) -> None:
        """What the SDK reported since the last time, in order of time."""
        for metric in metrics:
            self._newest_us = metric.timestamp_us
            if not metric.name.startswith(_EXPRESSION):
                self._newest[metric.name] = metric
            if metric.stable and metric.confidence >= _SURE_FROM:
                self._read(metric)

    def sample(self, at_ms: int) -> Sample | None:
        """What to post at ``at_ms`` (of any clock in milliseconds that goes as fast as the SDK's).

        None as long as nothing usable was received in this session about focus, or about stress.
        How often somebody asks does not change the scores.
        """
        readings = {
            name: smoothed.value
            for name, smoothed in self._smoothed.items()
            if smoothed.value is not None
        }
        usual = {name: usual.value for name, usual in self._usual.items()}
        focus, stress = focus_index(readings, usual), stress_index(readings, usual)
        if focus is None or stress is None:
            return None
        now_us = self._sdk_us(at_ms)
        focus_score, stress_score = round(focus, 3), round(stress, 3)
        raw_metrics: dict[str, object] = {
            "attention_index": focus_score,
            "stress_index": stress_score,
            "microexpression_count": sum(
                now_us - _WINDOW_US < flash_us <= now_us for flash_us in self._flashes_us
            ),
            **_grouped(self._newest.values()),
        }
        return Sample(at_ms, focus_score, stress_score, self._confidence(now_us), raw_metrics)

    def _read(self, metric: Metric) -> None:
        """Let a usable metric move what depends on it."""
        name, value, at_us = metric.name, float(metric.value), metric.timestamp_us
        if name == "face.blinking":
            self._count_blinks(metric)
        elif name.startswith(_EXPRESSION):
            self._flashes_us.append(at_us)
        elif name in self._smoothed:
            self._follow(name, value, at_us)
        if name == "breathing.rate":
            self._compare_breaths(value, at_us)

    def _compare_breaths(self, rate: float, at_us: int) -> None:
        before, before_us = self._breaths
        if before is not None and at_us - before_us <= _SIGHT_US:
            self._follow("breathing.sway", abs(rate - before), at_us)
        self._breaths = rate, at_us

    def _count_blinks(self, metric: Metric) -> None:
        """Blinks/min from one report of open eyes to the next, if the face was there all along."""
        if metric.value:
            self._blinks += 1
            return
        passed_us = metric.timestamp_us - self._seen_us
        if 0 < passed_us <= _SIGHT_US:
            per_min = self._blinks * 60_000_000 / passed_us
            self._follow("face.blinking", per_min, metric.timestamp_us)
        self._blinks, self._seen_us = 0, metric.timestamp_us

    def _follow(self, name: str, reading: float, at_us: int) -> None:
        self._usual[name].note(self._smoothed[name].follow(reading, at_us), at_us)

    def _sdk_us(self, at_ms: int) -> int:
        """``at_ms`` on the SDK's clock.

        How far that is ahead of the caller's is learnt: it is the least difference ever seen
        between an instant and the newest metric then, as NTP's clock filter takes the least delay
        (RFC 5905).
        """
        lag_us = at_ms * 1000 - self._newest_us
        self._lag_us = lag_us if self._lag_us is None else min(self._lag_us, lag_us)
        return at_ms * 1000 - self._lag_us

    def _confidence(self, now_us: int) -> float:
        trust = sum(
            weight * self._trust(name, now_us, fresh_s, gone_s)
            for name, (weight, fresh_s, gone_s) in _TRUST.items()
        )
        familiarity = self._usual["cardio.pulse_rate"].familiarity
        return round(trust * (_STRANGER + (1 - _STRANGER) * familiarity), 3)

    def _trust(self, name: str, now_us: int, fresh_s: int, gone_s: int) -> float:
        """0..1: how sure the newest metric of that name is, and how fresh."""
        metric = self._newest.get(name)
        if metric is None:
            return 0.0
        age_s = (now_us - metric.timestamp_us) / 1_000_000
        freshness = min(max((gone_s - age_s) / (gone_s - fresh_s), 0.0), 1.0)
        return metric.confidence / 100 * freshness * (1.0 if metric.stable else 0.5)


def _grouped(newest: Iterable[Metric]) -> dict[str, object]:
    """The metrics as a tree, since the document's names of raw metrics have no dots."""
    tree: dict[str, object] = {}
    for metric in newest:
        *groups, name = metric.name.split(".")
        branch = tree
        for group in groups:
            inner = branch.setdefault(group, {})
            assert isinstance(inner, dict)  # noqa: S101 -- no metric is named like a group
            branch = inner
        branch[name] = {
            "value": metric.value,
            "stable": metric.stable,
            "confidence": metric.confidence,
            "timestamp": metric.timestamp_us,
        }
    return tree
