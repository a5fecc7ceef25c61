"""Lives through the same seeds under two rules and says what differs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile

from simulator.evaluation.crew import all_done
from simulator.evaluation.intervals import Figure, of_means
from simulator.kernel.trace import Json
from simulator.lab.measures import MEASURES, Measure
from simulator.lab.observer import Observer
from simulator.lab.rules import Rules
from simulator.world import World, run

_DAY_H = 24


@dataclass(frozen=True, slots=True)
class Lived:
    """What a world came to: totals of the observer, and what the judges object to."""

    totals: Mapping[str, int]
    days: float
    objections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A measure under both rules, and the difference seed by seed (the second less the first)."""

    measure: Measure
    first: Figure
    second: Figure
    difference: Figure

    @property
    def is_clear(self) -> bool:
        """Whether the interval of the difference leaves out 0."""
        low, high = self.difference.low, self.difference.high
        return low is not None and high is not None and (low > 0 or high < 0)

    @property
    def as_json(self) -> Json:
        """Figures with the ends of their 95 % intervals."""
        return {
            "measure": self.measure.name,
            "unit": self.measure.unit,
            "first": self.first.as_json,
            "second": self.second.as_json,
            "difference": self.difference.as_json,
            "is_clear": self.is_clear,
        }


@dataclass(frozen=True, slots=True)
class Trial:
    """What came out; ``objections`` of judges are under either rules."""

    comparisons: tuple[Comparison, ...]
    objections: tuple[str, ...]


def live(world: World) -> Lived:
    """One world."""
    observer = Observer()
    with TemporaryFile() as trace:
        outcome = run(world, trace, listeners=[observer.see])
    objections = (
        f"seed {world.seed}: {judge.name}: {objection.words}"
        for judge in outcome.court.judges
        for objection in judge.objections[:1]
    )
    return Lived(observer.totals, world.scenario.hours / _DAY_H, tuple(objections))


def compare(
    worlds: Sequence[World],
    first: Rules,
    second: Rules,
    progress: Callable[[int], None] = lambda _: None,
) -> Trial:
    """Each of ``worlds`` under both rules. ``progress`` is told how many lives are done."""
    lives = all_done(live, [rules.ruled(w) for w in worlds for rules in (first, second)], progress)
    ones, others = lives[::2], lives[1::2]
    return Trial(
        tuple(_compared(measure, ones, others) for measure in MEASURES),
        tuple(objection for life in lives for objection in life.objections),
    )


def _compared(measure: Measure, ones: Sequence[Lived], others: Sequence[Lived]) -> Comparison:
    first, second = (
        [measure.of(life.totals, life.days) for life in lives] for lives in (ones, others)
    )
    pairs = zip(first, second, strict=True)
    differences = [None if a is None or b is None else b - a for a, b in pairs]
    return Comparison(measure, of_means(first), of_means(second), of_means(differences))
