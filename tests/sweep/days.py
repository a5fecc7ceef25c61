"""A day in a process of its own."""

from dataclasses import dataclass, replace
from tempfile import TemporaryFile

from simulator.scenarios.reading import find
from simulator.world import World, run

_FIXED_SEEDS = 5
"""So many seeds poll at fixed periods, which takes longer; the others when the server says."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judges said: cases by judge, and all objections with judge and instant."""

    cases: dict[str, int]
    objections: list[str]


@dataclass(frozen=True, slots=True)
class Day:
    """What is lived through."""

    scenario: str
    seed: int
    pets: int = 1
    talkative: bool = False
    metrics: bool = False

    @property
    def story(self) -> "Day":
        """The same without its seed, which no day of a sweep has as 0."""
        return replace(self, seed=0)

    def __str__(self) -> str:
        seed = f" --seed {self.seed}" if self.seed else ""
        options = f" --pets {self.pets}" * (self.pets > 1) + " --talkative" * self.talkative
        options += " --metrics" * self.metrics
        return f"--scenario {self.scenario}{seed}{options}"


def judged(day: Day) -> Verdict:
    """Live through it."""
    story = find(day.scenario)
    polling = "fixed" if day.seed <= _FIXED_SEEDS else "next"
    device = story.device.model_copy(update={"polling": polling})
    world = World(
        seed=day.seed,
        scenario=story.model_copy(update={"device": device}),
        pets=day.pets,
        talkative=day.talkative,
        metrics=day.metrics,
    )
    with TemporaryFile() as trace:
        court = run(world, trace).court
    return Verdict(
        {judge.name: judge.cases for judge in court.judges},
        [
            f"{judge.name} at {o.at} ms: {o.words}"
            for judge in court.judges
            for o in judge.objections
        ],
    )
