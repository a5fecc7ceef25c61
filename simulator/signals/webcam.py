"""What the Presage SDK would report of a person in front of a camera.

The face is looked at every 20 seconds, counted from opening the camera. Each look asks for the
truth once and draws what is reported until the next, so it does not matter in how many spans
somebody asks. Each metric has its own stream of chance and always draws the same number of times,
whether a gap swallows the reading or not.

Not of the SDK: a blink is reported once, not in each of its frames, and ``face.blinking`` false is
reported once a look, to say that the face was in sight.
"""

from collections.abc import Callable, Iterator
from random import Random

from simulator.signals.chance import bell, between
from simulator.signals.metric import Metric
from simulator.signals.person import Camera, Person
from simulator.signals.truth import Truth

__all__ = ["Metric", "Webcam"]

LOOK_MS = 20_000

STREAMS = ("pulse", "breathing", "hrv", "blinking", "talking", "expression", "gaps")
"""The names of all chance that a webcam asks for."""

_PULSE_RANGE, _BREATHING_RANGE = (40.0, 110.0), (5.0, 40.0)
"""Outside of these the SDK reports nothing."""

_EXPRESSIONS = ("fear", "angry", "sad", "disgust", "contempt", "surprise", "happy")

_SETTLE_MS = 10_000
"""For how long after a gap readings are not stable. Our choice."""
_STABLE_FROM = 50
"""From which confidence on a reading can be stable. Our choice."""
_GUESS = 0.5
"""Which part of its confidence the SDK has in a reading before it is sure, which is never enough to
be stable. Our choice."""
_DRIFT_KEPT, _DRIFT = 0.95, 0.25
"""What posture, coffee and warmth do to the pulse: per reading, kept part and beats/min. Our
choice."""
_PULSE_NOISE_BPM, _RMSSD_NOISE = 1.2, 0.04
"""Standard deviation of one reading: beats/min, and a part of the value. Our choice."""
_SDNN_PER_RMSSD = 1.19
"""Nunan 2010: 50 ms and 42 ms."""
_SWAY_MIN, _SWAY = 0.5, 2.5
"""How far breathing strays from its rate, in breaths/min, at full focus and beyond that without
any. That sustained attention steadies breathing: Vlemincx et al. 2011 (Psychophysiology 48:117);
the numbers are our choice."""
_BLINKS_MAX, _BLINKS_FALL = 1.5, 1.2
"""Blinks as a multiple of those at rest: without focus, and less by this at full focus. It makes 26
and 5 of 17, as Bentivoglio 1997 found in conversation (26) and reading (4.5)."""
_FLASHES_MIN, _FLASHES_RISE = 0.5, 3.0
"""Microexpressions per minute without stress, and more by this at full stress. They last at most
half a second (Yan et al. 2013, J. Nonverbal Behav. 37:217); the numbers are our choice."""


