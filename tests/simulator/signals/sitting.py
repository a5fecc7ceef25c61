"""Somebody sits in front of a camera for a while: what the tests of signals share."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from simulator.kernel.streams import Streams
from simulator.signals.edge import EdgeAgent, Sample
from simulator.signals.metric import Metric
from simulator.signals.person import Camera, Person
from simulator.signals.truth import Activity, Body, Truth
from simulator.signals.webcam import Webcam

MINUTE_MS = 60_000
EPOCH_MS = 1_772_265_600_000
"""Midnight of a 28th of February at home, in Unix milliseconds."""

IN_SIGHT = (Activity.STUDYING, Activity.ON_BREAK)

Part = tuple[int, Activity, float]
"""From which minute of the day on, what, and under which pressure. The last one ends the script."""

DAY: tuple[Part, ...] = (
    (450, Activity.AWAKE, 0.0),
    (540, Activity.STUDYING, 0.2),
    (660, Activity.AWAKE, 0.0),
    (810, Activity.STUDYING, 0.3),
    (855, Activity.STUDYING, 1.0),
    (880, Activity.ON_BREAK, 0.0),
    (890, Activity.STUDYING, 0.4),
    (920, Activity.AWAKE, 0.0),
    (1080, Activity.STUDYING, 0.1),
    (1170, Activity.AWAKE, 0.0),
)
"""Three sessions of five hours in all, 25 minutes of them hard and 10 a break."""
HARD, BREAK = (855, 880), (880, 890)


@dataclass(frozen=True, slots=True)
class Minute:
    """How a minute ended: its number in the day, pressure, the truth and what was made of it."""

    at: int
    pressure: float
    truth: Truth
    sample: Sample

    @property
    def error(self) -> float:
        """How much more stress the edge sees than there is."""
        return self.sample.stress_score - self.truth.stress


def body_and_webcam(
    seed: int, person: Person | None = None, camera: Camera | None = None
) -> tuple[Body, Webcam]:
    """Both on streams of ``seed``."""
    streams = Streams(seed)

    def chance(name: str) -> Random:
        return streams.stream(f"webcam/{name}")

    body = Body(person or Person(), streams.stream("body"))
    return body, Webcam(person or Person(), camera or Camera(), EPOCH_MS, chance)


def lived(
    seed: int, script: Sequence[Part] = DAY, person: Person | None = None, days: int = 1
) -> list[Minute]:
    """Every minute in sight of the last of ``days`` equal days, as far as it has a sample."""
    body, webcam = body_and_webcam(seed, person)
    edge = EdgeAgent()
    minutes: list[Minute] = []
    for day in range(days):
        minutes = []
        is_seen = False
        for (start, activity, pressure), (end, _, _) in itertools.pairwise(script):
            begin = start + 1440 * day
            body.turn_to(activity, begin * MINUTE_MS, pressure)
            if activity in IN_SIGHT and not is_seen:
                webcam.open(begin * MINUTE_MS)
                edge.reset()
            is_seen = activity in IN_SIGHT
            for minute in range(begin, end + 1440 * day) if is_seen else ():
                at_ms = (minute + 1) * MINUTE_MS
                edge.take(webcam.emit(body.truth, at_ms - MINUTE_MS, at_ms))
                sample = edge.sample(at_ms)
                if sample:
                    at = minute + 1 - 1440 * day
                    minutes.append(Minute(at, pressure, body.truth(at_ms), sample))
    return minutes


def steady(focus: float, stress: float, minutes: int, camera: Camera | None = None) -> list[Metric]:
    """What a webcam reports of somebody who never changes."""
    _, webcam = body_and_webcam(1, camera=camera)
    webcam.open(0)
    return webcam.emit(lambda _: Truth(focus, stress), 0, minutes * MINUTE_MS)


def of(name: str, metrics: Iterable[Metric]) -> list[Metric]:
    """Those of that name."""
    return [metric for metric in metrics if metric.name == name]
