"""A day in a process of its own."""

from dataclasses import dataclass
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


def judged(scenario: str, seed: int) -> Verdict:
    """Live through the scenario with this seed."""
    story = find(scenario)
    polling = "fixed" if seed <= _FIXED_SEEDS else "next"
    device = story.device.model_copy(update={"polling": polling})
    world = World(seed=seed, scenario=story.model_copy(update={"device": device}))
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