class Webcam:
    """One camera and the SDK behind it, looking at one person.

    ``epoch_ms`` is the Unix time, in milliseconds, at which the world began; all other instants
    count from there. ``chance`` gives the stream of each name in ``STREAMS``.
    """

    def __init__(
        self, person: Person, camera: Camera, epoch_ms: int, chance: Callable[[str], Random]
    ) -> None:
        self._person = person
        self._camera = camera
        self._epoch_ms = epoch_ms
        self._chance = {name: chance(name) for name in STREAMS}
        self._confidence = 26 + 65 * camera.light
        self._opened_ms = 0
        self._look_ms: int | None = None
        self._gap_ms = (0, 0)
        self._drift_bpm = 0.0
        self._due: dict[str, int] = {}
        self._ahead: list[Metric] = []

    def open(self, at_ms: int) -> None:
        """Begin to look: the SDK has to warm up (again)."""
        camera = self._camera
        self._opened_ms = self._look_ms = at_ms
        self._gap_ms = (at_ms - _SETTLE_MS, at_ms - _SETTLE_MS)
        self._ahead = []
        self._due = {
            "pulse": at_ms + 1000 * camera.pulse_first_s,
            "breathing": at_ms + 1000 * camera.breathing_first_s,
            "hrv": at_ms + 1000 * camera.hrv_first_s,
            "blinking": at_ms,
            "expression": at_ms,
        }

    def emit(self, truth: Callable[[int], Truth], from_ms: int, to_ms: int) -> list[Metric]:
        """All that is reported from ``from_ms`` until before ``to_ms``, in order of time.

        Spans follow one another. Of a time that was left out nothing is reported, nor before the
        camera was opened.
        """
        while self._look_ms is not None and self._look_ms < to_ms:
            if self._look_ms >= from_ms:
                self._ahead.extend(self._look(self._look_ms, truth(self._look_ms)))
            self._look_ms += LOOK_MS
        begin_us, end_us = self._unix_us(from_ms), self._unix_us(to_ms)
        now = [metric for metric in self._ahead if begin_us <= metric.timestamp_us < end_us]
        self._ahead = [metric for metric in self._ahead if metric.timestamp_us >= end_us]
        return now

    def _look(self, at_ms: int, truth: Truth) -> list[Metric]:
        """What is reported in the ``LOOK_MS`` from ``at_ms`` on, gaps left out."""
        self._turn_away(at_ms)
        seen = [
            *self._pulse(at_ms, truth),
            *self._breathing(at_ms, truth),
            *self._hrv(at_ms, truth),
            *self._blinking(at_ms, truth),
            *self._talking(at_ms, truth),
            *self._expression(at_ms, truth),
        ]
        begin_us, end_us = map(self._unix_us, self._gap_ms)
        visible = [metric for metric in seen if not begin_us <= metric.timestamp_us < end_us]
        return sorted(visible, key=lambda metric: metric.timestamp_us)

    def _turn_away(self, at_ms: int) -> None:
        """Draw whether a gap begins, unless there is one."""
        chance, camera = self._chance["gaps"], self._camera
        begins = chance.random() * 60_000 < camera.gap * (LOOK_MS / 1000)
        begin_ms = at_ms + between(chance, 0, LOOK_MS - 1)
        length_ms = between(chance, 1000 * camera.gap_s[0], 1000 * camera.gap_s[1])
        if begins and at_ms >= self._gap_ms[1]:
            self._gap_ms = (begin_ms, begin_ms + length_ms)

    def _pulse(self, at_ms: int, truth: Truth) -> Iterator[Metric]:
        chance = self._chance["pulse"]
        for then_ms in self._times("pulse", at_ms, self._camera.pulse_every_s):
            self._drift_bpm = _DRIFT_KEPT * self._drift_bpm + _DRIFT * bell(chance)
            bpm = self._bpm(truth) + self._drift_bpm + self._noise(_PULSE_NOISE_BPM) * bell(chance)
            metric = self._metric("cardio.pulse_rate", round(bpm, 1), then_ms, chance)
            if _PULSE_RANGE[0] <= bpm <= _PULSE_RANGE[1]:
                yield metric

    def _breathing(self, at_ms: int, truth: Truth) -> Iterator[Metric]:
        chance, person, camera = self._chance["breathing"], self._person, self._camera
        for then_ms in self._times("breathing", at_ms, camera.breathing_every_s):
            sway = self._noise(_SWAY_MIN + _SWAY * (1 - truth.focus))
            middle = person.resting_breaths_min + person.breaths_rise * truth.stress
            rate = middle + sway * (2 * chance.random() - 1)
            metric = self._metric(
                "breathing.rate", round(rate, 1), then_ms, chance, camera.breathing_sure_s
            )
            if _BREATHING_RANGE[0] <= rate <= _BREATHING_RANGE[1]:
                yield metric

    def _hrv(self, at_ms: int, truth: Truth) -> Iterator[Metric]:
        """Four metrics at once. What they mean: Task Force 1996; Baevsky's stress index, the mode's
        amplitude over twice the mode and the range of a bell-shaped histogram with bins of 50 ms:
        Baevsky & Berseneva 2008.
        """
        chance, person, sure_s = self._chance["hrv"], self._person, self._camera.hrv_sure_s
        for then_ms in self._times("hrv", at_ms, self._camera.hrv_every_s):
            left = 1 - person.rmssd_fall * truth.stress
            rmssd = person.resting_rmssd_ms * left * (1 + self._noise(_RMSSD_NOISE) * bell(chance))
            sdnn = rmssd * _SDNN_PER_RMSSD * (1 + self._noise(_RMSSD_NOISE) * bell(chance))
            mean_nn = 60_000 / (self._bpm(truth) + self._noise(_PULSE_NOISE_BPM) * bell(chance))
            baevsky = min(100 * 50 / (2.5066 * sdnn), 100) / (2 * mean_nn * 5 * sdnn)
            sure = self._metric("cardio.hrv", 0.0, then_ms, chance, sure_s)
            for name, value in (
                ("cardio.hrv.rmssd", round(rmssd, 1)),
                ("cardio.hrv.sdnn", round(sdnn, 1)),
                ("cardio.hrv.mean_nn", round(mean_nn, 1)),
                ("cardio.hrv.baevsky", round(baevsky, 7)),
            ):
                yield Metric(name, value, sure.stable, sure.confidence, sure.timestamp_us)

    def _blinking(self, at_ms: int, truth: Truth) -> Iterator[Metric]:
        chance = self._chance["blinking"]
        yield self._metric("face.blinking", False, at_ms, chance)
        per_min = self._person.resting_blinks_min * (_BLINKS_MAX - _BLINKS_FALL * truth.focus)
        for then_ms in self._moments("blinking", at_ms, per_min):
            yield self._metric("face.blinking", True, then_ms, chance)

    def _talking(self, at_ms: int, truth: Truth) -> Iterator[Metric]:
        chance = self._chance["talking"]
        talks = 1000 * chance.random() < self._camera.talking * (1.5 - truth.focus)
        yield self._metric("face.talking", talks, at_ms + LOOK_MS // 2, chance)

    def _expression(self, at_ms: int, truth: Truth) -> Iterator[Metric]:
        """Microexpressions: for a moment the score (0..100) of one emotion leaps up."""
        chance = self._chance["expression"]
        per_min = _FLASHES_MIN + _FLASHES_RISE * truth.stress
        for then_ms in self._moments("expression", at_ms, per_min):
            name = f"face.expression.{chance.choice(_EXPRESSIONS)}"
            score = round(30 + 65 * chance.random(), 1)
            yield self._metric(name, score, then_ms, chance)

    def _times(self, name: str, at_ms: int, every_s: tuple[int, int]) -> Iterator[int]:
        """When the metric is due within this look."""
        chance = self._chance[name]
        while self._due[name] < at_ms + LOOK_MS:
            then_ms = max(self._due[name], at_ms)
            yield then_ms
            wait_ms = between(chance, 1000 * every_s[0], 1000 * every_s[1])
            self._due[name] = then_ms + max(wait_ms, 1000)

    def _moments(self, name: str, at_ms: int, per_min: float) -> Iterator[int]:
        """When something happens that happens ``per_min`` times a minute, never quite regularly."""
        chance, mean_ms = self._chance[name], 60_000 / per_min
        then_ms = max(self._due[name], at_ms)
        while then_ms < at_ms + LOOK_MS:
            if then_ms > self._opened_ms:
                yield then_ms
            then_ms += 1 + int(mean_ms * (0.2 + 1.6 * chance.random()))
        self._due[name] = then_ms

    def _bpm(self, truth: Truth) -> float:
        return self._person.resting_pulse_bpm + self._person.pulse_rise_bpm * truth.stress

    def _noise(self, in_good_light: float) -> float:
        """What is noise in good light is more of it in the dark. Our choice: up to thrice."""
        return in_good_light * (3 - 2 * self._camera.light)

    def _metric(
        self, name: str, value: float | bool, at_ms: int, chance: Random, sure_s: int = 0
    ) -> Metric:
        """With what the SDK thinks of it; ``sure_s`` after opening it is as sure as it can be."""
        is_sure = at_ms >= self._opened_ms + 1000 * sure_s
        settles = self._gap_ms[1] <= at_ms < self._gap_ms[1] + _SETTLE_MS
        confidence = self._confidence + 8 * chance.random()
        if settles or not is_sure:
            confidence *= _GUESS
        stable = confidence >= _STABLE_FROM
        return Metric(name, value, stable, int(confidence), (self._epoch_ms + at_ms) * 1000)

    def _unix_us(self, at_ms: int) -> int:
        return (self._epoch_ms + at_ms) * 1000
